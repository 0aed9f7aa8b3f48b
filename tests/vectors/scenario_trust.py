# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of what the roots sign: anchors, their chain, heads; and of enrolments and segments."""

from collections.abc import Sequence
from dataclasses import replace

from dropbox.protocol.anchors import Anchor, RootSignature, SignedAnchor
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.enrolment import Enrolment
from dropbox.protocol.primitives import ed25519_public, ed25519_sign, sha256
from dropbox.protocol.wire import segment_header, sign_segment_request
from tests.vectors.scenario import Scenario, Values, bend, bent, flip, refuse
from tests.vectors.scenario_directory import directory_scenarios
from tests.vectors.small_service import (
    FIRST,
    SECOND,
    SERVICE,
    SIGNED,
    START,
    THIRD,
    make_cert,
    make_directory,
    make_unit,
    noise,
    seed,
    sign_anchor,
    sign_directory,
    unit_id,
)


def _pins() -> list[Scenario]:
    good = SIGNED[0].encode()
    fingerprint = {"version": 1, "fingerprint": FIRST.fingerprint.hex()}
    stranger = replace(FIRST, threshold=3)
    body = bend(FIRST.encode(), 2 + 16, bytes(4))
    rows = [
        ("under-signed", "One of two.", sign_anchor(FIRST, by_own=(0,)).encode(), "under-signed"),
        ("unsigned", "Nobody signed it.", sign_anchor(FIRST, by_own=()).encode(), "under-signed"),
        ("three-needed", "Two of three, three needed.", sign_anchor(stranger).encode(), "under-signed"),
        ("bad-signature", "A bit of one signature turned.", flip(good, -1), "under-signed"),
        ("unknown-root", "A fourth of three roots signed.", bend(good, -65, b"\3"), "under-signed"),
        ("same-root-twice", "One root counted twice.", bend(good, -65, b"\0"), "bad-value"),
        ("out-of-order", "The second root's signature stands first.", bend(good, -130, b"\2"), "bad-value"),
        ("index-16", "A root's place is below sixteen.", bend(good, -65, b"\x10"), "bad-value"),
        ("truncated", "One byte missing.", good[:-1], "truncated"),
        ("trailing", "One byte more.", good + b"\0", "trailing-bytes"),
        ("version", "A later version.", bend(good, 4, b"\2"), "wrong-version"),
        ("type", "Another struct.", bend(good, 5, b"\2"), "wrong-type"),
        ("number-0", "Anchors count from 1.", bend(good, 4, body), "bad-value"),
        ("threshold-0", "A threshold of none.", sign_anchor(replace(FIRST, threshold=0)).encode(), "bad-value"),
        ("threshold-4", "Four of three.", SignedAnchor(replace(FIRST, threshold=4), (), ()).encode(), "bad-value"),
        ("roots-17", "Seventeen roots.", SignedAnchor(replace(FIRST, roots=_many(17)), (), ()).encode(), "bad-value"),
        ("roots-doubled", "The same root twice.", _doubled().encode(), "bad-value"),
        ("before-the-first", "A version 1 with a signature of roots before it.", _preceded().encode(), "bad-value"),
        ("signatures-17", "More signatures than there may be roots.", bend(good, -131, b"\x11"), "bad-value"),
        ("longer-than-any", "A length beyond any anchor.", bend(good, 0, b"\0\1\0\0"), "bad-value"),
    ]
    own = [("anchor-pin", "Two of three roots signed.", "anchor-pin", {"signed": good.hex()}, fingerprint)]
    return [*own, *bent("anchor-wrong", "anchor-pin", "signed", rows)]


def _many(count: int) -> tuple[bytes, ...]:
    return tuple(seed(f"many {number}") for number in range(count))


def _doubled() -> SignedAnchor:
    return SignedAnchor(replace(FIRST, roots=(FIRST.roots[0], *FIRST.roots[:2])), (), ())


def _preceded() -> SignedAnchor:
    return replace(SIGNED[0], by_previous=(RootSignature(0, bytes(64)),))


