# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of board entries and marks: byte for byte, since nothing in them is drawn by a library."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.board import (
    EntryPlace,
    EntryPlain,
    chain_entry_key,
    entry_tag,
    make_mark,
    mask_index,
    unit_signed_bytes,
)
from dropbox.protocol.constants import TEXT_PART, EntryType
from dropbox.protocol.primitives import aead_seal, ed25519_public, ed25519_sign
from tests.vectors.scenario import Scenario, Values, bend, bent, flip, refuse
from tests.vectors.small_service import (
    MESSAGE_ID,
    SERVICE,
    START,
    STRETCHED,
    Reply,
    chain_key,
    keys_for,
    make_entry,
    noise,
    seed,
    unit_id,
)

PERIOD = START + 3
KEYS = keys_for("north")
SIGNS = seed("north signs")
NONCE = noise("nonce", 12)
TEXT = EntryPlain(EntryType.TEXT, 5, 4, 2, 3, "Thank you \u00e9\U0001f600".encode())
PLACE = EntryPlace(KEYS.beacon, KEYS.pseudonym, PERIOD, 1, MESSAGE_ID, 2)


def sealing(place: EntryPlace, plain: EntryPlain, **changes: Any) -> Values:
    values = {
        "place": {
            "beacon": place.beacon.hex(),
            "pseudonym": place.pseudonym.hex(),
            "period": place.period,
            "slot": place.slot,
            "message_id": place.message_id.hex(),
            "step": place.step,
        },
        "chain_key": chain_key(KEYS, place.step).hex(),
        "nonce": NONCE.hex(),
        "service_id": SERVICE.hex(),
        "signing_seed": SIGNS.hex(),
        "plain": {
            "type": int(plain.type),
            "msg_no": plain.msg_no,
            "first_unread": plain.first_unread,
            "part": plain.part,
            "parts": plain.parts,
            "text": plain.text.decode(),
        },
    }
    return {**values, **changes}


def signed(plain: EntryPlain, signer: bytes = SIGNS, service: bytes = SERVICE) -> bytes:
    unsigned = plain.encode_unsigned()
    return unsigned + ed25519_sign(signer, unit_signed_bytes(service, KEYS.pseudonym, unsigned))


def _entry(sealed_plain: bytes, step: int = 2, key_step: int | None = None) -> bytes:
    """Whoever holds the chain can seal any plaintext: the codename's holder can."""
    where = (KEYS.beacon, KEYS.pseudonym, PERIOD, 1)
    tag, index = entry_tag(*where), mask_index(*where, MESSAGE_ID, step)
    key = chain_entry_key(chain_key(KEYS, step if key_step is None else key_step))
    return tag + index + NONCE + aead_seal(key, NONCE, sealed_plain, b"u2s" + tag + index)


def opening(entry: bytes, **changes: Any) -> Values:
    values = {
        "stretched": STRETCHED.hex(),
        "unit_id": unit_id("north").hex(),
        "period": PERIOD,
        "slot": 1,
        "entry": entry.hex(),
        "service_id": SERVICE.hex(),
        "unit_key": ed25519_public(SIGNS).hex(),
    }
    return {**values, **changes}


