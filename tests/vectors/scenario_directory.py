# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the signed directory: who signed the head, what it names, and every bound of every field."""

from dataclasses import asdict, replace
from typing import Any

from dropbox.protocol.anchors import Head, SignedAnchor
from dropbox.protocol.constants import KEY
from dropbox.protocol.directory import Directory, Mirror, UntrustedDirectory
from dropbox.protocol.primitives import sha256
from dropbox.protocol.units import BoardPlace, Unit, UnitKey
from tests.vectors.scenario import Scenario, Values, bend, flip, refuse
from tests.vectors.small_service import (
    POLICY,
    SECOND,
    SERVICE,
    SIGNED,
    START,
    make_cert,
    make_directory,
    make_unit,
    seed,
    sign_anchor,
    sign_directory,
    sign_head,
    unit_id,
)

_ONE = make_unit("north")
_MIRROR = Mirror(seed("mirror")[:16], seed("mirror key"))
_RETIRED = BoardPlace(make_unit("old", paused=True), START, bytes(32))


def _verify(directory: bytes, pinned: SignedAnchor = SIGNED[0]) -> Values:
    return {"anchor": pinned.encode().hex(), "directory": directory.hex()}


def _body(body: bytes) -> bytes:
    """Any bytes as a directory that two roots signed."""
    head = Head(SERVICE, 1, 1, START, START + 100, sha256(body))
    return UntrustedDirectory(SIGNED[:1], sign_head(head), body).encode()


def _wrong(name: str, claim: str, directory: bytes, code: str) -> Scenario:
    return refuse(f"directory-wrong-{name}", claim, "directory-verify", _verify(directory), code)


def _good() -> list[Scenario]:
    full = make_unit(
        "north",
        name="North \u00e9\u4e2d",
        forces=("cumbria", "city-of-london"),
        keys=(UnitKey(seed("k1"), START), UnitKey(seed("k2"), START + 7)),
        contact_pk=make_cert("north", 1).public,
        successor=unit_id("south"),
        conflicts=("gwent",),
        paused=True,
        takes_no_files=True,
        promised_days=14,
        first_words=(("en", "We have your report."), ("cy", "Mae eich adroddiad gennym.")),
        rows=65_536,
        marks=131_072,
    )
    kept = {
        "blobs_per_period": 8_192,
        "close_after": 14,
        "whole_limit": 24 << 20,
        "mirrors_asked": 1,
        "first_reader": 1,
    }
    policy = replace(POLICY, **kept)
    units, mirrors = (full, make_unit("intake", takes_no_files=True)), (_MIRROR, replace(_MIRROR, mirror_id=bytes(16)))
    listed = make_directory(units, [_RETIRED], revoked=(unit_id("gone"),), mirrors=mirrors, policy=policy)
    shown = {"version": 1, "issued": START, "expires": START + 100, "policy": asdict(POLICY)}
    later = sign_directory(make_directory([_ONE]), SIGNED, dir_version=9)
    return [
        (
            "directory",
            "Every field in use, signed by two of three roots.",
            "directory-verify",
            _verify(sign_directory(listed).encode()),
            {**shown, "policy": asdict(policy), "units": ["north", "intake"]},
        ),
        (
            "directory-empty",
            "No unit yet.",
            "directory-verify",
            _verify(sign_directory(make_directory([])).encode()),
            {**shown, "units": []},
        ),
        (
            "directory-third-anchor",
            "Signed by the third set of roots, pinned to the first.",
            "directory-verify",
            _verify(later.encode()),
            {**shown, "version": 9, "units": ["north"]},
        ),
    ]


