# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who cannot write as whom (docs/protocol.md, section 9): at the reader itself, not only at a signature."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.flows.desk.state import EpochSecret
from dropbox.flows.source.reading import read_board
from dropbox.flows.trust import judge
from dropbox.protocol.board import EntryPlace, EntryPlain
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import EntryType, EnvelopeType
from dropbox.protocol.envelope_format import EnvelopePlain, parse_envelope_plain
from dropbox.protocol.envelope_open import open_envelope
from dropbox.protocol.envelope_seal import seal_ack, seal_decoy, seal_message
from dropbox.protocol.errors import BadSignature, BadValue, CryptoRefused, ProtocolError, WrongLength
from dropbox.protocol.primitives import ed25519_sign, hpke_seal
from dropbox.protocol.texts import seal_row, text_key
from tests.flows.twin import Desk, Service, make_service
from tests.vectors.small_service import (
    FIRST,
    MESSAGE_ID,
    SERVICE,
    START,
    STRETCHED,
    Reply,
    Said,
    chain_key,
    keys_for,
    make_batch,
    make_cert,
    make_row,
    make_unit,
    noise,
    seed,
    shown,
)

CODENAME = bytes([7]) * 32
UNCOUNTED = pytest.mark.no_cover
"""Thousands of refusals by lines that other tests reach: to count each costs several times what it takes."""


def _newest(desk: Desk) -> EpochSecret:
    epochs = desk.context.keyring.epochs
    return epochs[min(epochs)]


def _opened(service: Service) -> tuple[EnvelopePlain, bytes]:
    """What the unit north finds when it opens the one envelope in the intake."""
    desk = service.desks["north"]
    secret = _newest(desk)
    opener = secret.key(service.twin.service_id, desk.context.unit_id).opener()
    (envelope,) = service.twin.open.values()
    found = open_envelope(envelope, [opener])
    return found.plain, found.signature


def _post(service: Service, slug: str, sealed_plain: bytes) -> None:
    """Anybody can seal any bytes to a unit's present epoch and post them."""
    desk = service.desks[slug]
    cert = _newest(desk).cert(service.twin.service_id, desk.context.unit_id)
    service.twin.post(hpke_seal(cert.public, sealed_plain, cert.info))


FIELDS = {
    "nothing": {},
    "body": {"body": b"changed"},
    "ack": {"ack": 99},
    "beacon": {"beacon": bytes(32)},
    "refresh": {"refresh": bytes(32)},
    "message_id": {"message_id": bytes(16)},
    "part": {"parts": 2, "part": 2},
    "as an ack": {"type": EnvelopeType.ACK, "body": b""},
    "as a decoy": {"type": EnvelopeType.DECOY, "body": b""},
}


# The unit's own envelope, sealed to it again unchanged, is no forgery: the same content, which a desk counts once.
FORGERIES = [
    (to, signed, changed)
    for to in ("north", "south", "intake")
    for signed in ("source", "north", "south", "epoch", "nobody")
    for changed in FIELDS
    if (to, signed, changed) != ("north", "source", "nothing")
]