def _sealed() -> list[Scenario]:
    full = replace(TEXT, text=b"x" * TEXT_PART)
    last = replace(PLACE, step=1_023)
    beyond = replace(PLACE, step=1_024)
    beyond_values = {
        **sealing(PLACE, TEXT),
        "place": sealing(replace(PLACE, step=2), TEXT)["place"] | {"step": beyond.step},
    }
    good = _entry(signed(TEXT))
    shown = {"type": "TEXT", "msg_no": 5, "first_unread": 4, "part": 2, "parts": 3, "text": TEXT.text.decode()}
    return [
        (
            "entry-seal",
            "An entry with a fixed nonce, byte for byte.",
            "entry-seal",
            sealing(PLACE, TEXT),
            {"entry": good.hex()},
        ),
        ("entry-seal-full", "884 bytes of text.", "entry-seal", sealing(PLACE, full), {}),
        ("entry-seal-last-step", "The last step of a chain.", "entry-seal", sealing(last, TEXT), {}),
        refuse("entry-seal-beyond", "A chain has no step 1,024.", "entry-seal", beyond_values, "bad-value"),
        refuse(
            "entry-seal-nonce", "11 bytes of nonce.", "entry-seal", sealing(PLACE, TEXT, nonce="00" * 11), "bad-value"
        ),
        refuse(
            "entry-seal-too-long",
            "885 bytes of text.",
            "entry-seal",
            sealing(PLACE, replace(TEXT, text=b"x" * 885)),
            "too-long",
        ),
        ("entry-open", "The source opens it.", "entry-open", opening(good), shown),
        (
            "entry-open-step-1023",
            "Step 1,023 still opens.",
            "entry-open",
            opening(_entry(signed(TEXT), 1_023)),
            shown,
        ),
        (
            "entry-names",
            "Tag and masked index of one place, and back.",
            "entry-names",
            {
                "beacon": KEYS.beacon.hex(),
                "pseudonym": KEYS.pseudonym.hex(),
                "period": PERIOD,
                "slot": 7,
                "message_id": MESSAGE_ID.hex(),
                "step": 1_023,
            },
            {},
        ),
    ]


def _refused() -> list[Scenario]:
    good = _entry(signed(TEXT))
    other = ed25519_public(seed("south signs")).hex()
    rows: list[tuple[str, str, Values, str]] = [
        ("step-1024", "Step 1,024 is ignored unwalked.", opening(_entry(signed(TEXT), 1_024)), "not-for-this-key"),
        ("step-largest", "So is 65,535.", opening(_entry(signed(TEXT), 0xFFFF, 2)), "not-for-this-key"),
        ("slot", "Under another slot.", opening(good, slot=0), "not-for-this-key"),
        ("period", "In another period's batch.", opening(good, period=PERIOD + 1), "not-for-this-key"),
        ("codename", "With another codename.", opening(good, stretched="12" * 32), "not-for-this-key"),
        ("unit", "At another unit.", opening(good, unit_id=unit_id("south").hex()), "not-for-this-key"),
        ("unit-key", "Against another unit's signing key.", opening(good, unit_key=other), "bad-signature"),
        ("service", "For another service.", opening(good, service_id="00" * 16), "bad-signature"),
        ("flipped-tag", "A bit of the tag turned.", opening(flip(good, 0)), "not-for-this-key"),
        ("flipped-index", "A bit of the index turned.", opening(flip(good, 16)), "not-for-this-key"),
        ("flipped-nonce", "A bit of the nonce turned.", opening(flip(good, 34)), "not-for-this-key"),
        ("flipped-text", "A bit of the text turned.", opening(flip(good, 60)), "not-for-this-key"),
        (
            "wrong-step-key",
            "Sealed with the key of another step.",
            opening(_entry(signed(TEXT), 2, 3)),
            "not-for-this-key",
        ),
        ("short", "One byte missing.", opening(good[:-1]), "wrong-length"),
        ("long", "One byte more.", opening(good + b"\0"), "wrong-length"),
        (
            "forged",
            "The codename's holder with another corrupt unit's key cannot write as this unit.",
            opening(_entry(signed(TEXT, seed("south signs")))),
            "bad-signature",
        ),
        ("forged-changed", "Nor change its text.", opening(_entry(bend(signed(TEXT), 14, b"!"))), "bad-signature"),
        (
            "forged-from-other-conversation",
            "A unit's signature for another source does not hold for this one.",
            opening(_entry(_of_another_source())),
            "bad-signature",
        ),
    ]
    return [refuse(f"entry-wrong-{name}", claim, "entry-open", values, code) for name, claim, values, code in rows]


def _of_another_source() -> bytes:
    unsigned = TEXT.encode_unsigned()
    return unsigned + ed25519_sign(SIGNS, unit_signed_bytes(SERVICE, seed("another P"), unsigned))


