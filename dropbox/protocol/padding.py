# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zero padding to a fixed size (docs/protocol.md, steps 5.2 and 6.4)."""

from .errors import BadPadding, TooLong


def pad(data: bytes, size: int) -> bytes:
    """``data`` followed by zeros, ``size`` bytes in all. Raises TooLong."""
    if len(data) > size:
        raise TooLong("padding", parts=2, allowed=1)
    return data + bytes(size - len(data))


def unpad(field: bytes, length: int) -> bytes:
    """The first ``length`` bytes; the rest must be zeros. Raises BadPadding."""
    if length > len(field) or field[length:].strip(b"\0"):
        raise BadPadding("padding")
    return field[:length]
