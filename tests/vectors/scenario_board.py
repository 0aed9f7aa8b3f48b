# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the board's proof: each unit's window is whole, chained, signed, and names its certificates."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.batches import Batch, Upload, encode_board
from dropbox.protocol.manifests import MANIFEST_LONGEST
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.units import BoardPlace, UnitKey
from tests.vectors.scenario import Scenario, Values, bend, bent, flip, refuse
from tests.vectors.scenario_judge import judge_scenarios
from tests.vectors.small_service import (
    START,
    Written,
    certs_at,
    make_batches,
    make_cert,
    make_one,
    make_unit,
    noise,
    part_of,
    seed,
    served,
    standing,
    unit_id,
)

NORTH = make_unit("north")
FIVE = range(START, START + 5)
ALL = make_batches("north", FIVE)
NEWEST = START + 4


def _prove(batches: list[Batch], newest: int = NEWEST, certs: tuple[bytes, ...] | None = None, **more: Any) -> Values:
    """The input with these batches as north's part."""
    part = part_of("north", batches, newest, keep=99)
    part = part if certs is None else replace(part, certs=certs)
    units = [more.pop("unit", NORTH)]
    return {**served(units, [part], **more), "slug": "north"}


def _shown(*periods: int, newest: int | None = None) -> Values:
    return {"periods": list(periods), "newest": newest if newest is not None else periods[-1]}


def _proved() -> list[Scenario]:
    gap = make_batches("north", [START, START + 9])
    two_keys = (NORTH.keys[0], UnitKey(ed25519_public(seed("new")), START + 2))
    old = make_batches("north", [START, START + 1])
    rotated = [*old, make_one("north", START + 2, old[1], START + 1, Written(), signer=seed("new"))]
    rows: list[tuple[str, str, Values, Values]] = [
        ("window", "The newest three of five batches.", _prove(ALL[-3:]), _shown(*FIVE[-3:])),
        ("short", "All two of a young unit.", _prove(ALL[:2], START + 1), _shown(START, START + 1)),
        ("none", "None yet.", _prove([]), _shown(newest=START - 1)),
        ("gap", "A desk that was away leaves a gap.", _prove(gap, START + 9), _shown(START, START + 9)),
        (
            "rotated",
            "Older batches are proved by their hashes, whichever key signed them.",
            _prove(rotated, START + 2, unit=replace(NORTH, keys=two_keys)),
            _shown(START, START + 1, START + 2),
        ),
        (
            "first-period-0",
            "A unit from period 0 without a batch.",
            _prove([], unit=replace(NORTH, first_period=0)),
            _shown(newest=0),
        ),
    ]
    return [(f"unit-{name}", claim, "unit-prove", values, shown) for name, claim, values, shown in rows]


def _missing() -> list[Scenario]:
    rows: list[tuple[str, str, Values, str]] = [
        ("start", "The oldest of the window is left out.", _prove(ALL[-2:]), "batch-missing"),
        ("middle", "One in the middle is left out.", _prove([ALL[1], ALL[2], ALL[4]]), "batch-missing"),
        ("first-ever", "The unit's first batch is left out.", _prove([ALL[1]], START + 1), "batch-missing"),
        ("too-many", "More than the window.", _prove(ALL[-4:]), "batch-forked"),
        ("before-the-first", "A batch before the unit's first.", _prove([_stray(), ALL[0]], START), "batch-forked"),
        ("forked", "An older batch of another branch.", _prove([ALL[2], _fork(), ALL[4]]), "batch-forked"),
        ("swapped", "Two batches in each other's place.", _prove([ALL[3], ALL[2], ALL[4]]), "batch-missing"),
        ("doubled", "The newest twice.", _prove([ALL[3], ALL[4], ALL[4]]), "batch-forked"),
        ("prev-period", "The newest names another period than the older one has.", _prove(_misnamed()), "batch-forked"),
        ("prev-unit", "The newest names a batch of another unit.", _prove(_crossed(), START + 1), "batch-forked"),
        ("other-unit", "Another unit's part in this one's place.", _crossed_parts(), "unit-missing"),
    ]
    return [refuse(f"unit-missing-{name}", claim, "unit-prove", values, code) for name, claim, values, code in rows]


def _stray() -> Batch:
    return make_one("north", START - 1, None, 0, Written())


