# SPDX-License-Identifier: AGPL-3.0-or-later
"""One message from its codename to its envelope, number by number: docs/worked-example.md, which ``make docs`` writes.

Each number is worked out here as protocol.md says it, from hash, HKDF, Argon2id and Ed25519 alone; the vector
``envelope-worked`` holds the sealed envelope, which the code opens to the same numbers.
"""

import json
from pathlib import Path

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.codename import ConversationKeys, conversation_keys, stretch
from dropbox.protocol.constants import BODY_PART, VERSION, EnvelopeType
from dropbox.protocol.primitives import argon2id, ed25519_public, ed25519_sign, hkdf, sha256
from dropbox.words import codename_words
from tests.vectors.small_service import MESSAGE_ID, SERVICE, epoch_seed, make_cert, unit_id

ENTROPY = bytes.fromhex("0123456789abcdef01234567")
UNIT = "north"
CERT: EpochCert = make_cert(UNIT, 10_000)
REPORT = Report("It was in the café.", ("personal-advantage",), "west-yorkshire", {"when": "In March."})
PAGE = Path(__file__).parents[2] / "docs" / "worked-example.md"
VECTOR = Path(__file__).parent / "scenarios" / "envelope-worked.json"
WIDTH, SHOWN = 64, 192
HEAD = """# A worked example

One message of one part, from its codename to its envelope, for whoever implements [protocol.md](protocol.md). The
section stands in brackets, bytes are in hex; of more than 192 stand the first and the last 32, how many there are,
and their SHA-256. Written by `make docs`.

A sealing is random, so another envelope has other bytes. The one of this page is in
[envelope-worked.json](../tests/vectors/scenarios/envelope-worked.json); the seed of the certificate's key opens it to
this plaintext.
"""


def keys() -> ConversationKeys:
    """Those of the example's source towards its unit, as the code makes them."""
    return conversation_keys(stretch(ENTROPY, SERVICE), unit_id(UNIT))


def _bytes(data: bytes) -> list[str]:
    text = data.hex()
    if len(data) <= SHOWN:
        return [text[at : at + WIDTH] for at in range(0, len(text), WIDTH)]
    return [f"{text[:WIDTH]} …", f"… {text[-WIDTH:]}", f"{len(data):,} bytes, SHA-256 {sha256(data).hex()}"]


def _codename() -> list[tuple[str, bytes | str]]:
    check = int.from_bytes(sha256(b"codename check" + ENTROPY)) >> (256 - 11)
    number = left = int.from_bytes(ENTROPY) << 11 | check
    places: list[int] = []
    for _ in range(8):
        left, place = divmod(left, 7_776)
        places.insert(0, place)
    return [
        ("entropy", ENTROPY),
        ("check, 11 bits", f"{check:011b}"),
        ("number", str(number)),
        ("places", " ".join(map(str, places))),
        ("codename", " ".join(codename_words().words[place] for place in places)),
    ]


def _sections() -> list[tuple[str, list[tuple[str, bytes | str]]]]:
    unit, info = unit_id(UNIT), b"s2u" + sha256(CERT.encode())
    salt = sha256(b"salt" + SERVICE)[:16]
    stretched = argon2id(ENTROPY, salt, 19_456, 2, 1)
    shared = hkdf(stretched, b"conversation" + unit)
    seed, beacon, refresh = hkdf(shared, b"pseudonym"), hkdf(shared, b"beacon"), hkdf(shared, b"refresh" + MESSAGE_ID)
    pseudonym, body = ed25519_public(seed), encode_body(REPORT)
    head = bytes((VERSION, EnvelopeType.MESSAGE)) + pseudonym
    tail = MESSAGE_ID + bytes((1, 1)) + bytes(4) + len(body).to_bytes(2) + body.ljust(BODY_PART, b"\0")
    signed = b"s2u-sig\0" + sha256(info) + head + sha256(beacon + refresh) + tail
    signature = ed25519_sign(seed, signed)
    envelope = bytes.fromhex(json.loads(VECTOR.read_text())["input"]["envelope"])
    return [
        ("Codename (4.1)", _codename()),
        ("Stretching (4.3)", [("service_id", SERVICE), ("salt", salt), ("S", stretched)]),
        (
            "Keys towards one unit (4.4)",
            [
                *(("unit_id", unit), ("K", shared), ("seed of P", seed), ("P_pk", pseudonym), ("b", beacon)),
                *(("message_id", MESSAGE_ID), ("r", refresh)),
            ],
        ),
        ("Certificate (3.5)", [("seed of its key", epoch_seed(UNIT, CERT.epoch)), ("cert", CERT.encode())]),
        ("Body (5.6)", [("in letters", body.decode()), ("body", body)]),
        ("Info and signature (5.3, 5.4)", [("info", info), ("signed", signed), ("signature", signature)]),
        ("Plaintext (5.2)", [("plain", head + beacon + refresh + tail + signature)]),
        ("Envelope (5.1)", [("envelope", envelope), ("id", sha256(envelope))]),
    ]


def text() -> str:
    """The page."""
    parts = [HEAD]
    for title, rows in _sections():
        parts += [f"\n## {title}\n", "```"]
        for name, value in rows:
            lines = _bytes(value) if isinstance(value, bytes) else [value]
            parts += [f"{name:<16} {lines[0]}", *(f"{'':<16} {line}" for line in lines[1:])]
        parts.append("```")
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write it."""
    PAGE.write_text(text())


if __name__ == "__main__":
    main()
