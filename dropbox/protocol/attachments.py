# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files in blobs of one size, sealed and opened (docs/protocol.md, step 5.10). No process of a server imports this."""

from . import labels
from .body import File
from .constants import BLOB, BLOB_PLAIN, KEY
from .encoding import u32
from .errors import BadValue, WrongLength
from .padding import pad, unpad
from .primitives import aead_open, aead_seal, sha256


def _nonce(number: int, last: bool) -> bytes:
    """``u64 number || u32 last-flag``: a key serves one file, so that no nonce comes twice under it."""
    return number.to_bytes(8, "big") + u32(last)


def seal_blob(key: bytes, number: int, last: bool, piece: bytes, service_id: bytes) -> bytes:
    """262,144 bytes. ``number`` counts the blobs of a file from 0; only the ``last`` piece may be shorter than 262,128
    bytes, and none is empty. Raises WrongLength, BadValue."""
    if len(key) != KEY:
        raise WrongLength("file key")
    if not 0 < len(piece) <= BLOB_PLAIN or (len(piece) < BLOB_PLAIN and not last):
        raise BadValue("piece")
    return aead_seal(key, _nonce(number, last), pad(piece, BLOB_PLAIN), labels.BLOB_AAD + service_id)


def open_blob(key: bytes, number: int, last: bool, length: int, blob: bytes, service_id: bytes) -> bytes:
    """The piece of ``length`` bytes. Raises WrongLength, BadValue, NotForThisKey (another number, flag, service or key,
    or altered), BadPadding."""
    if len(blob) != BLOB:
        raise WrongLength("blob")
    if not 0 < length <= BLOB_PLAIN or (length < BLOB_PLAIN and not last):
        raise BadValue("piece")
    return unpad(aead_open(key, _nonce(number, last), blob, labels.BLOB_AAD + service_id), length)


def seal_file(name: str, media_type: str, data: bytes, key: bytes, service_id: bytes) -> tuple[File, list[bytes]]:
    """What a message says of a file, and its blobs in order. ``key`` is random and for this file alone. Raises
    BadValue for an empty file."""
    pieces = [data[at : at + BLOB_PLAIN] for at in range(0, len(data), BLOB_PLAIN)]
    if not pieces:
        raise BadValue("empty file")
    blobs = [
        seal_blob(key, number, number == len(pieces) - 1, piece, service_id) for number, piece in enumerate(pieces)
    ]
    return File(name, media_type, len(data), key, tuple(map(sha256, blobs))), blobs


def piece_length(file: File, number: int) -> int:
    """Bytes of the file that its blob of this number, from 0, holds. Raises BadValue when it has no such blob."""
    if not 0 <= number < len(file.blobs):
        raise BadValue("blob number")
    return min(BLOB_PLAIN, file.size - number * BLOB_PLAIN)


def open_piece(file: File, number: int, blob: bytes, service_id: bytes) -> bytes:
    """The piece of a file in its blob of this number, which must be the one that the message names. Raises WrongLength,
    BadValue, NotForThisKey, BadPadding."""
    length = piece_length(file, number)
    if len(blob) == BLOB and sha256(blob) != file.blobs[number]:
        raise BadValue("blob id")
    return open_blob(file.key, number, number == len(file.blobs) - 1, length, blob, service_id)