def _fork() -> Batch:
    return make_one("north", START + 3, ALL[2], START + 2, Written(), audit_head=seed("fork"))


def _misnamed() -> list[Batch]:
    return [*ALL[2:4], make_one("north", NEWEST, ALL[3], START + 2, Written())]


def _crossed() -> list[Batch]:
    south = make_batches("south", [START])[0]
    return [south, make_one("north", START + 1, south, START, Written())]


def _crossed_parts() -> Values:
    units = [NORTH, make_unit("south")]
    parts = [standing("north", [START]), standing("south", [START])]
    return {**served(units, parts), "slug": "north", "as_unit": "south"}


def _altered() -> list[Scenario]:
    new, old = ALL[4], ALL[3]
    short = replace(old, entries=b"", marks=b"")

    def with_old(changed: Batch) -> Values:
        return _prove([ALL[2], changed, new])

    def with_new(changed: Batch) -> Values:
        return _prove([ALL[2], old, changed])

    rows: list[tuple[str, str, Values, str]] = [
        ("mark", "A bit of a mark turned.", with_new(replace(new, marks=flip(new.marks, 0))), "batch-altered"),
        (
            "entry",
            "A bit of an entry turned.",
            with_new(replace(new, entries=flip(new.entries, 1_023))),
            "batch-altered",
        ),
        (
            "count",
            "Fewer entries than the manifest says.",
            with_new(replace(new, entries=b"", marks=b"")),
            "batch-altered",
        ),
        ("old-mark", "A mark of an older batch.", with_old(replace(old, marks=flip(old.marks, 143))), "batch-altered"),
        (
            "old-entry",
            "An entry of an older batch.",
            with_old(replace(old, entries=flip(old.entries, 0))),
            "batch-altered",
        ),
        ("old-count", "An older batch without its entries.", with_old(short), "batch-altered"),
        (
            "old-manifest",
            "A bit of an older manifest.",
            with_old(replace(old, manifest=flip(old.manifest, 200))),
            "batch-forked",
        ),
        ("old-junk", "Junk for an older manifest.", with_old(replace(old, manifest=b"junk")), "batch-altered"),
        (
            "signature",
            "A bit of the signature turned.",
            with_new(replace(new, signature=flip(new.signature, 0))),
            "manifest-unproved",
        ),
        (
            "manifest",
            "A bit of the manifest turned.",
            with_new(replace(new, manifest=flip(new.manifest, 200))),
            "manifest-unproved",
        ),
        ("junk", "Junk for the newest manifest.", with_new(replace(new, manifest=b"junk")), "manifest-unproved"),
        (
            "trailing",
            "A byte after the newest manifest.",
            with_new(replace(new, manifest=new.manifest + b"\0")),
            "manifest-unproved",
        ),
        ("service", "A manifest for another service.", _bent_newest(service_id=bytes(16)), "manifest-unproved"),
        ("unit", "A manifest for another unit.", _bent_newest(unit_id=unit_id("south")), "manifest-unproved"),
        ("signer", "Signed by another unit's key.", _bent_newest(signer=seed("south signs")), "manifest-unproved"),
        (
            "hash-of-junk",
            "Signed over an older manifest that is none.",
            _prove(_junk_chain(), START + 1),
            "batch-altered",
        ),
    ]
    rows += [*_keys(), *_firsts()]
    return [refuse(f"unit-altered-{name}", claim, "unit-prove", values, code) for name, claim, values, code in rows]


def _bent_newest(**changes: Any) -> Values:
    return _prove([*ALL[2:4], make_one("north", NEWEST, ALL[3], START + 3, Written(), **changes)])


def _junk_chain() -> list[Batch]:
    junk = replace(ALL[0], manifest=b"junk")
    return [junk, make_one("north", START + 1, junk, START, Written())]


def _firsts() -> list[tuple[str, str, Values, str]]:
    """A manifest names both of the batch before it, its period and its hash, or neither."""
    hash_alone = make_one("north", START, None, 0, Written(), prev_hash=seed("before"))
    period_alone = [*ALL[2:4], make_one("north", NEWEST, None, START + 3, Written())]
    old = make_one("north", START, None, START - 1, Written())
    newest = make_one("north", START + 1, old, START, Written())
    return [
        (
            "hash-alone",
            "A hash of the batch before without its period.",
            _prove([hash_alone], START),
            "manifest-unproved",
        ),
        ("period-alone", "Its period without its hash.", _prove(period_alone), "manifest-unproved"),
        ("old-period-alone", "The same in an older batch.", _prove([old, newest], START + 1), "batch-altered"),
    ]


