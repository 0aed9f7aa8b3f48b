# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the snapshot board's proof: each unit's newest batch is signed, whole, and names its certificates."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.index import make_index
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.snapshots import Snapshot, encode_snapshot_board
from dropbox.protocol.units import BoardPlace, UnitKey
from tests.vectors.scenario import Scenario, Values, bend, flip, refuse
from tests.vectors.scenario_sets import lanes_of, marks_of
from tests.vectors.small_service import START, certs_at, make_batches, make_cert, make_unit, noise, seed, unit_id
from tests.vectors.small_snapshot import Made, Said, make_snapshot, part_with, shown

NORTH = make_unit("north")
NOW = START + 4
BEFORE = (START + 3, make_batches("north", [START + 3])[0])
MADE = make_snapshot("north", NOW, before=BEFORE)
Bad = list[tuple[str, str, Values, str]]


def _prove(made: Made | None, unit: Any = NORTH, **changes: Any) -> Values:
    """The input with this as north's part; ``changes`` bend the board's or the rows' bytes, or say what is allowed."""
    more = {name: changes.pop(name) for name in ("allowed", "as_unit") if name in changes}
    return {**shown([unit], {"north": made}, **changes), "slug": "north", **more}


def _with(snapshot: Snapshot) -> Values:
    return _prove(Made(snapshot, MADE.rows))


def _bent(**changes: Any) -> Values:
    """Signed over other fields."""
    return _prove(make_snapshot("north", NOW, before=BEFORE, **changes))


def _sizes(newest: int = NOW, q: int = 8, m: int = 8) -> Values:
    return {"newest": newest, "q": q, "m": m}


def _proved() -> list[Scenario]:
    two_keys = (NORTH.keys[0], UnitKey(ed25519_public(seed("new")), NOW))
    rotated = make_snapshot("north", NOW, before=BEFORE, signer=seed("new"))
    wide = make_snapshot("north", NOW, Said(q=16, m=32), before=BEFORE)
    strange = encode_snapshot_board([part_with("east", MADE), part_with("north", MADE)])
    rows: list[tuple[str, str, Values, Values]] = [
        ("newest", "The newest batch, which follows one of the old board.", _prove(MADE), _sizes()),
        ("first", "A unit's first.", _prove(make_snapshot("north", NOW)), _sizes()),
        (
            "gap",
            "One long after the batch before it.",
            _prove(make_snapshot("north", START + 90, before=BEFORE)),
            _sizes(START + 90),
        ),
        ("wide", "Sixteen rows, 32 marks.", _prove(wide), _sizes(q=16, m=32)),
        (
            "allowed",
            "Sizes that are among those allowed.",
            _prove(wide, allowed=[[8, 8], [16, 32]]),
            _sizes(q=16, m=32),
        ),
        (
            "rotated",
            "By the key that is valid at its period.",
            _prove(rotated, replace(NORTH, keys=two_keys)),
            _sizes(),
        ),
        ("none", "None yet.", _prove(None), {"newest": START - 1, "q": None, "m": None}),
        (
            "first-period-0",
            "A unit from period 0 without a batch.",
            _prove(None, replace(NORTH, first_period=0)),
            {"newest": 0, "q": None, "m": None},
        ),
        (
            "stranger",
            "A part for a unit that is not listed is ignored, its rows are cut.",
            _prove(MADE, board=strange, rows=[MADE.rows, MADE.rows]),
            _sizes(),
        ),
    ]
    return [(f"snapshot-prove-{name}", claim, "snapshot-prove", values, made) for name, claim, values, made in rows]


def _missing() -> Bad:
    south = make_snapshot("south", NOW)
    crossed = shown([NORTH, make_unit("south")], {"north": MADE, "south": south})
    return [
        (
            "part",
            "The unit's part is left out.",
            _prove(MADE, board=encode_snapshot_board([]), rows=[]),
            "unit-missing",
        ),
        (
            "other",
            "Another unit's part in its place.",
            {**crossed, "slug": "north", "as_unit": "south"},
            "unit-missing",
        ),
    ]


