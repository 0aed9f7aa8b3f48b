# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of the board's proof: each unit's newest batch is signed, whole, and names its certificates."""

from dataclasses import replace
from typing import Any

from dropbox.protocol import labels
from dropbox.protocol.batches import Batch, encode_board
from dropbox.protocol.index import make_index
from dropbox.protocol.primitives import ed25519_public, ed25519_sign
from dropbox.protocol.units import BoardPlace, UnitKey
from tests.vectors.scenario import Scenario, Values, bend, flip, refuse
from tests.vectors.scenario_judge import judge_scenarios
from tests.vectors.scenario_sets import lanes_of, marks_of
from tests.vectors.small_service import (
    START,
    Made,
    Said,
    certs_at,
    make_batch,
    make_cert,
    make_unit,
    noise,
    part_with,
    seed,
    shown,
    unit_id,
)

NORTH = make_unit("north")
NOW = START + 4
BEFORE = (START + 3, make_batch("north", START + 3).batch)
MADE = make_batch("north", NOW, before=BEFORE)
Bad = list[tuple[str, str, Values, str]]


def _prove(made: Made | None, unit: Any = NORTH, **changes: Any) -> Values:
    """The input with this as north's part; ``changes`` replace the board's or the rows' bytes."""
    return {**shown([unit], {"north": made}, **changes), "slug": "north"}


def _with(batch: Batch) -> Values:
    return _prove(Made(batch, MADE.rows))


def _bent(**changes: Any) -> Values:
    """Signed over other fields."""
    return _prove(make_batch("north", NOW, before=BEFORE, **changes))


def _sizes(newest: int = NOW, q: int = 8, m: int = 8) -> Values:
    return {"newest": newest, "q": q, "m": m}


def _proved() -> list[Scenario]:
    two_keys = (NORTH.keys[0], UnitKey(ed25519_public(seed("new")), NOW))
    rotated = make_batch("north", NOW, before=BEFORE, signer=seed("new"))
    wide = make_batch("north", NOW, Said(q=16, m=32), before=BEFORE)
    strange = encode_board([part_with("east", MADE), part_with("north", MADE)])
    rows: list[tuple[str, str, Values, Values]] = [
        ("newest", "The newest batch, which follows another.", _prove(MADE), _sizes()),
        ("first", "A unit's first.", _prove(make_batch("north", NOW)), _sizes()),
        (
            "gap",
            "One long after the batch before it.",
            _prove(make_batch("north", START + 90, before=BEFORE)),
            _sizes(START + 90),
        ),
        ("wide", "Sixteen rows, 32 marks.", _prove(wide), _sizes(q=16, m=32)),
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
    return [(f"unit-{name}", claim, "unit-prove", values, made) for name, claim, values, made in rows]


def _missing() -> Bad:
    south = make_batch("south", NOW)
    crossed = shown([NORTH, make_unit("south")], {"north": MADE, "south": south})
    return [
        (
            "part",
            "The unit's part is left out.",
            _prove(MADE, board=encode_board([]), rows=[]),
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
    one = MADE.batch
    late = replace(NORTH, keys=(UnitKey(NORTH.keys[0].public, NOW + 1),))
    rotated = replace(NORTH, keys=(*NORTH.keys, UnitKey(ed25519_public(seed("new")), NOW)))
    weak = replace(NORTH, keys=(UnitKey(bytes(32), START),))
    old = bend(one.manifest, 1, b"\5")
    signed = ed25519_sign(seed("north signs"), labels.MANIFEST_SIGNATURE + b"\0" + old)
    alone = make_batch("north", NOW, before=BEFORE, prev_period=0)
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
            "A manifest of the type that there once was, rightly signed.",
            _prove(Made(replace(one, manifest=old, signature=signed), b"")),
            unproved,
        ),
        ("service", "For another service.", _bent(service_id=bytes(16)), unproved),
        ("unit", "For another unit.", _bent(unit_id=unit_id("south")), unproved),
        ("signer", "Signed by another unit's key.", _bent(signer=seed("south signs")), unproved),
        (
            "hash-alone",
            "It names the hash of a batch before, and no period.",
            _prove(Made(alone.batch, b"")),
            unproved,
        ),
        ("key-not-yet", "The key is not valid at its period yet.", _prove(MADE, late), unproved),
        ("key-no-more", "The old key is not valid there any more.", _prove(MADE, rotated), unproved),
        ("key-weak", "A key of small order signs nothing.", _prove(MADE, weak), unproved),
    ]


def _altered() -> Bad:
    one, altered = MADE.batch, "batch-altered"
    lanes, marks = lanes_of("other", 8), marks_of("other", 8)
    other = make_index(lanes, marks).encode()
    padded = bend(other, 0, bytes([other[0] | 1]))
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
    ]
    for name, q, m in (
        ("q-0", 0, 8),
        ("q-4", 4, 8),
        ("q-9", 9, 8),
        ("q-large", 131_072, 8),
        ("m-7", 8, 7),
        ("m-large", 8, 1 << 18),
    ):
        sized = make_batch("north", NOW, before=BEFORE, q=q, m=m)
        claim = f"The unit signed that it has {q} rows and {m} marks."
        rows.append((name, claim, _prove(Made(sized.batch, b"")), altered))
    return rows


def _certs() -> Bad:
    current, following = MADE.batch.certs
    other = make_cert("south", certs_at("north", NOW)[0].epoch).encode()
    public = certs_at("north", NOW)[0].public
    mismatch = "cert-mismatch"

    def served(one: bytes, two: bytes) -> Values:
        return _with(replace(MADE.batch, certs=(one, two)))

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
    made = make_batch("north", NOW, before=BEFORE, cert_current=current.hash, cert_next=following.hash)
    return _with(replace(made.batch, certs=(current.encode(), following.encode())))


def _orders() -> Bad:
    """Two faults at once: the one that is judged first is the proof."""
    one = MADE.batch
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
    last = MADE.batch.hash
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
        ("unit-retired", "A retired unit's last batch.", "unit-prove", ended, _sizes()),
        (
            "unit-retired-unused",
            "It never had one.",
            "unit-prove",
            unused,
            {"newest": START - 1, "q": None, "m": None},
        ),
    ]
    return found + _refusals("unit-retired", rows)


def _refusals(prefix: str, rows: Bad) -> list[Scenario]:
    return [refuse(f"{prefix}-{name}", claim, "unit-prove", values, code) for name, claim, values, code in rows]


def board_scenarios() -> list[Scenario]:
    """All of this file, and what follows from a whole board."""
    return [
        *_proved(),
        *_refusals("unit-missing", _missing()),
        *_refusals("unit-unproved", _unproved()),
        *_refusals("unit-altered", _altered()),
        *_refusals("unit-cert", _certs()),
        *_refusals("unit-order", _orders()),
        *_retired(),
        *judge_scenarios(),
    ]