def _chain(pinned: SignedAnchor, served: Sequence[SignedAnchor]) -> Values:
    return {"pinned": pinned.encode().hex(), "served": [one.encode().hex() for one in served]}


def _chains() -> list[Scenario]:
    first, second, third = SIGNED
    other = replace(SECOND, service_id=bytes(16))
    usurped = Anchor(SERVICE, 2, 2, _many(3))
    rows: list[tuple[str, str, Values, str]] = [
        (
            "under-signed-old",
            "One of the old roots.",
            _chain(first, (first, sign_anchor(SECOND, FIRST, (0,)))),
            "anchor-chain-broken",
        ),
        (
            "under-signed-new",
            "One of the new roots.",
            _chain(first, (first, sign_anchor(SECOND, FIRST, (0, 1), (1,)))),
            "anchor-chain-broken",
        ),
        ("no-old", "The new roots alone.", _chain(first, (first, sign_anchor(SECOND))), "anchor-chain-broken"),
        (
            "strangers",
            "Other keys than the old roots'.",
            _chain(first, (first, SignedAnchor(usurped, second.by_previous, ()))),
            "anchor-chain-broken",
        ),
        (
            "before-the-first",
            "A version 1 that is not the pinned one has a signature of roots before it.",
            _chain(second, (_preceded(), second)),
            "bad-value",
        ),
        (
            "before-pinned-index",
            "A list that nobody verifies names a root beyond the sixteenth.",
            _chain(second, (replace(first, by_own=(RootSignature(16, bytes(64)),)), second)),
            "bad-value",
        ),
        (
            "before-pinned-count",
            "A list that nobody verifies has more than sixteen signatures.",
            _chain(second, (replace(first, by_own=tuple(RootSignature(at, bytes(64)) for at in range(17))), second)),
            "bad-value",
        ),
        ("gap", "Version 2 is left out.", _chain(first, (first, third)), "anchor-chain-broken"),
        (
            "later-broken",
            "Version 3 is not signed by version 2.",
            _chain(first, (first, second, sign_anchor(THIRD, SECOND, ()))),
            "anchor-chain-broken",
        ),
        ("out-of-order", "Version 2 stands first.", _chain(first, (second, first)), "anchor-chain-broken"),
        (
            "rolled-back",
            "Only version 1 is served to a client that pins 2.",
            _chain(second, (first,)),
            "anchor-chain-broken",
        ),
        ("empty", "None is served.", _chain(first, ()), "anchor-chain-broken"),
        (
            "other-pinned",
            "Another version 1 than the pinned one.",
            _chain(sign_anchor(replace(FIRST, threshold=3)), (first,)),
            "anchor-chain-broken",
        ),
        (
            "service",
            "The second is of another service.",
            _chain(first, (first, sign_anchor(other, FIRST))),
            "wrong-service",
        ),
        (
            "service-pinned",
            "Another service's chain.",
            _chain(sign_anchor(replace(FIRST, service_id=bytes(16))), (first,)),
            "wrong-service",
        ),
    ]
    found: list[Scenario] = [
        (
            "anchor-chain-from-1",
            "Followed from version 1.",
            "anchor-chain",
            _chain(first, SIGNED),
            {"trusted": [1, 2, 3]},
        ),
        (
            "anchor-chain-from-2",
            "Followed from version 2.",
            "anchor-chain",
            _chain(second, SIGNED),
            {"trusted": [2, 3]},
        ),
        ("anchor-chain-same", "Nothing to follow.", "anchor-chain", _chain(third, SIGNED), {"trusted": [3]}),
        (
            "anchor-chain-before-pinned",
            "Anchors before the pinned one prove nothing and need no signatures.",
            "anchor-chain",
            _chain(second, (sign_anchor(FIRST, by_own=()), second)),
            {"trusted": [2]},
        ),
    ]
    return found + [
        refuse(f"anchor-chain-{name}", claim, "anchor-chain", values, code) for name, claim, values, code in rows
    ]


