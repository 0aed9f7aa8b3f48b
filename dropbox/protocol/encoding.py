# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strict reading and writing of fixed-width, big-endian fields (docs/protocol.md, section 2.2)."""

from .constants import VERSION, StructType
from .errors import BadText, BadValue, TrailingBytes, Truncated, WrongType, WrongVersion


class Reader:
    """Takes fields off the front of ``data``; every read is bounded and fails as a typed error."""

    def __init__(self, data: bytes, name: str) -> None:
        """``name`` is what errors call the struct."""
        self._data = data
        self._at = 0
        self._name = name

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes. Raises Truncated."""
        if count > self.left:
            raise Truncated(self._name)
        start = self._at
        self._at += count
        return self._data[start : self._at]

    def number(self, width: int, low: int = 0, high: int | None = None) -> int:
        """An unsigned big-endian integer of ``width`` bytes within [low, high]. Raises Truncated, BadValue."""
        value = int.from_bytes(self.take(width), "big")
        if value < low or (high is not None and value > high):
            raise BadValue(self._name)
        return value

    def u8(self, low: int = 0, high: int | None = None) -> int:
        return self.number(1, low, high)

    def u16(self, low: int = 0, high: int | None = None) -> int:
        return self.number(2, low, high)

    def u32(self, low: int = 0, high: int | None = None) -> int:
        return self.number(4, low, high)

    def text(self, width: int, longest: int) -> str:
        """UTF-8 text behind a length of ``width`` bytes, at most ``longest`` bytes. Raises BadValue, BadText."""
        return decode_text(self.take(self.number(width, 0, longest)), self._name)

    def struct(self, kind: StructType, version: int = VERSION) -> None:
        """The two bytes that start a struct. Raises WrongVersion, WrongType."""
        if self.u8() != version:
            raise WrongVersion(self._name)
        if self.u8() != kind:
            raise WrongType(self._name)

    def end(self) -> None:
        """Nothing may follow. Raises TrailingBytes."""
        if self.left:
            raise TrailingBytes(self._name)


def decode_text(data: bytes, name: str) -> str:
    """Strict UTF-8. Raises BadText."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadText(name) from None


def u8(value: int) -> bytes:
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def text8(value: str) -> bytes:
    """UTF-8 behind one length byte."""
    data = value.encode()
    return u8(len(data)) + data


def head(kind: StructType, version: int = VERSION) -> bytes:
    """The two bytes that start a struct."""
    return bytes((version, kind))


def xor(left: bytes, right: bytes) -> bytes:
    """Both of one length."""
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
