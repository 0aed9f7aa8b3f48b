# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operations of vectors on blobs. A blob would fill a megabyte of hex: it is made here from one byte, and named."""

from typing import Any

from dropbox.protocol import attachments, blobs
from dropbox.protocol.body import File
from dropbox.protocol.constants import BLOB_PLAIN
from dropbox.protocol.encoding import u32
from dropbox.protocol.labels import BLOB_AAD
from dropbox.protocol.primitives import aead_seal
from tests.vectors.operations import operation

Values = dict[str, Any]


def _b(text: str) -> bytes:
    return bytes.fromhex(text)


def _one(text: str) -> bytes:
    """Raises ValueError for another length: then it is no input."""
    (number,) = bytes.fromhex(text)
    return bytes([number])


@operation
def blob_seal(key: str, service_id: str, number: int, last: bool, byte: str, length: int) -> Values:
    blob = attachments.seal_blob(_b(key), number, last, _one(byte) * length, _b(service_id))
    return {"size": len(blob), "id": blobs.blob_id(blob).hex(), "begins": blob[:32].hex(), "ends": blob[-32:].hex()}


def made_blob(made: Values) -> bytes:
    """A blob by whoever keeps no rule: filled up with any byte, then cut, lengthened or flipped."""
    plain = (_one(made["byte"]) * made["length"]).ljust(BLOB_PLAIN, _b(made["fill"]))
    nonce = made["number"].to_bytes(8, "big") + u32(made["last"])
    blob = bytearray(aead_seal(_b(made["key"]), nonce, plain, BLOB_AAD + _b(made["service_id"])))
    if made["flip"] is not None:
        blob[made["flip"]] ^= 1
    return bytes(blob[: len(blob) + min(0, made["more"])]) + bytes(max(0, made["more"]))


@operation
def blob_open(made: Values, key: str, service_id: str, number: int, last: bool, length: int) -> Values:
    piece = attachments.open_blob(_b(key), number, last, length, made_blob(made), _b(service_id))
    return {"size": len(piece), "hash": blobs.blob_id(piece).hex()}


@operation
def piece_open(made: Values, file: Values, number: int) -> Values:
    whole = File("a", "image/jpeg", file["size"], _b(file["key"]), tuple(map(_b, file["blobs"])))
    piece = attachments.open_piece(whole, number, made_blob(made), _b(made["service_id"]))
    return {"size": len(piece), "hash": blobs.blob_id(piece).hex()}


@operation
def blobs_posted(real: int) -> Values:
    return {"count": blobs.posted(real)}


@operation
def blobs_order(count: int, random: list[str]) -> Values:
    draws = [_b(one) for one in random]
    return {"order": blobs.posting_order(count, lambda size: draws.pop(0)), "left": len(draws)}


@operation
def pass_request(count: int) -> Values:
    return {"bytes": blobs.pass_request(count).hex()}


@operation
def pass_request_parse(data: str) -> Values:
    return {"count": blobs.parse_pass_request(_b(data))}


@operation
def pass_parse(answer: str) -> Values:
    found = blobs.parse_pass(answer.encode())
    return {"pass": found.name.hex(), "blobs": found.blobs}


@operation
def blobs_head_parse(data: str, size: int) -> Values:
    found = blobs.parse_blobs_head(_b(data), size)
    return {"service_id": found.service_id.hex(), "period": found.period, "count": found.count}


@operation
def blobs_request(seed: str, service_id: str, unit_id: str, period: int, chunk: int) -> Values:
    return {"signature": blobs.sign_blobs_request(_b(seed), _b(service_id), _b(unit_id), period, chunk).hex()}


@operation
def blobs_request_verify(public: str, signature: str, service_id: str, unit_id: str, period: int, chunk: int) -> Values:
    blobs.verify_blobs_request(_b(public), _b(signature), _b(service_id), _b(unit_id), period, chunk)
    return {}