def _keys() -> list[tuple[str, str, Values, str]]:
    late = replace(NORTH, keys=(UnitKey(NORTH.keys[0].public, NEWEST + 1),))
    rotated = replace(NORTH, keys=(*NORTH.keys, UnitKey(ed25519_public(seed("new")), NEWEST)))
    weak = replace(NORTH, keys=(UnitKey(bytes(32), START),))
    return [
        (
            "key-not-yet",
            "The key is not valid at the newest batch's period yet.",
            _prove(ALL[2:], unit=late),
            "manifest-unproved",
        ),
        ("key-no-more", "The old key is not valid there any more.", _prove(ALL[2:], unit=rotated), "manifest-unproved"),
        ("key-weak", "A key of small order signs nothing.", _prove(ALL[2:], unit=weak), "manifest-unproved"),
    ]


def _certs() -> list[Scenario]:
    current, following = (cert.encode() for cert in certs_at("north", NEWEST))
    other = make_cert("south", certs_at("north", NEWEST)[0].epoch).encode()
    rows: list[tuple[str, str, Values, str]] = [
        ("swapped", "The two in each other's place.", _prove(ALL[2:], certs=(following, current)), "cert-mismatch"),
        (
            "changed",
            "A bit of a public key turned.",
            _prove(ALL[2:], certs=(flip(current, 100), following)),
            "cert-mismatch",
        ),
        ("other-unit", "Another unit's.", _prove(ALL[2:], certs=(other, following)), "cert-mismatch"),
        ("form", "Bytes that are no certificate.", _prove(ALL[2:], certs=(bytes(1_262), following)), "cert-mismatch"),
        ("names-unit", "The unit names another unit's certificate.", _named("south", {}), "cert-mismatch"),
        (
            "names-service",
            "The unit names one of another service.",
            _named("north", {"service_id": bytes(16)}),
            "cert-mismatch",
        ),
        (
            "epoch",
            "The unit names an epoch that does not hold the period.",
            _named("north", {"not_before": NEWEST + 1}),
            "cert-mismatch",
        ),
        (
            "gap",
            "The two epochs do not follow each other.",
            _named("north", {"not_after": NEWEST + 9}),
            "cert-mismatch",
        ),
        *_unusable(),
    ]
    return [refuse(f"unit-cert-{name}", claim, "unit-prove", values, code) for name, claim, values, code in rows]


def _unusable() -> list[tuple[str, str, Values, str]]:
    """Keys that the unit vouches for and nothing can be sealed to: one such unit must not make visits fail."""
    public = certs_at("north", NEWEST)[0].public
    rows = (
        ("mlkem", "An ML-KEM key with a number that is not below its modulus.", b"\xff\xff\xff" + public[3:]),
        ("x25519", "An X25519 key of small order.", public[:-32] + bytes(32)),
    )
    return [(name, claim, _named("north", {"public": key}), "cert-mismatch") for name, claim, key in rows]


def _named(slug: str, change: dict[str, Any]) -> Values:
    """The unit signs a manifest that names such a current certificate, which is served."""
    epoch = certs_at("north", NEWEST)[0].epoch
    current, following = make_cert(slug, epoch, **{"not_after": NEWEST + 1, **change}), make_cert("north", epoch + 1)
    newest = make_one(
        "north", NEWEST, ALL[3], START + 3, Written(), cert_current=current.hash, cert_next=following.hash
    )
    return _prove([*ALL[2:4], newest], certs=(current.encode(), following.encode()))


