# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of envelopes: what a source seals, what only the right unit opens, and every forgery that must fail."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.body import encode_body
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.constants import BODY_PART, ENVELOPE_PLAIN, SIGNATURE, EnvelopeType
from dropbox.protocol.envelope_format import EnvelopePlain
from dropbox.protocol.envelope_seal import seal_ack, seal_decoy, seal_message
from dropbox.protocol.primitives import SealingKey, ed25519_sign, hpke_seal, sha256
from tests.vectors import worked_example
from tests.vectors.scenario import Scenario, Values, bend, bent, flip, refuse
from tests.vectors.small_service import MESSAGE_ID, epoch_seed, keys_for, make_cert, noise, seed

EPOCH = 10_000
CERT = make_cert("north", EPOCH)
NEXT = make_cert("north", EPOCH + 1)
OTHER = make_cert("south", EPOCH)
KEYS = keys_for("north")
BODY = '{"v":1,"categories":[],"force":"","answers":{},"text":"\u00e9\u4e2d\U0001f600"}'.encode()


def opener(slug: str, cert: EpochCert) -> Values:
    """What a unit holds to open with."""
    return {"epoch": cert.epoch, "cert_hash": cert.hash.hex(), "seed": epoch_seed(slug, cert.epoch).hex()}


def _opening(envelope: bytes, *epochs: Values) -> Values:
    return {"envelope": envelope.hex(), "epochs": list(epochs or [opener("north", CERT)])}


def _plain(**changes: Any) -> EnvelopePlain:
    keys = KEYS
    made = EnvelopePlain(
        type=EnvelopeType.MESSAGE,
        pseudonym=keys.pseudonym,
        beacon=keys.beacon,
        refresh=keys.refresh(MESSAGE_ID),
        message_id=MESSAGE_ID,
        part=2,
        parts=3,
        ack=7,
        body=BODY,
    )
    return replace(made, **changes)


def _signed(plain: EnvelopePlain, cert: EpochCert = CERT, signer: bytes = KEYS.signing_seed) -> bytes:
    return plain.encode_unsigned() + ed25519_sign(signer, plain.signed_bytes(cert.info))


def _shown(plain: EnvelopePlain) -> Values:
    """What stands inside, as ``envelope-plain-parse`` shows it."""
    return {"type": plain.type.name, "body": plain.body.hex(), "signature": _signed(plain)[-SIGNATURE:].hex()}


def _opened() -> list[Scenario]:
    message = seal_message(KEYS, CERT, MESSAGE_ID, 1, 1, BODY, 0)
    full = seal_message(KEYS, CERT, MESSAGE_ID, 16, 16, noise("body", BODY_PART), 0xFFFF_FFFF)
    ack, decoy = seal_ack(KEYS, CERT, MESSAGE_ID, 9), seal_decoy(CERT, noise("decoy", 112))
    following = seal_message(KEYS, NEXT, MESSAGE_ID, 1, 1, BODY, 0)
    both = (opener("north", CERT), opener("north", NEXT))
    north = opener("north", CERT)
    short = {**_opening(message), "envelope": message[:-1].hex()}
    worked = seal_message(worked_example.keys(), CERT, MESSAGE_ID, 1, 1, encode_body(worked_example.REPORT), 0)
    return [
        ("envelope-message", "A message opens at its unit.", "envelope-open", _opening(message), {}),
        ("envelope-worked", "The message of docs/worked-example.md.", "envelope-open", _opening(worked), {}),
        ("envelope-full", "A full sixteenth part with the largest ack opens.", "envelope-open", _opening(full), {}),
        ("envelope-ack", "An acknowledgement opens.", "envelope-open", _opening(ack), {}),
        ("envelope-decoy", "A decoy opens like any other envelope.", "envelope-open", _opening(decoy), {}),
        ("envelope-next-epoch", "The second epoch tried opens.", "envelope-open", _opening(following, *both), {}),
        refuse(
            "envelope-wrong-unit",
            "Another unit's key does not open it.",
            "envelope-open",
            _opening(message, opener("south", OTHER)),
            "not-for-this-key",
        ),
        refuse(
            "envelope-wrong-info",
            "The right key under another certificate's hash does not open it.",
            "envelope-open",
            _opening(message, {**north, "cert_hash": NEXT.hash.hex()}),
            "not-for-this-key",
        ),
        refuse(
            "envelope-no-epochs",
            "A desk that holds no epoch secret opens nothing.",
            "envelope-open",
            {"envelope": message.hex(), "epochs": []},
            "not-for-this-key",
        ),
        refuse(
            "envelope-flipped-enc",
            "A bit of enc turned.",
            "envelope-open",
            _opening(flip(message, 0)),
            "not-for-this-key",
        ),
        refuse(
            "envelope-flipped-x25519",
            "A bit of the X25519 share turned.",
            "envelope-open",
            _opening(flip(message, 1_088)),
            "not-for-this-key",
        ),
        refuse(
            "envelope-flipped-tag",
            "A bit of the tag turned.",
            "envelope-open",
            _opening(flip(message, -1)),
            "not-for-this-key",
        ),
        refuse("envelope-short", "One byte missing.", "envelope-open", short, "wrong-length"),
        refuse("envelope-long", "One byte more.", "envelope-open", _opening(message + b"\0"), "wrong-length"),
        refuse(
            "envelope-random",
            "Random bytes are nobody's.",
            "envelope-open",
            _opening(noise("junk", 16_384)),
            "not-for-this-key",
        ),
    ]


