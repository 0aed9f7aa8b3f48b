# SPDX-License-Identifier: AGPL-3.0-or-later
"""How blobs travel: how many and in which order, the pass for them, and the file of a period (docs/protocol.md, steps
5.10 and 7.4). What is in a blob nobody here can tell: ``attachments`` opens them."""

from dataclasses import dataclass

from . import labels
from .chance import Random
from .constants import (
    BLOB,
    BLOBS_CHUNK,
    MAX_BLOBS,
    MAX_PERIOD_BLOBS,
    PASS,
    SERVICE_ID,
    StructType,
)
from .encoding import Reader, head, u8, u32
from .errors import BadValue, TooLong, TrailingBytes, Truncated, WrongLength
from .primitives import ed25519_sign, ed25519_verify, sha256
from .wire import encode_answer, parse_answer

BLOBS_HEADER = 2 + SERVICE_ID + 4 + 4  # 26
PASS_REQUEST = 3


def blob_id(blob: bytes) -> bytes:
    """H(blob), 32 bytes."""
    return sha256(blob)


def posted(real: int) -> int:
    """How many blobs a visit posts that has so many real ones: the next power of two. Raises BadValue for none,
    TooLong."""
    if real < 1:
        raise BadValue("blobs")
    if real > MAX_BLOBS:
        raise TooLong("files", parts=real, allowed=MAX_BLOBS)
    return 1 << (real - 1).bit_length()


def posting_order(count: int, random: Random) -> list[int]:
    """The numbers below ``count`` in random order: from the last place down to the second, each is changed with one of
    those up to it, drawn as ``u64 mod m`` of 8 bytes."""
    order = list(range(count))
    for place in range(count - 1, 0, -1):
        other = int.from_bytes(random(8), "big") % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def pass_request(count: int) -> bytes:
    """``version, type 15, count u8``: 3 bytes."""
    return head(StructType.PASS_REQUEST) + u8(count)


def parse_pass_request(data: bytes) -> int:
    """How many blobs are to be let in, 1 to 64. Raises Malformed."""
    if len(data) != PASS_REQUEST:
        raise WrongLength("pass request")
    reader = Reader(data, "pass request")
    reader.struct(StructType.PASS_REQUEST)
    count = reader.u8(1, MAX_BLOBS)
    reader.end()
    return count


@dataclass(frozen=True)
class Pass:
    """That a server lets so many blobs in, by a name that it drew: 16 bytes."""

    name: bytes
    blobs: int

    def answer(self) -> bytes:
        """The 256 bytes that the server sends."""
        fields: dict[str, str | int] = {"pass": self.name.hex(), "blobs": self.blobs}
        return encode_answer("pass", **fields)


def parse_pass(data: bytes) -> Pass:
    """Only the very bytes that Pass.answer writes. Raises Malformed."""
    fields = parse_answer(data, "pass")
    written, blobs = fields.get("pass"), fields.get("blobs")
    try:
        name = bytes.fromhex(written if isinstance(written, str) else "no text")
    except ValueError:
        raise BadValue("pass name") from None
    if len(name) != PASS:
        raise WrongLength("pass name")
    if type(blobs) is not int or not 1 <= blobs <= MAX_BLOBS:
        raise BadValue("pass blobs")
    found = Pass(name, blobs)
    if found.answer() != data:
        raise BadValue("pass form")
    return found


@dataclass(frozen=True)
class BlobsHead:
    """The first 26 bytes of a period's blobs: whose they are, of which period, and how many follow, sorted by id."""

    service_id: bytes
    period: int
    count: int

    def encode(self) -> bytes:
        """``version, type 16, service_id 16, period u32, count u32``."""
        return head(StructType.BLOBS) + self.service_id + u32(self.period) + u32(self.count)

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return blobs_size(self.count)


def blobs_size(count: int) -> int:
    """Bytes of the file of a period that brought so many blobs."""
    return BLOBS_HEADER + count * BLOB


def chunks(size: int) -> int:
    """How many chunks a file of so many bytes is served in."""
    return -(-size // BLOBS_CHUNK)


def parse_blobs_head(data: bytes, size: int) -> BlobsHead:
    """``data`` the first 26 bytes of a file of ``size`` bytes. Raises Malformed, also where the count does not make
    that size."""
    reader = Reader(data, "blobs")
    reader.struct(StructType.BLOBS)
    found = BlobsHead(reader.take(SERVICE_ID), reader.u32(), reader.u32(0, MAX_PERIOD_BLOBS))
    reader.end()
    if size < found.size:
        raise Truncated("blobs")
    if size > found.size:
        raise TrailingBytes("blobs")
    return found


def _request(service_id: bytes, unit_id: bytes, period: int, chunk: int) -> bytes:
    body = head(StructType.BLOBS_REQUEST) + service_id + unit_id + u32(period) + u32(chunk)
    return labels.BLOBS_REQUEST_SIGNATURE + b"\0" + body


def sign_blobs_request(seed: bytes, service_id: bytes, unit_id: bytes, period: int, chunk: int) -> bytes:
    """A unit's permission to download one chunk, 64 bytes; stateless, and worth nothing for another one."""
    return ed25519_sign(seed, _request(service_id, unit_id, period, chunk))


def verify_blobs_request(
    public: bytes, signature: bytes, service_id: bytes, unit_id: bytes, period: int, chunk: int
) -> None:
    """Raises BadSignature, WrongLength."""
    ed25519_verify(public, _request(service_id, unit_id, period, chunk), signature)
