# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a vector's ``operation`` means: from the vector's input to its output, all bytes in hex.

Here those on bytes alone; those of the board's bytes are in operations_board.py, those that need a directory and a
board in operations_service.py.
A second implementation writes the same table; docs/protocol.md, section 9, describes the files.
"""

import base64
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from dropbox.protocol import board, body, codename, primitives, wire
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.certificates import parse_cert
from dropbox.protocol.encoding import Reader
from dropbox.protocol.envelope_format import parse_envelope_plain, split_body
from dropbox.protocol.envelope_open import EpochOpener, open_envelope
from dropbox.protocol.envelope_seal import envelope_id
from dropbox.protocol.inert import inert
from dropbox.protocol.padding import pad
from dropbox.words import codename_words

Values = dict[str, Any]
OPERATIONS: dict[str, Callable[[Values], Values]] = {}


def operation(function: Callable[..., Values]) -> Callable[..., Values]:
    """Register under the function's name with hyphens."""
    OPERATIONS[function.__name__.replace("_", "-")] = lambda values: function(**values)
    return function


def _b(text: str) -> bytes:
    return bytes.fromhex(text)


@operation
def sha256(data: str) -> Values:
    return {"hash": primitives.sha256(_b(data)).hex()}


@operation
def hmac_sha256(key: str, data: str) -> Values:
    return {"mac": primitives.mac(_b(key), _b(data)).hex()}


@operation
def hkdf_sha256(ikm: str, info: str) -> Values:
    return {"key": primitives.hkdf(_b(ikm), _b(info)).hex()}


@operation
def argon2id(password: str, salt: str, memory_kib: int, passes: int, lanes: int) -> Values:
    return {"key": primitives.argon2id(_b(password), _b(salt), memory_kib, passes, lanes).hex()}


@operation
def aes_256_gcm_seal(key: str, nonce: str, plain: str, aad: str) -> Values:
    return {"sealed": primitives.aead_seal(_b(key), _b(nonce), _b(plain), _b(aad)).hex()}


@operation
def aes_256_gcm_open(key: str, nonce: str, sealed: str, aad: str) -> Values:
    return {"plain": primitives.aead_open(_b(key), _b(nonce), _b(sealed), _b(aad)).hex()}


@operation
def ed25519_sign(seed: str, message: str) -> Values:
    public = primitives.ed25519_public(_b(seed))
    return {"public": public.hex(), "signature": primitives.ed25519_sign(_b(seed), _b(message)).hex()}


@operation
def ed25519_verify(public: str, message: str, signature: str) -> Values:
    primitives.ed25519_verify(_b(public), _b(message), _b(signature))
    return {}


@operation
def xwing_public(seed: str) -> Values:
    return {"public": primitives.SealingKey(_b(seed)).public.hex()}


@operation
def hpke_open(seed: str, info: str, sealed: str) -> Values:
    return {"plain": primitives.SealingKey(_b(seed)).open(_b(sealed), _b(info)).hex()}


@operation
def hpke_seal_opens(public: str, seed: str, info: str, plain: str) -> Values:
    sealed = primitives.hpke_seal(_b(public), _b(plain), _b(info))
    return {"size": len(sealed), "plain": primitives.SealingKey(_b(seed)).open(sealed, _b(info)).hex()}


@operation
def codename_encode(entropy: str) -> Values:
    return {"codename": " ".join(codename.encode_codename(_b(entropy), codename_words()))}


@operation
def codename_make(random: list[str]) -> Values:
    draws = [_b(one) for one in random]
    entropy, words = codename.make_codename(lambda size: draws.pop(0), codename_words())
    return {"entropy": entropy.hex(), "codename": " ".join(words), "draws": len(random) - len(draws)}


@operation
def codename_decode(typed: str) -> Values:
    return {"entropy": codename.decode_codename(typed, codename_words()).hex()}


@operation
def codename_stretch(entropy: str, service_id: str) -> Values:
    return {"stretched": codename.stretch(_b(entropy), _b(service_id)).hex()}


@operation
def conversation_keys(stretched: str, unit_id: str, message_id: str) -> Values:
    keys = codename.conversation_keys(_b(stretched), _b(unit_id))
    return {
        "key": keys.key.hex(),
        "pseudonym": keys.pseudonym.hex(),
        "beacon": keys.beacon.hex(),
        "refresh": keys.refresh(_b(message_id)).hex(),
    }


@operation
def body_encode(report: Values) -> Values:
    answers = {name: tuple(said) if isinstance(said, list) else said for name, said in report["answers"].items()}
    files = tuple(
        body.File(one["name"], one["type"], one["size"], _b(one["key"]), tuple(map(_b, one["blobs"])))
        for one in report.get("files", ())
    )
    contact = report.get("contact", "")
    sealed = contact.encode() if contact == body.WITHDRAWN.decode() else base64.b64decode(contact)
    first = (report["text"], tuple(report["categories"]), report["force"], answers)
    return {"body": body.encode_body(body.Report(*first, files, sealed, tuple(report.get("not_to", ())))).hex()}


