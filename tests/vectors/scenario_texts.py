# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of marks and entries: byte for byte, since nothing in them is drawn by a library."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.board import EntryPlain, entry_tag, mask_index, unit_signed_bytes
from dropbox.protocol.constants import TEXT_PART
from dropbox.protocol.marks import Mark, hide_mark, mark_name
from dropbox.protocol.primitives import aead_seal, ed25519_public, ed25519_sign
from dropbox.protocol.texts import row_key, text_key
from tests.vectors.scenario import Scenario, Values, bend, flip, refuse
from tests.vectors.scenario_entries import KEYS, NONCE, PERIOD, PLACE, SIGNS, TEXT, opening, signed
from tests.vectors.small_service import MESSAGE_ID, SERVICE, chain_key, seed, unit_id

WHOSE: Values = {"beacon": KEYS.beacon.hex(), "pseudonym": KEYS.pseudonym.hex()}
NAME = mark_name(KEYS.beacon, KEYS.pseudonym, PERIOD)


def _payload(flag: int, collected: int) -> str:
    """Any flag, also one that no unit writes."""
    clear = bytes([flag]) + collected.to_bytes(2, "big")
    return bytes(a ^ b for a, b in zip(clear, NAME[16:19], strict=True)).hex()


def _marks() -> list[Scenario]:
    at: Values = {**WHOSE, "period": PERIOD}
    first = int.from_bytes(NAME[:6], "big")
    hidden: list[tuple[str, str, int, int, bool, int]] = [
        ("three", "Three messages collected, nothing waits; 27 bits for 8 marks.", 8, 3, False, 3),
        ("waits", "More waits.", 8, 3, True, 3),
        ("none", "None yet.", 8, 0, False, 0),
        ("largest", "65,535, and 41 bits for the most marks there may be.", 131_072, 65_535, True, 65_535),
        ("saturates", "One more stays at 65,535.", 8_192, 65_536, False, 65_535),
    ]
    found: list[Scenario] = []
    for name, claim, m, collected, waits, shown in hidden:
        values = {**at, "m": m, "collected": collected, "more_waits": waits}
        value = first >> (48 - 24 - m.bit_length() + 1)
        made = {"value": value, "payload": _payload(int(waits), shown)}
        found.append((f"mark-hide-{name}", claim, "mark-hide", values, made))
    read: list[tuple[str, str, str, Values | None]] = [
        ("three", "And back.", _payload(0, 3), {"collected": 3, "more_waits": False}),
        ("waits", "More waits.", _payload(1, 65_535), {"collected": 65_535, "more_waits": True}),
        ("flag-2", "A flag of 2 is none of ours: the value fell together by chance.", _payload(2, 3), None),
        ("flag-255", "So is one of 255.", _payload(255, 0), None),
    ]
    found += [
        (f"mark-show-{name}", claim, "mark-show", {**at, "payload": payload}, {"mark": mark})
        for name, claim, payload, mark in read
    ]
    other = {**at, "period": PERIOD + 1, "payload": hide_mark(NAME, Mark(3, False)).hex()}
    return [*found, ("mark-show-other-period", "In another period.", "mark-show", other, {"mark": None})]


def _keys() -> list[Scenario]:
    values: Values = {
        "refresh": KEYS.refresh(MESSAGE_ID).hex(),
        "unit_id": unit_id("north").hex(),
        "pseudonym": KEYS.pseudonym.hex(),
        "step": 0,
        "period": PERIOD,
        "lane": 0,
    }
    rows: list[tuple[str, str, Values]] = [
        ("start", "T of the first step, and the key of lane 0.", {}),
        ("lane", "The same text in the last lane: another key.", {"lane": 7}),
        ("period", "And in the next batch.", {"period": PERIOD + 1}),
        ("step", "The next text.", {"step": 1}),
        ("last", "The last step that a text may have.", {"step": 127, "lane": 7}),
    ]
    return [(f"text-keys-{name}", claim, "text-keys", {**values, **changes}, {}) for name, claim, changes in rows]


def row(sealed_plain: bytes, step: int = 2, key_step: int | None = None, lane: int = 1, key_lane: int = 1) -> bytes:
    """Whoever holds the chain can seal any plaintext."""
    where = (KEYS.beacon, KEYS.pseudonym, PERIOD, lane)
    names = entry_tag(*where) + mask_index(*where, MESSAGE_ID, step)
    key = row_key(text_key(chain_key(KEYS, step if key_step is None else key_step)), PERIOD, key_lane)
    return names + NONCE + aead_seal(key, NONCE, sealed_plain, b"u2s" + names)


def _sealing(plain: EntryPlain = TEXT, place: Values | None = None, **changes: Any) -> Values:
    where = {
        "beacon": PLACE.beacon.hex(),
        "pseudonym": PLACE.pseudonym.hex(),
        "period": PLACE.period,
        "slot": PLACE.slot,
        "message_id": PLACE.message_id.hex(),
        "step": PLACE.step,
        **(place or {}),
    }
    values = {
        "place": where,
        "text_key": text_key(chain_key(KEYS, min(where["step"], 127))).hex(),
        "nonce": NONCE.hex(),
        "service_id": SERVICE.hex(),
        "signing_seed": SIGNS.hex(),
        "plain": {**vars(plain), "type": int(plain.type), "text": plain.text.decode()},
    }
    return {**values, **changes}


