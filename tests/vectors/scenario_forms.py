# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of text files and small answers."""

from dropbox.protocol.constants import ANSWER
from dropbox.protocol.wire import IntakeState, Receipt, encode_answer
from tests.vectors.scenario import Scenario, refuse

# A = a B, T a point of order 8: the key A + T and a signature whose challenge is a multiple of 8; then R + T under A.
_PLAIN_KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"
_MIXED_KEY = "fbb3211d177bccefd763d01a88f6473e43e5cf0a0740e44ab5c64460eefd4675"
_BY_MIXED_KEY = (
    "57f85fa7df24b17aa4fd42674400fa5500383bfc1ee71b10ad02c9a09b7d38a2"
    "801ec89744b463e1027df9a1cb68fe082c881d00ea256dc063ba34d9a99a9a07"
)
_WITH_MIXED_R = (
    "77df156616e51079873310e15d4c23124fc1f6b7cafbbaec112217f900cfae54"
    "e418ce45fa60473be1c74244c2d6ffb39b352aec89fcee2538a2fe5f87c48000"
)
_ZERO_SEED_KEY = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"
_WITH_IDENTITY_R = f"{1:02x}{0:062x}c5b888c651c57f50514c907ac51e8fec10afb8cc165c3e2c4aae4f9af57bd10f"
_NO_ORDER = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"


def _files() -> list[Scenario]:
    text = "-----BEGIN DROPBOX ANCHOR-----\nAAEC\n-----END DROPBOX ANCHOR-----\n"
    wrong = {
        "no-end": text[:-20],
        "other-end": text.replace("END DROPBOX ANCHOR", "END DROPBOX HEAD"),
        "other-kind": text.replace("ANCHOR", "ENROLMENT"),
        "rehearsal": text.replace("DROPBOX ANCHOR", "DROPBOX REHEARSAL ANCHOR"),
        "letters": text.replace("AAEC", "AA=C"),
        "stars": text.replace("AAEC", "AA*C"),
        "empty": "",
        "no-bytes": text.replace("AAEC\n", ""),
        "blank-line": text.replace("AAEC", ""),
        "last-bits": text.replace("AAEC", "AAF="),
        "short-line": text.replace("AAEC", "AA\nEC"),
        "blank": text.replace("AAEC", "AAEC\n"),
        "minus": text.replace("AAEC", "AA-C"),
    }
    found: list[Scenario] = [
        ("armour-write", "An armoured file.", "armour-write", {"kind": "ANCHOR", "data": "000102"}, {"text": text}),
        ("armour-long", "Lines of 64.", "armour-write", {"kind": "DIRECTORY", "data": "ab" * 100}, {}),
        ("armour-read", "And back.", "armour-read", {"kind": "ANCHOR", "text": text}, {"data": "000102"}),
        (
            "armour-read-crlf",
            "Line ends of other systems are forgiven.",
            "armour-read",
            {"kind": "ANCHOR", "text": text.replace("\n", "\r\n")},
            {"data": "000102"},
        ),
    ]
    for name, one in wrong.items():
        values: dict[str, object] = {"kind": "ANCHOR", "text": one}
        found.append(refuse(f"armour-wrong-{name}", f"Refused: {name}.", "armour-read", values, "bad-armour"))
    return found


def _answers() -> list[Scenario]:
    receipt = Receipt(bytes(range(32)), 20_000).answer().decode()
    state = IntakeState(20, 6).answer().decode()

    def stored(**values: str | int) -> str:
        return encode_answer("stored", **values).decode()

    return [
        ("receipt", "A receipt of 256 bytes.", "receipt-parse", {"answer": receipt}, {}),
        refuse("receipt-short", "255 bytes.", "receipt-parse", {"answer": receipt[:-1]}, "wrong-length"),
        refuse("receipt-other", "Another kind of answer.", "receipt-parse", {"answer": state}, "bad-value"),
        refuse("receipt-not-json", "No JSON.", "receipt-parse", {"answer": "x" * ANSWER}, "bad-value"),
        refuse("receipt-list", "A list.", "receipt-parse", {"answer": "[]".ljust(ANSWER)}, "bad-value"),
        refuse("receipt-id-form", "No hex.", "receipt-parse", {"answer": stored(id="zz", period=1)}, "bad-value"),
        refuse("receipt-id-number", "A number.", "receipt-parse", {"answer": stored(id=1, period=1)}, "bad-value"),
        refuse(
            "receipt-id-short", "31 bytes.", "receipt-parse", {"answer": stored(id="00" * 31, period=1)}, "wrong-length"
        ),
        refuse("receipt-no-period", "No period.", "receipt-parse", {"answer": stored(id="00" * 32)}, "bad-value"),
        refuse(
            "receipt-period-large",
            "2^32.",
            "receipt-parse",
            {"answer": stored(id="00" * 32, period=1 << 32)},
            "bad-value",
        ),
        refuse(
            "receipt-blanks-in-id",
            "Blanks inside the id.",
            "receipt-parse",
            {"answer": stored(id=" 00" * 32, period=1)},
            "bad-value",
        ),
        refuse(
            "receipt-utf-16",
            "JSON of another encoding.",
            "receipt-parse",
            {"answer": '\x00{\x00"\x00a\x00"\x00:\x001\x00}'.ljust(ANSWER, "\x00")},
            "bad-value",
        ),
        refuse(
            "receipt-more",
            "A field more.",
            "receipt-parse",
            {"answer": stored(id="00" * 32, period=1, more=1)},
            "bad-value",
        ),
        refuse(
            "intake-state-more",
            "A field more.",
            "intake-parse",
            {"answer": encode_answer("intake", open=2, oldest=1, more=1).decode()},
            "bad-value",
        ),
        ("intake-state", "Open and oldest segment.", "intake-parse", {"answer": state}, {"open": 20, "oldest": 6}),
        refuse(
            "intake-state-order",
            "The oldest is after the open one.",
            "intake-parse",
            {"answer": encode_answer("intake", open=1, oldest=2).decode()},
            "bad-value",
        ),
    ]


