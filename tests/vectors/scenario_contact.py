# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of contact details: what opens, and what was moved, cut or made by whoever keeps no rule."""

from dropbox.protocol.constants import CONTACT_PLAIN, MAX_CONTACT
from dropbox.protocol.contact import contact_info, seal_contact
from dropbox.protocol.padding import pad
from dropbox.protocol.primitives import SealingKey, hpke_seal
from tests.vectors.scenario import Scenario, Values, flip, refuse
from tests.vectors.small_service import MESSAGE_ID, START, keys_for, make_cert, seed

SEED = seed("contact key of north")
KEY = SealingKey(SEED)
_CERT, _SOURCE = make_cert("north", START).hash, keys_for("north").pseudonym
_INFO = contact_info(_CERT, _SOURCE, MESSAGE_ID)
_SAID = 'Signal: \u00e9\u4e2d\U0001f600 " \\\\ \n Not at home; not my husband.'


def _plain(length: int, text: bytes) -> bytes:
    return pad(length.to_bytes(2, "big") + text, CONTACT_PLAIN)


def _sealing() -> list[Scenario]:
    values: Values = {"seed": SEED.hex(), "info": _INFO.hex()}
    good = {"shortest": "x", "words": _SAID, "longest": "x" * MAX_CONTACT, "widest": "\u4e2d" * (MAX_CONTACT // 3)}
    found: list[Scenario] = [
        (
            f"contact-seal-{name}",
            f"Of one size, and opens again: {name}.",
            "contact-seal-opens",
            {**values, "text": text},
            {"size": 2_160, "text": text},
        )
        for name, text in good.items()
    ]
    whom = {"cert_hash": _CERT.hex(), "pseudonym": _SOURCE.hex(), "message_id": MESSAGE_ID.hex()}
    bound = {"info": (b"contact" + _CERT + _SOURCE + MESSAGE_ID).hex()}
    found.append(("contact-info", "What it is bound to.", "contact-info", whom, bound))
    bad = {
        "empty": ("Details that say nothing.", {"text": ""}, "bad-value"),
        "long": ("A byte too many.", {"text": "x" * (MAX_CONTACT + 1)}, "bad-value"),
        "surrogate": ("Half a character.", {"text": "\ud800"}, "bad-text"),
        "no-key": ("A unit without a key.", {"text": "x", "public": "00"}, "bad-public-key"),
    }
    for name, (claim, more, code) in bad.items():
        found.append(refuse(f"contact-seal-wrong-{name}", claim, "contact-seal-opens", {**values, **more}, code))
    return found


_WRONG = {
    "length-0": ("Details that say nothing.", _plain(0, b""), "bad-value"),
    "length-long": ("A text longer than there is room.", _plain(MAX_CONTACT + 1, b"x"), "bad-value"),
    "padding": ("Padding that is not zero.", _plain(1, b"xy"), "bad-padding"),
    "padding-last": ("Its last byte.", flip(_plain(1, b"x"), -1), "bad-padding"),
    "text": ("Bytes that are no UTF-8.", _plain(1, b"\xff"), "bad-text"),
    "short": ("One byte missing.", _plain(1, b"x")[:-1], "wrong-length"),
    "long": ("One byte more.", _plain(1, b"x") + b"\0", "wrong-length"),
}


def _plains() -> list[Scenario]:
    said = _SAID.encode()
    values = {"plain": _plain(len(said), said).hex()}
    found: list[Scenario] = [("contact-plain", "What they say.", "contact-plain-parse", values, {"text": _SAID})]
    for name, (claim, plain, code) in _WRONG.items():
        found.append(refuse(f"contact-plain-wrong-{name}", claim, "contact-plain-parse", {"plain": plain.hex()}, code))
    return found


def _opening() -> list[Scenario]:
    """Sealed fields that were moved, cut, flipped, or sealed by whoever keeps no rule."""
    sealed = seal_contact(KEY.public, _INFO, _SAID)
    moved = {
        "other-case": ("Moved to another case.", contact_info(_CERT, keys_for("south").pseudonym, MESSAGE_ID)),
        "other-message": ("Moved to another message.", contact_info(_CERT, _SOURCE, flip(MESSAGE_ID, 0))),
        "other-epoch": (
            "Moved to another epoch.",
            contact_info(make_cert("north", START + 8).hash, _SOURCE, MESSAGE_ID),
        ),
        "other-use": ("Opened as something else.", b"s2u" + _CERT),
    }
    rows = [(name, claim, SEED, info, sealed, "not-for-this-key") for name, (claim, info) in moved.items()]
    rows += [
        ("other-key", "Another key.", seed("contact key of south"), _INFO, sealed, "not-for-this-key"),
        ("flipped", "A bit of it turned.", SEED, _INFO, flip(sealed, -1), "not-for-this-key"),
        ("flipped-enc", "A bit of its beginning turned.", SEED, _INFO, flip(sealed, 0), "not-for-this-key"),
        ("short", "One byte missing.", SEED, _INFO, sealed[:-1], "wrong-length"),
        ("long", "One byte more.", SEED, _INFO, sealed + b"\0", "wrong-length"),
    ]
    # Another length inside is another length outside.
    inside = {name: row for name, row in _WRONG.items() if row[2] != "wrong-length"}
    rows += [
        (f"inside-{name}", claim, SEED, _INFO, hpke_seal(KEY.public, plain, _INFO), code)
        for name, (claim, plain, code) in inside.items()
    ]
    values = {"seed": SEED.hex(), "info": _INFO.hex(), "sealed_contact": sealed.hex()}
    found: list[Scenario] = [("contact-open", "For whom they were sealed.", "contact-open", values, {"text": _SAID})]
    for name, claim, key, info, data, code in rows:
        values = {"seed": key.hex(), "info": info.hex(), "sealed_contact": data.hex()}
        found.append(refuse(f"contact-open-wrong-{name}", claim, "contact-open", values, code))
    return found


def contact_scenarios() -> list[Scenario]:
    """All of this file."""
    words, opened = {"data": b"1".hex()}, "contact-opened-parse"
    return [
        *_sealing(),
        *_plains(),
        *_opening(),
        ("contact-opened", "It has no words.", opened, {"data": ""}, {}),
        refuse("contact-opened-wrong-words", "One with words is none.", opened, words, "bad-body"),
    ]