@UNCOUNTED
@pytest.mark.parametrize(("to", "signed", "changed"), FORGERIES)
def test_nobody_without_the_codename_writes_as_the_source(to: str, signed: str, changed: str) -> None:
    """Whoever holds every unit's secrets and all that a source sent cannot add to the source's conversation, change
    it, acknowledge for it, or carry it to another unit."""
    service = make_service(quota=8, seed=3)
    service.send(CODENAME, "north", b"{}")
    plain, signature = _opened(service)
    forged = replace(plain, **FIELDS[changed])
    desk = service.desks[to]
    info = _newest(desk).cert(service.twin.service_id, desk.context.unit_id).info
    seeds = {
        "north": service.desks["north"].context.keyring.signing_seed,
        "south": service.desks["south"].context.keyring.signing_seed,
        "epoch": _newest(service.desks["north"]).seed,
    }
    made = {"source": signature, "nobody": bytes(64)}.get(signed) or ed25519_sign(
        seeds[signed], forged.signed_bytes(info)
    )
    before = list(service.twin.open)
    _post(service, to, forged.encode_unsigned() + made)
    (posted,) = set(service.twin.open) - set(before)
    for one in service.desks.values():
        opener = _newest(one).key(service.twin.service_id, one.context.unit_id).opener()
        with pytest.raises(CryptoRefused):
            open_envelope(service.twin.open[posted], [opener])
        one.collect(service.twin)
    assert service.desks["north"].bodies() == [b"{}"]
    assert service.desks["south"].bodies() == service.desks["intake"].bodies() == []
    conversations = service.desks["north"].context.ledger.conversations
    assert [(one.collected, one.acknowledged) for one in conversations.values()] == [(1, 0)]


def test_the_same_envelope_again_counts_once() -> None:
    """A unit or a server that posts the same plaintext sealed anew adds nothing."""
    service = make_service(quota=8, seed=3)
    service.send(CODENAME, "north", b"{}")
    plain, signature = _opened(service)
    _post(service, "north", plain.encode_unsigned() + signature)
    desk = service.desks["north"]
    assert desk.collect(service.twin).new == 1
    assert desk.bodies() == [b"{}"]