def _parsed() -> list[Scenario]:
    good = signed(TEXT)
    rows = [
        ("version", "A later version.", bend(good, 0, b"\2"), "wrong-version"),
        ("type-0", "A number without a meaning.", bend(good, 1, b"\0"), "wrong-type"),
        ("type-5", "Another.", bend(good, 1, b"\5"), "wrong-type"),
        ("reserved-outcome", "outcome is kept for later.", bend(good, 1, b"\2"), "reserved-type"),
        ("reserved-referral-offer", "referral-offer is kept for later.", bend(good, 1, b"\3"), "reserved-type"),
        ("reserved-closed", "closed is kept for later.", bend(good, 1, b"\4"), "reserved-type"),
        ("number-0", "Texts count from 1.", bend(good, 2, bytes(4)), "bad-value"),
        ("from-0", "So does the first unread one.", bend(good, 6, bytes(4)), "bad-value"),
        ("part-0", "Parts count from 1.", bend(good, 10, b"\0"), "bad-value"),
        ("parts-below-part", "Part 2 of 1.", bend(good, 11, b"\1"), "bad-value"),
        ("parts-17", "At most sixteen parts.", bend(good, 11, b"\x11"), "bad-value"),
        ("length", "A text longer than a part.", bend(good, 12, b"\x03\x75"), "bad-value"),
        ("padding", "Padding that is not zero.", bend(good, -65, b"\1"), "bad-padding"),
        ("short", "One byte missing.", good[:-1], "wrong-length"),
        ("long", "One byte more.", good + b"\0", "wrong-length"),
    ]
    parsed = {"msg_no": 5, "text": TEXT.text.hex(), "signature": good[-64:].hex()}
    found: list[Scenario] = [("entry-plain", "A part of a text.", "entry-plain-parse", {"plain": good.hex()}, parsed)]
    return found + bent("entry-plain-wrong", "entry-plain-parse", "plain", rows)


def _chains() -> list[Scenario]:
    values = {
        "refresh": KEYS.refresh(MESSAGE_ID).hex(),
        "unit_id": unit_id("north").hex(),
        "pseudonym": KEYS.pseudonym.hex(),
    }
    return [
        ("chain-start", "CK_0 and its entry's key.", "reply-chain", {**values, "step": 0}, {}),
        ("chain-1", "One step on.", "reply-chain", {**values, "step": 1}, {}),
        ("chain-last", "The last step.", "reply-chain", {**values, "step": 1_023}, {}),
        (
            "chain-of-other-unit",
            "The same r at another unit gives another chain.",
            "reply-chain",
            {**values, "unit_id": unit_id("south").hex(), "step": 0},
            {},
        ),
    ]


def _marks() -> list[Scenario]:
    values: Values = {"beacon": KEYS.beacon.hex(), "pseudonym": KEYS.pseudonym.hex(), "period": PERIOD}
    from_make = _mark_of(3)
    return [
        ("mark-make", "Three messages collected.", "mark-make", {**values, "collected": 3}, {"mark": from_make}),
        ("mark-largest", "65,535.", "mark-make", {**values, "collected": 65_535}, {}),
        (
            "mark-saturates",
            "One more stays at 65,535.",
            "mark-make",
            {**values, "collected": 65_536},
            {"mark": _mark_of(65_535)},
        ),
        ("mark-read", "And back.", "mark-read", {**values, "mark": from_make}, {"collected": 3}),
        refuse(
            "mark-other-period",
            "In another period.",
            "mark-read",
            {**values, "period": 1, "mark": from_make},
            "not-for-this-key",
        ),
        refuse(
            "mark-random", "A dummy.", "mark-read", {**values, "mark": noise("dummy", 18).hex()}, "not-for-this-key"
        ),
        refuse("mark-short", "17 bytes.", "mark-read", {**values, "mark": from_make[:-2]}, "wrong-length"),
    ]


def _mark_of(collected: int) -> str:
    """The mark of KEYS in PERIOD, hex."""
    return make_mark(KEYS.beacon, KEYS.pseudonym, PERIOD, collected).hex()


def entry_scenarios() -> list[Scenario]:
    """All of this file."""
    assert len(make_entry("north", PERIOD, Reply(1, b"x"))) == 1_024
    return [*_sealed(), *_refused(), *_parsed(), *_chains(), *_marks()]