def _sealed() -> list[Scenario]:
    good = row(signed(TEXT))
    full, last = replace(TEXT, text=b"x" * TEXT_PART), replace(TEXT, part=8, parts=8)
    shown = {"type": "TEXT", "msg_no": 5, "first_unread": 4, "part": 2, "parts": 3, "text": TEXT.text.decode()}
    rows: list[tuple[str, str, Values]] = [
        ("full", "884 bytes of text.", _sealing(full)),
        ("last", "The last step, lane and part.", _sealing(last, {"step": 127, "slot": 7})),
    ]
    bad: list[tuple[str, str, Values, str]] = [
        ("step-128", "A text has no step 128.", _sealing(place={"step": 128}), "bad-value"),
        ("lane-8", "There is no lane 8.", _sealing(place={"slot": 8}), "bad-value"),
        ("parts-9", "A text has no nine parts.", _sealing(replace(TEXT, parts=9)), "bad-value"),
        ("nonce", "13 bytes of nonce.", _sealing(nonce="00" * 13), "bad-value"),
        ("too-long", "885 bytes of text.", _sealing(replace(TEXT, text=b"x" * 885)), "too-long"),
    ]
    return [
        ("row-seal", "An entry with a fixed nonce, byte for byte.", "row-seal", _sealing(), {"entry": good.hex()}),
        *((f"row-seal-{name}", claim, "row-seal", values, {}) for name, claim, values in rows),
        *(refuse(f"row-seal-{name}", claim, "row-seal", values, code) for name, claim, values, code in bad),
        ("row-open", "The source opens it.", "row-open", opening(good), shown),
        ("row-open-last", "Step 127 still opens.", "row-open", opening(row(signed(TEXT), 127)), shown),
        (
            "row-open-eight",
            "Part 8 of 8 in lane 7.",
            "row-open",
            opening(row(signed(last), lane=7, key_lane=7), slot=7),
            shown | {"part": 8, "parts": 8},
        ),
    ]


def _refused() -> list[Scenario]:
    good = row(signed(TEXT))
    other = ed25519_public(seed("south signs")).hex()
    rows: list[tuple[str, str, Values, str]] = [
        ("step-128", "Step 128 is not walked to.", opening(row(signed(TEXT), 128)), "not-for-this-key"),
        ("step-largest", "Nor is 65,535.", opening(row(signed(TEXT), 0xFFFF, 2)), "not-for-this-key"),
        (
            "wrong-step-key",
            "Sealed with the key of another step.",
            opening(row(signed(TEXT), 2, 3)),
            "not-for-this-key",
        ),
        (
            "wrong-lane-key",
            "Sealed with the key of another lane.",
            opening(row(signed(TEXT), key_lane=2)),
            "not-for-this-key",
        ),
        ("chain-key", "Sealed under CK in place of T.", opening(_under_chain()), "not-for-this-key"),
        ("parts-9", "Nine parts.", opening(row(signed(replace(TEXT, parts=9)))), "bad-value"),
        ("lane", "In another lane.", opening(good, slot=0), "not-for-this-key"),
        ("period", "In another period's batch.", opening(good, period=PERIOD + 1), "not-for-this-key"),
        ("codename", "With another codename.", opening(good, stretched="12" * 32), "not-for-this-key"),
        ("unit", "At another unit.", opening(good, unit_id=unit_id("south").hex()), "not-for-this-key"),
        ("unit-key", "Against another unit's signing key.", opening(good, unit_key=other), "bad-signature"),
        ("service", "For another service.", opening(good, service_id="00" * 16), "bad-signature"),
        ("flipped-tag", "A bit of the tag turned.", opening(flip(good, 15)), "not-for-this-key"),
        ("flipped-index", "A bit of the index turned.", opening(flip(good, 33)), "not-for-this-key"),
        ("flipped-nonce", "A bit of the nonce turned.", opening(flip(good, 34)), "not-for-this-key"),
        ("flipped-text", "A bit of the text turned.", opening(flip(good, -1)), "not-for-this-key"),
        ("short", "One byte missing.", opening(good[:-1]), "wrong-length"),
        ("long", "One byte more.", opening(good + b"\0"), "wrong-length"),
        ("forged", "By another unit.", opening(row(signed(TEXT, seed("south signs")))), "bad-signature"),
        (
            "other-conversation",
            "A unit's signature for another source does not hold for this one.",
            opening(row(_of_another_source())),
            "bad-signature",
        ),
        ("changed", "By the codename's holder.", opening(row(bend(signed(TEXT), 14, b"!"))), "bad-signature"),
    ]
    return [refuse(f"row-wrong-{name}", claim, "row-open", values, code) for name, claim, values, code in rows]


def _under_chain() -> bytes:
    where = (KEYS.beacon, KEYS.pseudonym, PERIOD, PLACE.slot)
    names = entry_tag(*where) + mask_index(*where, MESSAGE_ID, PLACE.step)
    key = row_key(chain_key(KEYS, PLACE.step), PERIOD, PLACE.slot)
    return names + NONCE + aead_seal(key, NONCE, signed(TEXT), b"u2s" + names)


def _of_another_source() -> bytes:
    unsigned = TEXT.encode_unsigned()
    return unsigned + ed25519_sign(SIGNS, unit_signed_bytes(SERVICE, seed("another P"), unsigned))


def text_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_marks(), *_keys(), *_sealed(), *_refused()]