@UNCOUNTED
@settings(max_examples=200)
@given(at=st.integers(0, 15_183), bit=st.integers(0, 7))
def test_every_bit_of_a_plaintext_is_signed(at: int, bit: int) -> None:
    """A unit that turns any bit under the source's signature has bytes that are refused."""
    cert, keys = make_cert("north", START // 2), keys_for("north")
    plain = EnvelopePlain(
        EnvelopeType.MESSAGE, keys.pseudonym, keys.beacon, keys.refresh(MESSAGE_ID), MESSAGE_ID, 2, 3, 4, bytes(15_062)
    )
    data = bytearray(plain.encode_unsigned() + ed25519_sign(keys.signing_seed, plain.signed_bytes(cert.info)))
    data[at] ^= 1 << bit
    sealed = hpke_seal(cert.public, bytes(data), cert.info)
    secret = EpochSecret(cert.epoch, cert.not_before, cert.not_after, seed(f"north epoch {cert.epoch}"))
    with pytest.raises(ProtocolError) as caught:
        open_envelope(sealed, [secret.key(SERVICE, cert.unit_id).opener()])
    if 34 <= at < 114:
        assert caught.type is BadSignature


NAMES = ("north", "south")
UNITS = [make_unit(slug) for slug in NAMES]
TRUTH = make_row("north", START, 1, Reply(1, b"the truth"))
Lanes = dict[int, tuple[bytes, ...]]


def _texts(north: Lanes, south: Lanes) -> dict[str, list[str]]:
    """What the source reads, by unit, of batches with these entries."""
    said = {"north": Said(north), "south": Said(south)}
    values = shown(UNITS, {slug: make_batch(slug, START, one) for slug, one in said.items()})
    answers = (bytes.fromhex(values[name]) for name in ("directory", "board", "rows"))
    judged = judge(FIRST, *answers, START * 86_400)
    return {one.unit.unit.slug: [text.text for text in one.texts] for one in read_board(judged.units, STRETCHED)}


@UNCOUNTED
@settings(max_examples=60)
@given(
    keys_of=st.sampled_from(NAMES),
    signed=st.sampled_from(["south signs", "thief", "codename"]),
    tag_day=st.sampled_from([START, START + 1]),
    tag_lane=st.integers(0, 3),
    lane=st.sampled_from([0, 2, 3]),
    step=st.integers(0, 3),
    service=st.sampled_from([SERVICE, bytes(16)]),
    board=st.sampled_from(NAMES),
)
def test_nobody_without_the_unit_s_key_writes_as_the_unit(
    keys_of: str, signed: str, tag_day: int, tag_lane: int, lane: int, step: int, service: bytes, board: str
) -> None:
    """The codename's holder together with the corrupt unit south, which signs whatever is wished, and with a server
    that puts any entry in any batch: the source reads nothing as north's but what north wrote."""
    keys = conversation_keys(STRETCHED, keys_for(keys_of).unit_id)
    place = EntryPlace(keys.beacon, keys.pseudonym, tag_day, tag_lane, MESSAGE_ID, step)
    signer = keys.signing_seed if signed == "codename" else seed(signed)
    plain = EntryPlain(EntryType.TEXT, 1, 1, 1, 1, b"a lie")
    lie = seal_row(place, text_key(chain_key(keys, step)), noise("nonce", 12), service, signer, plain)
    north = {1: (TRUTH,)}
    read = _texts({**north, lane: (lie,)}, {}) if board == "north" else _texts(north, {lane: (lie,)})
    assert read["north"] == ["the truth"]
    assert keys_of == "south" or "south" not in read


def test_the_forgery_suite_can_notice_a_forgery() -> None:
    """With north's own key the same entry is read: the suite above would see one."""
    lie = make_row("north", START, 2, Reply(2, b"a lie", 1))
    assert _texts({1: (TRUTH,), 2: (lie,)}, {})["north"] == ["the truth", "a lie"]


def test_a_message_is_sealed_only_to_the_unit_whose_keys_are_used() -> None:
    """P, b and r of one unit never leave for another by mistake."""
    for seal in (
        lambda: seal_message(keys_for("north"), make_cert("south", 1), MESSAGE_ID, 1, 1, b"", 0),
        lambda: seal_ack(keys_for("north"), make_cert("south", 1), MESSAGE_ID, 0),
    ):
        with pytest.raises(BadValue):
            seal()


def _distinct(made: list[bytes]) -> list[int]:
    return [len({one[at] for one in made}) for at in range(len(made[0]))]


def test_envelopes_and_entries_have_no_fixed_bytes() -> None:
    """256 envelopes of one and the same message, 256 decoys, 256 entries of one text: at every place many values."""
    cert, keys = make_cert("north", START // 2), keys_for("north")
    messages = [seal_message(keys, cert, MESSAGE_ID, 1, 1, b"same", 0) for _ in range(256)]
    decoys = [seal_decoy(cert, noise(f"decoy {at}", 112)) for at in range(256)]
    place = [EntryPlace(keys.beacon, keys.pseudonym, START + at, 0, MESSAGE_ID, 0) for at in range(256)]
    plain, key = EntryPlain(EntryType.TEXT, 1, 1, 1, 1, b"same"), text_key(chain_key(keys, 0))
    entries = [seal_row(one, key, noise(f"n {at}", 12), SERVICE, seed("s"), plain) for at, one in enumerate(place)]
    assert {len(one) for one in messages + decoys} == {16_384}
    assert {len(one) for one in entries} == {1_024}
    # 256 draws of a uniform byte show about 162 values; the X25519 share's last byte has one bit less.
    for made in (messages, decoys, entries):
        assert min(_distinct(made)) > 80


def test_a_decoy_needs_all_of_its_randomness() -> None:
    """A decoy whose keys were short of random bytes would be known by them."""
    parsed, _ = parse_envelope_plain(_decoy_plain())
    assert parsed.type is EnvelopeType.DECOY
    with pytest.raises(WrongLength):
        seal_decoy(make_cert("north", 1), bytes(111))


def _decoy_plain() -> bytes:
    cert = make_cert("north", START // 2)
    secret = EpochSecret(cert.epoch, cert.not_before, cert.not_after, seed(f"north epoch {cert.epoch}"))
    opened = open_envelope(seal_decoy(cert, noise("d", 112)), [secret.key(SERVICE, cert.unit_id).opener()])
    return opened.plain.encode_unsigned() + opened.signature