def _unproved() -> Bad:
    one = MADE.snapshot
    late = replace(NORTH, keys=(UnitKey(NORTH.keys[0].public, NOW + 1),))
    rotated = replace(NORTH, keys=(*NORTH.keys, UnitKey(ed25519_public(seed("new")), NOW)))
    weak = replace(NORTH, keys=(UnitKey(bytes(32), START),))
    old = make_batches("north", [NOW])[0]
    alone = make_snapshot("north", NOW, before=BEFORE, prev_period=0)
    unproved = "manifest-unproved"
    return [
        (
            "signature",
            "A bit of the signature turned.",
            _with(replace(one, signature=flip(one.signature, 0))),
            unproved,
        ),
        ("manifest", "A bit of the manifest turned.", _with(replace(one, manifest=flip(one.manifest, 90))), unproved),
        ("junk", "Junk for a manifest.", _prove(Made(replace(one, manifest=noise("junk", 300)), b"")), unproved),
        ("empty", "Nothing for a manifest.", _prove(Made(replace(one, manifest=b""), b"")), unproved),
        ("trailing", "A byte after it.", _prove(Made(replace(one, manifest=one.manifest + b"\0"), b"")), unproved),
        (
            "old",
            "A manifest of the old board, rightly signed.",
            _prove(Made(replace(one, manifest=old.manifest, signature=old.signature), b"")),
            unproved,
        ),
        ("service", "For another service.", _bent(service_id=bytes(16)), unproved),
        ("unit", "For another unit.", _bent(unit_id=unit_id("south")), unproved),
        ("signer", "Signed by another unit's key.", _bent(signer=seed("south signs")), unproved),
        (
            "hash-alone",
            "It names the hash of a batch before, and no period.",
            _prove(Made(alone.snapshot, b"")),
            unproved,
        ),
        ("key-not-yet", "The key is not valid at its period yet.", _prove(MADE, late), unproved),
        ("key-no-more", "The old key is not valid there any more.", _prove(MADE, rotated), unproved),
        ("key-weak", "A key of small order signs nothing.", _prove(MADE, weak), unproved),
    ]


def _altered() -> Bad:
    one, altered = MADE.snapshot, "batch-altered"
    lanes, marks = lanes_of("other", 8), marks_of("other", 8)
    other = make_index(lanes, marks).encode()
    padded = bend(other, 0, bytes([other[0] | 1]))
    wide = make_snapshot("north", NOW, Said(q=16), before=BEFORE)
    rows: Bad = [
        ("index-bit", "A bit of the index turned.", _with(replace(one, index=flip(one.index, 40))), altered),
        ("index-other", "Another index in its one form.", _with(replace(one, index=other)), altered),
        ("index-empty", "No index.", _with(replace(one, index=b"")), altered),
        ("index-form", "The unit signed an index that is not in its one form.", _bent(index=padded), altered),
        ("index-short", "And one that is too short.", _bent(index=other[:-1]), altered),
        ("index-long", "And one that is too long.", _bent(index=other + b"\0"), altered),
        ("rows-bit", "A bit of a row turned.", _prove(MADE, rows=[flip(MADE.rows, 5_000)]), altered),
        (
            "rows-swapped",
            "Two rows in each other's place.",
            _prove(MADE, rows=[MADE.rows[4_096:] + MADE.rows[:4_096]]),
            altered,
        ),
        ("hash", "The unit signed another hash of its rows.", _bent(rows_hash=bytes(32)), altered),
        (
            "not-allowed",
            "Sizes that no directory allowed lately.",
            _prove(wide, allowed=[[8, 8], [16, 16], [8, 16]]),
            altered,
        ),
        ("none-allowed", "Where none is allowed.", _prove(MADE, allowed=[]), altered),
    ]
    for name, q, m in (
        ("q-0", 0, 8),
        ("q-4", 4, 8),
        ("q-9", 9, 8),
        ("q-large", 131_072, 8),
        ("m-7", 8, 7),
        ("m-large", 8, 1 << 18),
    ):
        sized = make_snapshot("north", NOW, before=BEFORE, q=q, m=m)
        claim = f"The unit signed that it has {q} rows and {m} marks."
        rows.append((name, claim, _prove(Made(sized.snapshot, b"")), altered))
    return rows


