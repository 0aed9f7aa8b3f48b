# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small answers, intake segments and signed requests on the wire (docs/http-api.md; docs/protocol.md, section 7)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import labels
from .constants import (
    ANSWER,
    ENVELOPE,
    HASH,
    MAX_PERIOD,
    MAX_SEGMENT_ENVELOPES,
    SERVICE_ID,
    StructType,
)
from .encoding import Reader, head, u8, u32
from .errors import BadValue, SegmentUnsorted, TooLong, TrailingBytes, Truncated, WrongLength
from .primitives import ed25519_sign, ed25519_verify, sha256

SEGMENT_HEADER = 2 + SERVICE_ID + 4 + 1 + 4  # 27


def encode_answer(answer: str, **values: str | int) -> bytes:
    """A small answer: JSON padded with spaces to exactly 256 bytes. Raises TooLong."""
    data = json.dumps({"answer": answer, **values}, separators=(",", ":"), ensure_ascii=True).encode()
    if len(data) > ANSWER:
        raise TooLong("answer")
    return data.ljust(ANSWER)


def parse_answer(data: bytes, answer: str) -> dict[str, object]:
    """The fields of a small answer of the kind ``answer``. Raises WrongLength, BadValue."""
    if len(data) != ANSWER:
        raise WrongLength("answer")
    try:
        fields = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError):
        raise BadValue("answer") from None
    if not isinstance(fields, dict) or fields.get("answer") != answer:
        raise BadValue("answer")
    found: dict[str, object] = fields
    return found


def _period(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MAX_PERIOD:
        raise BadValue("period")
    return value


@dataclass(frozen=True)
class Receipt:
    """That an envelope is stored, and in which segment. Unsigned: it is known only in the visit that sent it."""

    id: bytes
    period: int

    def encode(self) -> bytes:
        """36 bytes: ``id 32 || period u32``; what the command line prints in hex."""
        return self.id + u32(self.period)

    def answer(self) -> bytes:
        """The 256 bytes that the server sends."""
        return encode_answer("stored", id=self.id.hex(), period=self.period)


def parse_receipt(data: bytes) -> Receipt:
    """Only the very bytes that Receipt.answer writes. Raises Malformed."""
    fields = parse_answer(data, "stored")
    written = fields.get("id")
    try:
        found = bytes.fromhex(written if isinstance(written, str) else "no text")
    except ValueError:
        raise BadValue("receipt id") from None
    if len(found) != HASH:
        raise WrongLength("receipt id")
    receipt = Receipt(found, _period(fields.get("period")))
    if receipt.answer() != data:
        raise BadValue("receipt form")
    return receipt


@dataclass(frozen=True)
class IntakeState:
    """Which segments the server serves: ``open`` is the one that still grows, ``oldest`` the first still kept."""

    open: int
    oldest: int

    def answer(self) -> bytes:
        return encode_answer("intake", open=self.open, oldest=self.oldest)


def parse_intake_state(data: bytes) -> IntakeState:
    """Only the very bytes that IntakeState.answer writes. Raises Malformed."""
    fields = parse_answer(data, "intake")
    state = IntakeState(_period(fields.get("open")), _period(fields.get("oldest")))
    if state.oldest > state.open or state.answer() != data:
        raise BadValue("intake state")
    return state


@dataclass(frozen=True)
class Segment:
    """The envelopes of one period, sorted by id. A closed one never changes."""

    service_id: bytes
    period: int
    closed: bool
    envelopes: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """H of the sorted ids."""
        return segment_root([sha256(envelope) for envelope in self.envelopes])


def segment_root(ids: Sequence[bytes]) -> bytes:
    """H(id_1 || id_2 || …), ids sorted."""
    return sha256(b"".join(ids))


def segment_header(service_id: bytes, period: int, closed: bool, count: int) -> bytes:
    """``version, type, service_id 16, period u32, closed u8, count u32``: 27 bytes; the envelopes follow."""
    return head(StructType.SEGMENT) + service_id + u32(period) + u8(closed) + u32(count)


def segment_size(count: int) -> int:
    """Bytes of a segment of ``count`` envelopes."""
    return SEGMENT_HEADER + count * ENVELOPE


@dataclass(frozen=True)
class SegmentHead:
    """The first 27 bytes of a segment: whose it is, which, whether it still grows, and how many envelopes follow."""

    service_id: bytes
    period: int
    closed: bool
    count: int


def parse_segment_head(data: bytes, size: int) -> SegmentHead:
    """``data`` the first 27 bytes of a segment of ``size`` bytes. Raises Malformed, also where the count does not make
    that size."""
    reader = Reader(data, "segment")
    reader.struct(StructType.SEGMENT)
    service_id, period, closed = reader.take(SERVICE_ID), reader.u32(), reader.u8(0, 1)
    found = SegmentHead(service_id, period, bool(closed), reader.u32(0, MAX_SEGMENT_ENVELOPES))
    reader.end()
    if size < segment_size(found.count):
        raise Truncated("segment")
    if size > segment_size(found.count):
        raise TrailingBytes("segment")
    return found


class SegmentIds:
    """The ids of a segment's envelopes, taken in one after another; they must rise. 32 bytes are kept of each."""

    def __init__(self) -> None:
        self._joined = bytearray()

    def __len__(self) -> int:
        return len(self._joined) // HASH

    def __getitem__(self, place: int) -> bytes:
        """The id of the envelope at ``place``, counted from 0."""
        return bytes(self._joined[place * HASH : (place + 1) * HASH])

    def __iter__(self) -> Iterator[bytes]:
        return (self[place] for place in range(len(self)))

    @property
    def root(self) -> bytes:
        """H of all of them."""
        return sha256(bytes(self._joined))

    def take(self, envelope: bytes) -> None:
        """The next envelope. Raises SegmentUnsorted."""
        name = sha256(envelope)
        if self._joined and self[len(self) - 1] >= name:
            raise SegmentUnsorted("ids")
        self._joined += name


def parse_segment(data: bytes) -> Segment:
    """A segment held whole. Raises Malformed, SegmentUnsorted."""
    found, ids = parse_segment_head(data[:SEGMENT_HEADER], len(data)), SegmentIds()
    envelopes = tuple(data[at : at + ENVELOPE] for at in range(SEGMENT_HEADER, len(data), ENVELOPE))
    for envelope in envelopes:
        ids.take(envelope)
    return Segment(found.service_id, found.period, found.closed, envelopes)


def _segment_request(service_id: bytes, unit_id: bytes, period: int) -> bytes:
    body = head(StructType.SEGMENT_REQUEST) + service_id + unit_id + u32(period)
    return labels.SEGMENT_REQUEST_SIGNATURE + b"\0" + body


def sign_segment_request(signing_seed: bytes, service_id: bytes, unit_id: bytes, period: int) -> bytes:
    """A unit's permission to download one segment, 64 bytes; stateless, and worth nothing for another segment."""
    return ed25519_sign(signing_seed, _segment_request(service_id, unit_id, period))


def verify_segment_request(public: bytes, signature: bytes, service_id: bytes, unit_id: bytes, period: int) -> None:
    """Raises BadSignature, WrongLength."""
    ed25519_verify(public, _segment_request(service_id, unit_id, period), signature)
