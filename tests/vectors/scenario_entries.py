# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of what an entry holds and is named by: byte for byte, since nothing in them is drawn by a library."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.board import EntryPlace, EntryPlain, unit_signed_bytes
from dropbox.protocol.constants import EntryType
from dropbox.protocol.primitives import ed25519_public, ed25519_sign
from tests.vectors.scenario import Scenario, Values, bend, bent
from tests.vectors.small_service import MESSAGE_ID, SERVICE, START, STRETCHED, keys_for, noise, seed, unit_id

PERIOD = START + 3
KEYS = keys_for("north")
SIGNS = seed("north signs")
NONCE = noise("nonce", 12)
TEXT = EntryPlain(EntryType.TEXT, 5, 4, 2, 3, "Thank you \u00e9\U0001f600".encode())
PLACE = EntryPlace(KEYS.beacon, KEYS.pseudonym, PERIOD, 1, MESSAGE_ID, 2)


def signed(plain: EntryPlain, signer: bytes = SIGNS, service: bytes = SERVICE) -> bytes:
    unsigned = plain.encode_unsigned()
    return unsigned + ed25519_sign(signer, unit_signed_bytes(service, KEYS.pseudonym, unsigned))


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


def _named() -> list[Scenario]:
    values = {"beacon": KEYS.beacon.hex(), "pseudonym": KEYS.pseudonym.hex(), "period": PERIOD}
    place = {**values, "slot": 7, "message_id": MESSAGE_ID.hex(), "step": 127}
    return [("entry-names", "Tag and masked index of one place, and back.", "entry-names", place, {})]


def _parsed() -> list[Scenario]:
    good = signed(TEXT)
    rows = [
        ("version", "A later version.", bend(good, 0, b"\2"), "wrong-version"),
        ("type-0", "A number without a meaning.", bend(good, 1, b"\0"), "wrong-type"),
        ("type-7", "A number beyond all.", bend(good, 1, b"\7"), "wrong-type"),
        ("number-0", "Texts count from 1.", bend(good, 2, bytes(4)), "bad-value"),
        ("from-0", "So does the first unread one.", bend(good, 6, bytes(4)), "bad-value"),
        ("part-0", "Parts count from 1.", bend(good, 10, b"\0"), "bad-value"),
        ("parts-below-part", "Part 2 of 1.", bend(good, 11, b"\1"), "bad-value"),
        ("part-9", "There is no ninth part.", bend(good, 10, b"\x09\x09"), "bad-value"),
        ("parts-9", "At most eight parts.", bend(good, 11, b"\x09"), "bad-value"),
        ("length", "A text longer than a part.", bend(good, 12, b"\x03\x75"), "bad-value"),
        ("padding", "Padding that is not zero.", bend(good, -65, b"\1"), "bad-padding"),
        ("short", "One byte missing.", good[:-1], "wrong-length"),
        ("long", "One byte more.", good + b"\0", "wrong-length"),
    ]
    parsed = {"msg_no": 5, "text": TEXT.text.hex(), "signature": good[-64:].hex()}
    found: list[Scenario] = [("entry-plain", "A part of a text.", "entry-plain-parse", {"plain": good.hex()}, parsed)]
    told = signed(replace(TEXT, type=EntryType.OUTCOME))
    said = {**parsed, "signature": told[-64:].hex()}
    found.append(("entry-plain-outcome", "Of an outcome.", "entry-plain-parse", {"plain": told.hex()}, said))
    told = signed(replace(TEXT, type=EntryType.QUESTIONS))
    said = {**parsed, "signature": told[-64:].hex()}
    found.append(("entry-plain-questions", "Of questions.", "entry-plain-parse", {"plain": told.hex()}, said))
    told = signed(replace(TEXT, type=EntryType.REFERRAL_OFFER))
    said = {**parsed, "signature": told[-64:].hex()}
    found.append(("entry-plain-referral-offer", "Of a referral.", "entry-plain-parse", {"plain": told.hex()}, said))
    told = signed(replace(TEXT, type=EntryType.CLOSED))
    said = {**parsed, "signature": told[-64:].hex()}
    found.append(("entry-plain-closed", "Of a closing.", "entry-plain-parse", {"plain": told.hex()}, said))
    told = signed(replace(TEXT, type=EntryType.CONTACT_OPENED, text=b""))
    said = {**parsed, "text": "", "signature": told[-64:].hex()}
    claim = "That contact details were opened."
    found.append(("entry-plain-contact-opened", claim, "entry-plain-parse", {"plain": told.hex()}, said))
    return found + bent("entry-plain-wrong", "entry-plain-parse", "plain", rows)


def _chains() -> list[Scenario]:
    values = {
        "refresh": KEYS.refresh(MESSAGE_ID).hex(),
        "unit_id": unit_id("north").hex(),
        "pseudonym": KEYS.pseudonym.hex(),
    }
    return [
        ("chain-start", "CK_0.", "reply-chain", {**values, "step": 0}, {}),
        ("chain-1", "One step on.", "reply-chain", {**values, "step": 1}, {}),
        ("chain-last", "The last step.", "reply-chain", {**values, "step": 127}, {}),
        (
            "chain-of-other-unit",
            "The same r at another unit gives another chain.",
            "reply-chain",
            {**values, "unit_id": unit_id("south").hex(), "step": 0},
            {},
        ),
    ]


def entry_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_named(), *_parsed(), *_chains()]