@operation
def body_parse(data: str) -> Values:
    found = body.parse_body(_b(data))
    withdrawn = found.contact == body.WITHDRAWN
    return {
        "report": {
            "text": found.text,
            "categories": list(found.categories),
            "force": found.force,
            "answers": {name: list(said) if isinstance(said, tuple) else said for name, said in found.answers.items()},
            "files": [
                {
                    "name": one.name,
                    "type": one.media_type,
                    "size": one.size,
                    "key": one.key.hex(),
                    "blobs": [blob.hex() for blob in one.blobs],
                }
                for one in found.files
            ],
            "contact": found.contact.decode() if withdrawn else base64.b64encode(found.contact).decode(),
            "not_to": list(found.not_to),
        }
    }


@operation
def body_split(length: int) -> Values:
    return {"parts": [len(part) for part in split_body(bytes(length))]}


@operation
def zero_pad(data: str, size: int) -> Values:
    return {"padded": pad(_b(data), size).hex()}


@operation
def inert_text(text: str) -> Values:
    return {"text": inert(text)}


@operation
def armour_write(kind: str, data: str) -> Values:
    return {"text": armour(kind, _b(data)).decode()}


@operation
def armour_read(kind: str, text: str) -> Values:
    return {"data": dearmour(kind, text.encode()).hex()}


@operation
def cert_parse(data: str) -> Values:
    cert = parse_cert(_b(data))
    return {"epoch": cert.epoch, "not_before": cert.not_before, "not_after": cert.not_after, "hash": cert.hash.hex()}


@operation
def envelope_plain_parse(plain: str) -> Values:
    found, signature = parse_envelope_plain(_b(plain))
    return {"type": found.type.name, "body": found.body.hex(), "signature": signature.hex()}


@operation
def envelope_open(envelope: str, epochs: list[Values]) -> Values:
    openers = [
        EpochOpener(one["epoch"], _b(one["cert_hash"]), primitives.SealingKey(_b(one["seed"]))) for one in epochs
    ]
    opened = open_envelope(_b(envelope), openers)
    plain = opened.plain
    return {
        "id": envelope_id(_b(envelope)).hex(),
        "epoch": opened.epoch,
        "type": plain.type.name,
        "pseudonym": plain.pseudonym.hex(),
        "beacon": plain.beacon.hex(),
        "refresh": plain.refresh.hex(),
        "message_id": plain.message_id.hex(),
        "part": plain.part,
        "parts": plain.parts,
        "ack": plain.ack,
        "body": plain.body.hex(),
        "signature": opened.signature.hex(),
    }


@operation
def reply_chain(refresh: str, unit_id: str, pseudonym: str, step: int) -> Values:
    key = board.chain_start(_b(refresh), _b(unit_id), _b(pseudonym))
    for _ in range(step):
        key = board.chain_next(key)
    return {"chain_key": key.hex()}


@operation
def entry_names(beacon: str, pseudonym: str, period: int, slot: int, message_id: str, step: int) -> Values:
    where = (_b(beacon), _b(pseudonym), period, slot)
    index = board.mask_index(*where, _b(message_id), step)
    found = board.unmask_index(*where, index)
    return {"tag": board.entry_tag(*where).hex(), "index": index.hex(), "found": [found[0].hex(), found[1]]}


def entry_place(place: Values) -> board.EntryPlace:
    return board.EntryPlace(**{**place, **{k: _b(place[k]) for k in ("beacon", "pseudonym", "message_id")}})


def entry_plain(plain: Values) -> board.EntryPlain:
    return board.EntryPlain(**{**plain, "type": board.EntryType(plain["type"]), "text": plain["text"].encode()})


@operation
def entry_plain_parse(plain: str) -> Values:
    found, _, signature = board.parse_entry_plain(_b(plain))
    return {"msg_no": found.msg_no, "text": found.text.hex(), "signature": signature.hex()}


@operation
def receipt_parse(answer: str) -> Values:
    found = wire.parse_receipt(answer.encode())
    return {"id": found.id.hex(), "period": found.period, "bytes": found.encode().hex()}


@operation
def intake_parse(answer: str) -> Values:
    return asdict(wire.parse_intake_state(answer.encode()))


@operation
def segment_parse(data: str) -> Values:
    found = wire.parse_segment(_b(data))
    return {
        "period": found.period,
        "closed": found.closed,
        "envelopes": len(found.envelopes),
        "root": found.root.hex(),
    }


@operation
def segment_request(seed: str, service_id: str, unit_id: str, period: int) -> Values:
    return {"signature": wire.sign_segment_request(_b(seed), _b(service_id), _b(unit_id), period).hex()}


@operation
def segment_request_verify(public: str, signature: str, service_id: str, unit_id: str, period: int) -> Values:
    wire.verify_segment_request(_b(public), _b(signature), _b(service_id), _b(unit_id), period)
    return {}


@operation
def read_fields(data: str, widths: list[int]) -> Values:
    reader = Reader(_b(data), "fields")
    values = [reader.number(width) for width in widths]
    reader.end()
    return {"values": values}