def _heads() -> list[Scenario]:
    listed = make_directory([_ONE])
    good = sign_directory(listed)
    data = good.encode()
    other = replace(good, body=make_directory([make_unit("south")]).encode())
    old_head = replace(sign_directory(listed, SIGNED[:1]), anchors=SIGNED[:2])
    unknown = sign_head(replace(good.head.head, anchor_version=2))
    head_at = data.index(good.head.encode())
    rows = [
        ("under-signed", "One of two roots.", sign_directory(listed, places=(1,)).encode(), "under-signed"),
        ("unsigned", "None.", sign_directory(listed, places=()).encode(), "under-signed"),
        ("unknown-root", "The place of a fourth root.", bend(data, head_at + 4 + 66 + 1 + 65, b"\3"), "under-signed"),
        ("signature", "A bit of a signature turned.", flip(data, head_at + 4 + 66 + 2), "under-signed"),
        ("signatures-order", "The same place twice.", bend(data, head_at + 4 + 66 + 1 + 65, b"\0"), "bad-value"),
        ("hash", "Another list than the head names.", other.encode(), "directory-mismatch"),
        ("old-head", "A head that the roots before signed.", old_head.encode(), "anchor-older"),
        (
            "unknown-anchor",
            "A head under an anchor not served.",
            replace(good, head=unknown).encode(),
            "anchor-chain-broken",
        ),
        ("head-service", "A head of another service.", _head_of(bytes(16)), "wrong-service"),
        (
            "service",
            "A list of another service.",
            _body(replace(listed, service_id=bytes(16)).encode()),
            "wrong-service",
        ),
        ("expires", "It ends before it is issued.", sign_directory(listed, expires=START - 1).encode(), "bad-value"),
        ("version-0", "Directories count from 1.", sign_directory(listed, dir_version=0).encode(), "bad-value"),
        ("anchor-0", "Anchors too.", sign_directory(listed, anchor_version=0).encode(), "bad-value"),
        ("no-anchor", "No anchor at all.", bend(data, 2, b"\0\0"), "bad-value"),
        ("truncated", "One byte missing.", data[:-1], "truncated"),
        ("trailing", "One byte more.", data + b"\0", "trailing-bytes"),
        ("protocol-version", "A later version.", bend(data, 0, b"\2"), "wrong-version"),
        ("protocol-type", "Another answer.", bend(data, 1, b"\x09"), "wrong-type"),
        ("head-type", "Another struct in the head's place.", bend(data, head_at + 5, b"\1"), "wrong-type"),
        ("head-length", "A head longer than a head.", bend(data, head_at, b"\0\0\0\x43"), "bad-value"),
        ("head-short", "A head shorter than a head.", bend(data, head_at, b"\0\0\0\x41"), "truncated"),
    ]
    found = [_wrong(name, claim, made, code) for name, claim, made, code in rows]
    broken = (SIGNED[0], sign_anchor(SECOND))
    usurped = _verify(sign_directory(listed, broken).encode())
    found.append(
        refuse(
            "directory-usurped",
            "New roots that the old did not sign.",
            "directory-verify",
            usurped,
            "anchor-chain-broken",
        )
    )
    pinned_elsewhere = _verify(data, sign_anchor(replace(SIGNED[0].anchor, service_id=bytes(16))))
    found.append(
        refuse(
            "directory-other-service",
            "Pinned to another service.",
            "directory-verify",
            pinned_elsewhere,
            "wrong-service",
        )
    )
    return found


def _head_of(service: bytes) -> bytes:
    body = make_directory([_ONE]).encode()
    return UntrustedDirectory(SIGNED[:1], sign_head(Head(service, 1, 1, START, START, sha256(body))), body).encode()


def _policies() -> list[Scenario]:
    wrong: dict[str, dict[str, int]] = {
        "period-short": {"period": 3},
        "period-long": {"period": 7 * 86_400 + 1},
        "collect-0": {"collect": 0},
        "collect-long": {"collect": 86_401},
        "stay-0": {"stay": 0},
        "stay-large": {"stay": 5_001},
        "linger-large": {"linger": 5_001},
        "retention-0": {"retention": 0},
        "retention-large": {"retention": 5_001},
        "epoch-0": {"epoch": 0},
        "give-up-0": {"give_up": 0},
        "silent-after-0": {"silent_after": 0},
        "clock-slack-0": {"clock_slack": 0},
        "head-life-0": {"head_life": 0},
        "intake-0": {"intake_per_period": 0},
        "intake-large": {"intake_per_period": 100_001},
        "blobs-large": {"blobs_per_period": 65_537},
        "mirrors-asked-of-none": {"mirrors_asked": 1},
        "mirrors-asked-large": {"mirrors_asked": 9},
        "first-reader-2": {"first_reader": 2},
    }
    return [
        _wrong(
            f"policy-{name}",
            f"Refused: {name.replace('-', ' ')}.",
            sign_directory(make_directory([], policy=replace(POLICY, **change))).encode(),
            "bad-value",
        )
        for name, change in wrong.items()
    ]