def _certs() -> Bad:
    current, following = MADE.snapshot.certs
    other = make_cert("south", certs_at("north", NOW)[0].epoch).encode()
    public = certs_at("north", NOW)[0].public
    mismatch = "cert-mismatch"

    def served(one: bytes, two: bytes) -> Values:
        return _with(replace(MADE.snapshot, certs=(one, two)))

    return [
        ("swapped", "The two in each other's place.", served(following, current), mismatch),
        ("changed", "A bit of a public key turned.", served(flip(current, 100), following), mismatch),
        ("other-unit", "Another unit's.", served(other, following), mismatch),
        ("form", "Bytes that are no certificate.", served(current, bytes(1_262)), mismatch),
        ("names-unit", "The unit names another unit's certificate.", _named("south"), mismatch),
        ("names-service", "The unit names one of another service.", _named("north", service_id=bytes(16)), mismatch),
        (
            "epoch",
            "The unit names an epoch that does not hold the period.",
            _named("north", not_before=NOW + 1),
            mismatch,
        ),
        ("gap", "The two epochs do not follow each other.", _named("north", not_after=NOW + 9), mismatch),
        ("mlkem", "An ML-KEM key that is none.", _named("north", public=b"\xff\xff\xff" + public[3:]), mismatch),
        ("x25519", "An X25519 key of small order.", _named("north", public=public[:-32] + bytes(32)), mismatch),
    ]


def _named(slug: str, **change: Any) -> Values:
    """The unit signs a manifest that names such a current certificate, which is served."""
    epoch = certs_at("north", NOW)[0].epoch
    current = make_cert(slug, epoch, **{"not_after": NOW + 1, **change})
    following = make_cert("north", epoch + 1)
    made = make_snapshot("north", NOW, before=BEFORE, cert_current=current.hash, cert_next=following.hash)
    return _with(replace(made.snapshot, certs=(current.encode(), following.encode())))


def _orders() -> Bad:
    """Two faults at once: the one that is judged first is the proof."""
    one = MADE.snapshot
    certs = (one.certs[1], one.certs[0])
    signature, index = flip(one.signature, 0), flip(one.index, 40)
    rows = [flip(MADE.rows, 9)]
    both = Made(replace(one, signature=signature, index=index), MADE.rows)
    second = Made(replace(one, index=index, certs=certs), MADE.rows)
    third = Made(replace(one, certs=certs), MADE.rows)
    earlier = BoardPlace(NORTH, NOW + 1, one.hash)
    return [
        ("signature-index", "The signature is judged before the index.", _prove(both), "manifest-unproved"),
        (
            "last-index",
            "A retired unit's last period before the index.",
            _retire(Made(replace(one, index=index), MADE.rows), earlier),
            "batch-missing",
        ),
        ("signature-last", "The signature before that.", _retire(both, earlier), "manifest-unproved"),
        ("index-certs", "The index before the certificates.", _prove(second), "batch-altered"),
        ("certs-rows", "The certificates before the rows.", _prove(third, rows=rows), "cert-mismatch"),
    ]


def _retire(made: Made | None, place: BoardPlace) -> Values:
    return {**shown([], {"north": made}, [place]), "slug": "north"}


def _retired() -> list[Scenario]:
    last = MADE.snapshot.hash
    rows: Bad = [
        (
            "later",
            "A batch after its last.",
            _retire(MADE, BoardPlace(NORTH, NOW - 1, BEFORE[1].hash)),
            "batch-missing",
        ),
        ("none", "None at all.", _retire(None, BoardPlace(NORTH, NOW, last)), "batch-missing"),
        ("hash", "Another batch of that period.", _retire(MADE, BoardPlace(NORTH, NOW, bytes(32))), "batch-missing"),
        (
            "period",
            "The directory names another period.",
            _retire(MADE, BoardPlace(NORTH, NOW - 1, last)),
            "batch-missing",
        ),
        ("period-none", "The directory names none.", _retire(MADE, BoardPlace(NORTH, 0, last)), "batch-missing"),
    ]
    unused = _retire(None, BoardPlace(NORTH, 0, bytes(32)))
    ended = _retire(MADE, BoardPlace(NORTH, NOW, last))
    found: list[Scenario] = [
        ("snapshot-retired", "A retired unit's last batch.", "snapshot-prove", ended, _sizes()),
        (
            "snapshot-retired-unused",
            "It never had one.",
            "snapshot-prove",
            unused,
            {"newest": START - 1, "q": None, "m": None},
        ),
    ]
    return found + _refusals("snapshot-retired", rows)


def _refusals(prefix: str, rows: Bad) -> list[Scenario]:
    return [refuse(f"{prefix}-{name}", claim, "snapshot-prove", values, code) for name, claim, values, code in rows]


def snapshot_proof_scenarios() -> list[Scenario]:
    """All of this file."""
    return [
        *_proved(),
        *_refusals("snapshot-missing", _missing()),
        *_refusals("snapshot-unproved", _unproved()),
        *_refusals("snapshot-altered", _altered()),
        *_refusals("snapshot-cert", _certs()),
        *_refusals("snapshot-order", _orders()),
        *_retired(),
    ]