def _enrolments() -> list[Scenario]:
    signer = seed("north signs")
    plain = Enrolment(SERVICE, unit_id("north"), ed25519_public(signer), b"", "North \u00e9")
    good, contact = plain.sign(signer), make_cert("north", 1).public
    label = b"dropbox-v1 enrolment\0"
    small_order = replace(plain, signing_public=bytes(32)).sign(signer)
    rows = [
        ("signature", "Signed by another key than the one it names.", plain.sign(seed("other")), "bad-signature"),
        ("key", "Another key put in its place.", flip(good, 34), "bad-signature"),
        ("small-order", "A signing key of small order.", small_order, "bad-signature"),
        ("name-empty", "No name.", replace(plain, name="").sign(signer), "bad-text"),
        ("name-control", "A line feed in the name.", replace(plain, name="a\nb").sign(signer), "bad-text"),
        ("name-bidi", "A mark that turns the direction.", replace(plain, name="a\u202eb").sign(signer), "bad-text"),
        ("name-long", "121 bytes.", replace(plain, name="x" * 121).sign(signer), "bad-value"),
        (
            "name-not-utf8",
            "Half a character.",
            good[:-65] + b"\xc3" + ed25519_sign(signer, label + good[:-65] + b"\xc3"),
            "bad-text",
        ),
        ("contact", "A contact key of one byte.", replace(plain, contact_pk=b"x").sign(signer), "bad-value"),
        (
            "contact-long",
            "A contact key of 1,217 bytes.",
            replace(plain, contact_pk=bytes(1_217)).sign(signer),
            "bad-value",
        ),
        ("truncated", "One byte missing.", good[:-1], "truncated"),
        ("trailing", "One byte more.", good + b"\0", "trailing-bytes"),
        ("version", "A later version.", bend(good, 0, b"\2"), "wrong-version"),
        ("type", "Another struct.", bend(good, 1, b"\1"), "wrong-type"),
    ]
    shown = {"unit_id": plain.unit_id.hex(), "public": plain.signing_public.hex(), "name": plain.name}
    found: list[Scenario] = [
        ("enrolment", "A desk's keys, signed by the key itself.", "enrolment-verify", {"data": good.hex()}, shown),
        (
            "enrolment-contact",
            "With a contact key.",
            "enrolment-verify",
            {"data": replace(plain, contact_pk=contact).sign(signer).hex()},
            shown,
        ),
    ]
    return found + bent("enrolment-wrong", "enrolment-verify", "data", rows)


def _certs() -> list[Scenario]:
    cert = make_cert("north", 10_000)
    good = cert.encode()
    shown = {"epoch": 10_000, "not_before": START, "not_after": START + 1, "hash": cert.hash.hex()}
    rows = [
        ("ends-before", "It ends before it begins.", replace(cert, not_after=START - 1).encode(), "bad-value"),
        ("short", "One byte missing.", good[:-1], "wrong-length"),
        ("long", "One byte more.", good + b"\0", "wrong-length"),
        ("version", "A later version.", bend(good, 0, b"\2"), "wrong-version"),
        ("type", "Another struct.", bend(good, 1, b"\1"), "wrong-type"),
    ]
    found: list[Scenario] = [("cert", "An epoch certificate.", "cert-parse", {"data": good.hex()}, shown)]
    return found + bent("cert-wrong", "cert-parse", "data", rows)


def _segment(envelopes: Sequence[bytes], closed: bool = True, period: int = START, service: bytes = SERVICE) -> bytes:
    return segment_header(service, period, closed, len(envelopes)) + b"".join(envelopes)