def _retired() -> list[Scenario]:
    def of(batches: list[Batch], last_period: int, last_hash: bytes, newest: int = NEWEST) -> Values:
        retired = BoardPlace(NORTH, last_period, last_hash)
        return {**served([], [part_of("north", batches, newest)], [retired]), "slug": "north"}

    rows: list[tuple[str, str, Values, str]] = [
        (
            "earlier",
            "An earlier batch than its last is served as the newest.",
            of(ALL[:4], NEWEST, ALL[4].hash, START + 3),
            "batch-missing",
        ),
        ("later", "A batch after its last.", of(ALL, START + 3, ALL[3].hash), "batch-missing"),
        ("none", "None at all.", of([], NEWEST, ALL[4].hash), "batch-missing"),
        ("period", "The directory names another period.", of(ALL, START + 2, ALL[4].hash), "batch-missing"),
        ("period-later", "The directory names a later period.", of(ALL, NEWEST + 1, ALL[4].hash), "batch-missing"),
        ("period-none", "The directory names none.", of(ALL, 0, ALL[4].hash), "batch-missing"),
    ]
    found: list[Scenario] = [
        ("unit-retired", "Up to the last batch.", "unit-prove", of(ALL, NEWEST, ALL[4].hash), _shown(*FIVE[-3:])),
        ("unit-retired-unused", "It never had one.", "unit-prove", of([], 0, bytes(32)), _shown(newest=START - 1)),
    ]
    return found + [
        refuse(f"unit-retired-{name}", claim, "unit-prove", values, code) for name, claim, values, code in rows
    ]


def _uploads() -> list[Scenario]:
    current, following = (cert.encode() for cert in certs_at("north", START))
    good = Upload((current, following), ALL[0]).encode()
    manifest_at = 2 * len(current)
    count_at = manifest_at + 4 + len(ALL[0].manifest) + 64
    rows = [
        ("truncated", "One byte missing.", good[:-1], "truncated"),
        ("trailing", "One byte more.", good + b"\0", "trailing-bytes"),
        ("count", "More entries than any quota.", bend(good, count_at, b"\4\1"), "bad-value"),
        ("manifest", "A manifest longer than any.", bend(good, manifest_at, b"\0\1\0\0"), "bad-value"),
        ("empty", "Nothing.", b"", "truncated"),
    ]
    shown = {"entries": 1, "marks": 8, "hash": ALL[0].hash.hex()}
    found: list[Scenario] = [("upload", "Certificates and a batch.", "upload-parse", {"data": good.hex()}, shown)]
    return found + bent("upload-wrong", "upload-parse", "data", rows)


def _boards() -> list[Scenario]:
    parts, strange = [standing("north", [START])], standing("east", [START])
    good = served([NORTH], parts)
    board = bytes.fromhex(good["board"])
    rows = [
        ("truncated", "One byte missing.", board[:-1], "truncated"),
        ("trailing", "One byte more.", board + noise("junk", 1), "trailing-bytes"),
        ("version", "A later version.", bend(board, 0, b"\2"), "wrong-version"),
        ("type", "Another answer.", bend(board, 1, b"\3"), "wrong-type"),
        ("units", "More units than there may be.", bend(board, 2, b"\4\1"), "bad-value"),
        ("batches", "More batches than any window.", bend(board, 20, b"\x13\x89"), "bad-value"),
        (
            "stranger-doubled",
            "Two parts for one unit that is not listed.",
            encode_board([*parts, *2 * [strange]]),
            "bad-value",
        ),
        (
            "manifest-long",
            "A part whose manifest is longer than any.",
            _cut(board, manifest=MANIFEST_LONGEST + 1),
            "bad-value",
        ),
        ("entries", "A part with more entries than any quota.", _cut(board, entries=1_025), "bad-value"),
        ("doubled", "Two parts for one unit.", board[:2] + b"\0\2" + 2 * board[4:], "bad-value"),
    ]
    rest = {"anchor": good["anchor"], "directory": good["directory"], "slug": "north"}
    ignored = {**rest, "board": encode_board([strange, *parts]).hex()}
    return [
        ("board-stranger", "A part for a unit that is not listed is ignored.", "unit-prove", ignored, _shown(START)),
        *bent("board-wrong", "unit-prove", "board", rows, **rest),
    ]


def _cut(board: bytes, manifest: int = 0, entries: int = 0) -> bytes:
    """A board of one unit and one batch that says another length of its manifest, or another number of entries."""
    at = 2 + 2 + 16 + 2 + 2 * 1_262
    length = int.from_bytes(board[at : at + 4], "big")
    if manifest:
        return bend(board, at, manifest.to_bytes(4, "big")) + bytes(manifest - length)
    return bend(board, at + 4 + length + 64, entries.to_bytes(2, "big"))


def board_scenarios() -> list[Scenario]:
    """All of this file, and what follows from a whole board."""
    return [
        *_proved(),
        *_missing(),
        *_altered(),
        *_certs(),
        *_retired(),
        *_uploads(),
        *_boards(),
        *judge_scenarios(),
    ]