def _sealed(plain: bytes, cert: EpochCert = CERT) -> bytes:
    """Anybody can seal any plaintext to a unit."""
    return hpke_seal(cert.public, plain, cert.info)


def _forged() -> list[Scenario]:
    mine = _signed(_plain())
    in_full = _plain().encode_unsigned()
    unhashed = ed25519_sign(KEYS.signing_seed, b"s2u-sig\0" + sha256(CERT.info) + in_full)
    rows = {
        "to-another-unit": ("A unit seals a source's plaintext anew to another unit.", mine, OTHER),
        "to-another-epoch": ("A unit seals a source's plaintext anew to its own next epoch.", mine, NEXT),
        "body": ("A unit changes the body under the source's signature.", bend(mine, 122, b"["), CERT),
        "beacon": ("A unit changes b under the source's signature.", flip(mine, 34), CERT),
        "refresh": ("A unit changes r under the source's signature.", flip(mine, 66), CERT),
        "message-id": ("A unit lets an old message pass for a new one.", flip(mine, 98), CERT),
        "ack": ("A unit raises what the source acknowledged.", flip(mine, 119), CERT),
        "type": ("A unit turns an acknowledgement's type.", _retyped(), CERT),
        "another-signer": ("Signed by another source's key.", _signed(_plain(), signer=seed("thief")), CERT),
        "without-signature": ("64 zeros in place of the signature.", mine[:-SIGNATURE] + bytes(SIGNATURE), CERT),
        "b-and-r-in-full": (
            "The signature covers H(b || r) in place of the 64 bytes: one over the bytes themselves is refused.",
            in_full + unhashed,
            CERT,
        ),
    }
    return [
        refuse(
            f"envelope-forged-{name}",
            claim,
            "envelope-open",
            _opening(_sealed(plain, cert), opener("south" if cert is OTHER else "north", cert)),
            "bad-signature",
        )
        for name, (claim, plain, cert) in rows.items()
    ]


def _retyped() -> bytes:
    ack = _plain(type=EnvelopeType.ACK, part=1, parts=1, body=b"")
    return bend(_signed(ack), 1, bytes([EnvelopeType.MESSAGE]))