def _segments() -> list[Scenario]:
    two = sorted((noise(f"envelope {at}", ENVELOPE) for at in range(2)), key=sha256)
    root = sha256(sha256(two[0]) + sha256(two[1]))
    good, empty = _segment(two), _segment(())
    rows = [
        ("unsorted", "The second envelope first.", _segment(two[::-1]), "segment-unsorted"),
        ("doubled", "The same envelope twice.", _segment([two[0], two[0]]), "segment-unsorted"),
        ("closed-2", "Neither open nor closed.", bend(empty, 22, b"\2"), "bad-value"),
        ("count", "More than any segment holds.", bend(empty, 23, b"\xff\xff\xff\xff"), "bad-value"),
        ("truncated", "It says one and holds none.", bend(empty, 26, b"\1"), "truncated"),
        ("trailing", "It says none and a byte follows.", empty + b"\0", "trailing-bytes"),
        ("version", "A later version.", bend(empty, 0, b"\2"), "wrong-version"),
        ("type", "Another struct.", bend(empty, 1, b"\1"), "wrong-type"),
    ]
    shown = {"period": START, "closed": True, "envelopes": 2, "root": root.hex()}
    opened = {"period": START, "closed": False, "envelopes": 0, "root": sha256(b"").hex()}
    found: list[Scenario] = [
        (
            "segment",
            "Two envelopes, sorted by id, and the root of their ids.",
            "segment-parse",
            {"data": good.hex()},
            shown,
        ),
        ("segment-open", "An empty open one.", "segment-parse", {"data": _segment((), closed=False).hex()}, opened),
    ]
    return found + bent("segment-wrong", "segment-parse", "data", rows)


def _checked_segments() -> list[Scenario]:
    service = {
        "anchor": SIGNED[0].encode().hex(),
        "directory": sign_directory(make_directory([make_unit("north")])).encode().hex(),
    }
    empty = sha256(b"")

    def check(data: bytes, known: bytes) -> Values:
        return {**service, "data": data.hex(), "period": START, "known_root": known.hex()}

    rows: list[tuple[str, str, Values, str]] = [
        (
            "changed",
            "A closed segment with another root than it had.",
            check(_segment(()), sha256(b"x")),
            "segment-changed",
        ),
        ("service", "Of another service.", check(_segment((), service=bytes(16)), b""), "wrong-service"),
        ("period", "Of another period.", check(_segment((), period=START + 1), b""), "wrong-type"),
        ("reopened", "A past segment that still grows.", check(_segment((), closed=False), b""), "wrong-type"),
    ]
    found: list[Scenario] = [
        (
            "segment-check-first",
            "Seen for the first time.",
            "segment-check",
            check(_segment(()), b""),
            {"root": empty.hex()},
        ),
        ("segment-check-same", "Seen again.", "segment-check", check(_segment(()), empty), {"root": empty.hex()}),
    ]
    return found + [
        refuse(f"segment-check-{name}", claim, "segment-check", values, code) for name, claim, values, code in rows
    ]


def _requests() -> list[Scenario]:
    signer, north = seed("north signs"), unit_id("north")
    signature = sign_segment_request(signer, SERVICE, north, START)
    where: Values = {"service_id": SERVICE.hex(), "unit_id": north.hex(), "period": START}
    good = {"public": ed25519_public(signer).hex(), "signature": signature.hex(), **where}
    rows: list[tuple[str, str, Values, str]] = [
        ("period", "It is worth nothing for another segment.", {"period": START + 1}, "bad-signature"),
        ("unit", "Nor for another unit.", {"unit_id": unit_id("south").hex()}, "bad-signature"),
        ("service", "Nor at another service.", {"service_id": "00" * 16}, "bad-signature"),
        ("key", "Nor under another key.", {"public": ed25519_public(seed("south signs")).hex()}, "bad-signature"),
        ("short", "63 bytes.", {"signature": signature[:-1].hex()}, "wrong-length"),
    ]
    found: list[Scenario] = [
        (
            "segment-request",
            "A unit asks for one segment.",
            "segment-request",
            {"seed": signer.hex(), **where},
            {"signature": signature.hex()},
        ),
        ("segment-request-verify", "The server checks it.", "segment-request-verify", good, {}),
    ]
    verify = "segment-request-verify"
    return found + [
        refuse(f"segment-request-wrong-{name}", claim, verify, good | change, code)
        for name, claim, change, code in rows
    ]


def trust_scenarios() -> list[Scenario]:
    """All of this file, and the directories."""
    return [
        *_pins(),
        *_chains(),
        *directory_scenarios(),
        *_enrolments(),
        *_certs(),
        *_segments(),
        *_checked_segments(),
        *_requests(),
    ]