def _primitives() -> list[Scenario]:
    gcm: dict[str, object] = {"key": "01" * 32, "nonce": "02" * 12, "sealed": "03" * 32, "aad": ""}
    verify: dict[str, object] = {"message": "", "signature": "00" * 64}
    order = int.from_bytes(bytes.fromhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), "little")
    good = OPERATION_SIGN
    larger = int.from_bytes(bytes.fromhex(good[2])[32:], "little") + order
    malleable = good[2][:64] + larger.to_bytes(32, "little").hex()
    return [
        (
            "known-aes-256-gcm-14-open",
            "McGrew and Viega, test case 14, backwards.",
            "aes-256-gcm-open",
            {
                "key": "00" * 32,
                "nonce": "00" * 12,
                "sealed": "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
                "aad": "",
            },
            {"plain": "00" * 16},
        ),
        refuse("gcm-open-wrong", "Another tag.", "aes-256-gcm-open", gcm, "not-for-this-key"),
        (
            "ed25519-verify",
            "A good signature.",
            "ed25519-verify",
            dict(zip(("public", "message", "signature"), good, strict=True)),
            {},
        ),
        refuse(
            "ed25519-s-plus-l",
            "The same signature with S + L is refused (RFC 8032, 5.1.7).",
            "ed25519-verify",
            {"public": good[0], "message": good[1], "signature": malleable},
            "bad-signature",
        ),
        refuse(
            "ed25519-identity-key",
            "The identity as a key would accept a signature of zeros and one: refused.",
            "ed25519-verify",
            {"public": "01" + "00" * 31, "message": "", "signature": "01" + "00" * 63},
            "bad-signature",
        ),
        refuse(
            "ed25519-small-order",
            "A key of small order.",
            "ed25519-verify",
            {"public": _NO_ORDER, **verify},
            "bad-signature",
        ),
        refuse(
            "ed25519-mixed-order-key",
            "A key with a part of small order, for which the equation without the cofactor holds.",
            "ed25519-verify",
            {"public": _MIXED_KEY, "message": b"message 18".hex(), "signature": _BY_MIXED_KEY},
            "bad-signature",
        ),
        refuse(
            "ed25519-mixed-order-r",
            "R with a part of small order, for which the equation with the cofactor holds.",
            "ed25519-verify",
            {"public": _PLAIN_KEY, "message": b"message".hex(), "signature": _WITH_MIXED_R},
            "bad-signature",
        ),
        refuse(
            "ed25519-identity-r",
            "R is the identity, of prime order by neither reading, and the equation holds.",
            "ed25519-verify",
            {"public": _ZERO_SEED_KEY, "message": b"message".hex(), "signature": _WITH_IDENTITY_R},
            "bad-signature",
        ),
        refuse("ed25519-key-short", "31 bytes.", "ed25519-verify", {"public": "00" * 31, **verify}, "wrong-length"),
        refuse("xwing-seed-short", "31 bytes.", "xwing-public", {"seed": "00" * 31}, "wrong-length"),
        ("pad", "Zeros to the size.", "zero-pad", {"data": "ff", "size": 3}, {"padded": "ff0000"}),
        refuse("pad-too-long", "Larger than the size.", "zero-pad", {"data": "ffffffff", "size": 3}, "too-long"),
        ("fields", "Big-endian numbers.", "read-fields", {"data": "01020304050607", "widths": [1, 2, 4]}, {}),
        refuse("fields-truncated", "Cut short.", "read-fields", {"data": "010203", "widths": [4]}, "truncated"),
        refuse(
            "fields-trailing", "Something follows.", "read-fields", {"data": "0102", "widths": [1]}, "trailing-bytes"
        ),
    ]


OPERATION_SIGN = (
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
)


def form_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_files(), *_answers(), *_primitives()]