def _units() -> list[Scenario]:
    many = tuple(f"f{number}" for number in range(129))
    keys = tuple(UnitKey(bytes(KEY), START + number) for number in range(65))
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "slug-empty": ({"slug": ""}, "bad-text"),
        "slug-upper": ({"slug": "North"}, "bad-text"),
        "slug-hyphens": ({"slug": "a--b"}, "bad-text"),
        "slug-edge": ({"slug": "a-"}, "bad-text"),
        "slug-line": ({"slug": "a\n"}, "bad-text"),
        "slug-long": ({"slug": "a" * 49}, "bad-value"),
        "name-empty": ({"name": ""}, "bad-text"),
        "name-control": ({"name": "a\x1b[2J"}, "bad-text"),
        "name-bidi": ({"name": "a\u202eb"}, "bad-text"),
        "name-long": ({"name": "a" * 121}, "bad-value"),
        "kind-0": ({"kind": 0}, "bad-value"),
        "kind-4": ({"kind": 4}, "bad-value"),
        "forces-doubled": ({"forces": ("gwent", "gwent")}, "bad-value"),
        "forces-form": ({"forces": ("Gwent",)}, "bad-text"),
        "forces-many": ({"forces": many}, "bad-value"),
        "no-key": ({"keys": ()}, "bad-value"),
        "keys-order": ({"keys": (UnitKey(bytes(32), 5), UnitKey(seed("k"), 5))}, "bad-value"),
        "keys-many": ({"keys": keys}, "bad-value"),
        "contact": ({"contact_pk": b"12345"}, "bad-value"),
        "contact-long": ({"contact_pk": bytes(1_217)}, "bad-value"),
        "ends-before": ({"not_after": START - 1}, "bad-value"),
        "rows-0": ({"rows": 0}, "bad-value"),
        "rows-4": ({"rows": 4}, "bad-value"),
        "rows-no-power": ({"rows": 24}, "bad-value"),
        "rows-large": ({"rows": 131_072}, "bad-value"),
        "marks-4": ({"marks": 4}, "bad-value"),
        "marks-no-power": ({"marks": 9}, "bad-value"),
        "marks-large": ({"marks": 262_144}, "bad-value"),
        "promised-large": ({"promised_days": 367}, "bad-value"),
        "words-language": ({"first_words": (("EN", "x"),)}, "bad-text"),
        "words-language-long": ({"first_words": (("engl", "x"),)}, "bad-text"),
        "words-empty": ({"first_words": (("en", ""),)}, "bad-text"),
        "words-control": ({"first_words": (("en", "a\nb"),)}, "bad-text"),
        "words-long": ({"first_words": (("en", "a" * 2_001),)}, "bad-value"),
        "words-doubled": ({"first_words": (("en", "a"), ("en", "b"))}, "bad-value"),
        "words-many": ({"first_words": tuple((f"a{chr(97 + n)}", "a") for n in range(9))}, "bad-value"),
        "conflicts-doubled": ({"conflicts": ("gwent", "gwent")}, "bad-value"),
    }
    return [
        _wrong(
            f"unit-{name}",
            f"Refused: {name.replace('-', ' ')}.",
            sign_directory(make_directory([replace(_ONE, **change)])).encode(),
            code,
        )
        for name, (change, code) in wrong.items()
    ]


def _bodies() -> list[Scenario]:
    plain = make_directory([_ONE])
    good = plain.encode()
    south: Unit = make_unit("south")
    counts = 2 + 16 + 58 + 1

    def listed(**changes: Any) -> bytes:
        return _body(replace(plain, **changes).encode())

    same_id: Directory = replace(plain, units=(_ONE, replace(south, unit_id=_ONE.unit_id)))
    rows = [
        ("slug-doubled", "Two units of one name.", listed(units=(_ONE, replace(south, slug="north"))), "bad-value"),
        ("id-doubled", "Two units of one id.", _body(same_id.encode()), "bad-value"),
        ("slug-retired", "A retired unit of the same name.", listed(retired=(_renamed(),)), "bad-value"),
        ("id-revoked", "A unit that is revoked too.", listed(revoked=(_ONE.unit_id,)), "bad-value"),
        ("revoked-doubled", "Revoked twice.", listed(revoked=(bytes(16), bytes(16))), "bad-value"),
        ("units-many", "513 units.", _body(bend(good, counts, b"\2\1")), "bad-value"),
        ("retired-many", "513 retired ones.", _body(bend(good, -4, b"\2\1")), "bad-value"),
        ("revoked-many", "513 revoked ones.", _body(bend(good, -2, b"\2\1")), "bad-value"),
        ("flags", "A flag without a meaning.", _body(bend(good, -8, b"\4")), "bad-value"),
        ("mirrors-many", "Nine mirrors.", _body(bend(good, counts - 1, b"\x09")), "bad-value"),
        ("mirrors-doubled", "A mirror twice.", listed(mirrors=(_MIRROR, _MIRROR)), "bad-value"),
        ("name-not-utf8", "A name that is not UTF-8.", _body(bend(good, good.index(b"Unit"), b"\xff")), "bad-text"),
        ("body-truncated", "One byte missing.", _body(good[:-1]), "truncated"),
        ("body-trailing", "One byte more.", _body(good + b"\0"), "trailing-bytes"),
        ("body-version-before", "The version before.", _body(bend(good, 0, b"\1")), "wrong-version"),
        ("body-version-after", "A later version.", _body(bend(good, 0, b"\3")), "wrong-version"),
        ("body-type", "Another struct.", _body(bend(good, 1, b"\2")), "wrong-type"),
    ]
    return [_wrong(name, claim, made, code) for name, claim, made, code in rows]


def _renamed() -> BoardPlace:
    return replace(_RETIRED, unit=replace(_RETIRED.unit, slug="north"))


def directory_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_good(), *_heads(), *_policies(), *_units(), *_bodies()]