def _parsed() -> list[Scenario]:
    good = _signed(_plain())
    one = _signed(_plain(part=1, parts=1, body=b"x"))
    empty = _signed(_plain(part=1, parts=1, body=b""))
    decoy, ack = bytes([EnvelopeType.DECOY]), bytes([EnvelopeType.ACK])
    rows = [
        ("version", "A later version.", bend(good, 0, b"\2"), "wrong-version"),
        ("type", "A number without a meaning.", bend(good, 1, b"\7"), "wrong-type"),
        ("reserved-attach", "attach is kept for later.", bend(good, 1, b"\3"), "reserved-type"),
        ("reserved-referral", "referral is kept for later.", bend(good, 1, b"\6"), "reserved-type"),
        ("part-0", "Parts count from 1.", bend(good, 114, b"\0"), "bad-value"),
        ("part-17", "At most sixteen parts.", bend(good, 114, b"\x11\x11"), "bad-value"),
        ("parts-below-part", "Part 2 of 1.", bend(good, 115, b"\1"), "bad-value"),
        ("parts-17", "Part 2 of 17.", bend(good, 115, b"\x11"), "bad-value"),
        ("body-length", "A body longer than a part.", bend(good, 120, b"\x3a\xd7"), "bad-value"),
        (
            "padding-first",
            "The first byte after the body is not zero.",
            bend(good, 122 + len(BODY), b"\1"),
            "bad-padding",
        ),
        ("padding-last", "The last byte before the signature is not zero.", bend(good, -65, b"\1"), "bad-padding"),
        ("decoy-body", "A decoy says nothing.", bend(one, 1, decoy), "bad-value"),
        ("ack-body", "An acknowledgement has no body.", bend(one, 1, ack), "bad-value"),
        ("ack-parts", "An acknowledgement is one part.", bend(empty, 1, ack + empty[2:115] + b"\2"), "bad-value"),
        ("short", "One byte missing.", good[:-1], "wrong-length"),
        ("long", "One byte more.", good + b"\0", "wrong-length"),
    ]
    found: list[Scenario] = [
        ("envelope-plain", "A part of a message.", "envelope-plain-parse", {"plain": good.hex()}, _shown(_plain())),
        ("envelope-plain-shown", "Its signature can be shown without b and r.", "ed25519-verify", _evidence(), {}),
    ]
    return found + bent("envelope-plain-wrong", "envelope-plain-parse", "plain", rows)


def _evidence() -> Values:
    plain = _plain()
    covered = (
        b"s2u-sig\0"
        + sha256(CERT.info)
        + bytes([1, EnvelopeType.MESSAGE])
        + plain.pseudonym
        + sha256(plain.beacon + plain.refresh)
        + plain.encode_unsigned()[98:]
    )
    return {"public": plain.pseudonym.hex(), "message": covered.hex(), "signature": _signed(plain)[-SIGNATURE:].hex()}


def _hpke() -> list[Scenario]:
    private, info = seed("x-wing"), b"info".hex()
    public = SealingKey(private).public
    rows = [
        ("small-order", "An X25519 part of small order.", public[:1_184] + bytes(32), "bad-public-key"),
        ("small-order-1", "Another of small order.", public[:1_184] + b"\1" + bytes(31), "bad-public-key"),
        ("ml-kem", "An ML-KEM part with a coefficient above q.", b"\xff" * 3 + public[3:], "bad-public-key"),
        ("short", "One byte missing.", public[:-1], "bad-public-key"),
        ("long", "One byte more.", public + b"\0", "bad-public-key"),
        ("empty", "No key at all.", b"", "bad-public-key"),
    ]
    sealing = {"seed": private.hex(), "info": info, "plain": b"plain".hex()}
    found: list[Scenario] = [
        (
            "hpke-seal-opens",
            "What is sealed is 1,136 bytes longer and opens again.",
            "hpke-seal-opens",
            {"public": public.hex(), **sealing},
            {"size": 5 + 1_136, "plain": b"plain".hex()},
        ),
        refuse(
            "hpke-open-short",
            "Fewer bytes than an encapsulation.",
            "hpke-open",
            {"seed": private.hex(), "info": info, "sealed": "00" * 100},
            "not-for-this-key",
        ),
        refuse(
            "hpke-open-small-order",
            "An encapsulation whose X25519 share is of small order is nobody's.",
            "hpke-open",
            {"seed": private.hex(), "info": info, "sealed": "00" * 1_200},
            "not-for-this-key",
        ),
    ]
    return found + bent("hpke-seal-wrong-key", "hpke-seal-opens", "public", rows, **sealing)


def envelope_scenarios() -> list[Scenario]:
    """All of this file."""
    assert len(_signed(_plain())) == ENVELOPE_PLAIN
    return [*_opened(), *_forged(), *_parsed(), *_hpke()]
