# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of rows, manifests, uploads and answers: their layouts, and every bound."""

from dataclasses import replace
from typing import Any

from dropbox.protocol.anchors import RootSignature, SignedHead
from dropbox.protocol.batches import UnitBoard, Upload, encode_board
from dropbox.protocol.constants import ENTRY, MAX_BOARD
from dropbox.protocol.index import INDEX_LONGEST
from dropbox.protocol.manifests import MANIFEST_LONGEST, parse_manifest
from dropbox.protocol.primitives import sha256
from dropbox.protocol.rows import row_at, row_path, rows_root
from tests.vectors.scenario import Scenario, Values, bend, bent, flip, refuse
from tests.vectors.small_service import START, Made, Said, make_batch, noise, part_with, shown, unit_id

BEFORE = make_batch("north", START).batch
MADE = make_batch("north", START + 1, Said(), (START, BEFORE))
WIDE = make_batch("north", START + 1, Said(q=16), (START, BEFORE))
MANIFEST = MADE.batch.manifest
OLD = bend(MANIFEST, 1, b"\5")
"""A struct of the type that manifests once had."""
UPLOAD = Upload(MADE.batch, MADE.rows).encode()
PREV_PERIOD_AT, PREV_HASH_AT, Q_AT, M_AT = 38, 42, 74, 78
"""Where fields of a manifest stand."""
MANIFEST_AT = 2 * 1_262


def _sized(data: bytes, at: int, length: int) -> bytes:
    """``data`` with another length of the slice at ``at``, and so many bytes for it."""
    old = int.from_bytes(data[at : at + 4], "big")
    return data[:at] + length.to_bytes(4, "big") + bytes(length) + data[at + 4 + old :]


def _trees() -> list[Scenario]:
    hashed, root = sha256(WIDE.rows).hex(), rows_root(WIDE.rows).hex()
    found: list[Scenario] = []
    for row in (0, 6, 15):
        path = [node.hex() for node in row_path(WIDE.rows, row)]
        made = {"hash": hashed, "root": root, "path": path}
        entry = row_at(WIDE.rows, row).hex()
        checked = {"hash": hashed, "root": root, "q": 16, "row": row, "entry": entry, "path": path}
        found += [
            (f"rows-tree-{row}", f"Root of sixteen rows, and the path of row {row}.", "rows-tree", _tree(row), made),
            (f"path-{row}", f"Row {row} stands under the root.", "path-check", checked, {}),
        ]
    few = {"few": WIDE.rows[: 4 * ENTRY], "nine": WIDE.rows[: 9 * ENTRY], "cut": WIDE.rows[:-1], "none": b""}
    return found + [
        refuse(
            f"rows-tree-{n}",
            "Bytes that are no batch's rows.",
            "rows-tree",
            {"rows": data.hex(), "row": 0},
            "bad-value",
        )
        for n, data in few.items()
    ]


def _tree(row: int) -> Values:
    return {"rows": WIDE.rows.hex(), "row": row}


def _paths() -> list[Scenario]:
    path = [node.hex() for node in row_path(WIDE.rows, 6)]
    good: Values = {
        "hash": sha256(WIDE.rows).hex(),
        "root": rows_root(WIDE.rows).hex(),
        "q": 16,
        "row": 6,
        "entry": row_at(WIDE.rows, 6).hex(),
        "path": path,
    }
    rows: list[tuple[str, str, Values]] = [
        ("entry", "A bit of the row turned.", {"entry": flip(row_at(WIDE.rows, 6), 500).hex()}),
        ("node", "A bit of a node turned.", {"path": [*path[:3], flip(bytes.fromhex(path[3]), 0).hex()]}),
        ("hash", "Salted with another hash.", {"hash": "00" * 32}),
        ("root", "Another root.", {"root": "00" * 16}),
        ("number", "Another row's number.", {"row": 7}),
        ("number-beyond", "The same places, sixteen rows on.", {"row": 22}),
        ("short", "A path without its last node.", {"path": path[:3]}),
        ("long", "A path with one more.", {"path": [*path, path[0]]}),
        ("empty", "No path.", {"path": []}),
        ("q", "Of fewer rows.", {"q": 8}),
        ("row-short", "A row of 1,023 bytes.", {"entry": good["entry"][:-2]}),
    ]
    return [refuse(f"path-wrong-{n}", claim, "path-check", {**good, **bad}, "batch-altered") for n, claim, bad in rows]


def _placed() -> list[Scenario]:
    good: Values = {"index": WIDE.batch.index.hex(), "q": 16, "m": 8, "rows": WIDE.rows.hex()}
    two = WIDE.rows[ENTRY : 2 * ENTRY] + WIDE.rows[:ENTRY] + WIDE.rows[2 * ENTRY :]
    rows: list[tuple[str, str, bytes]] = [
        ("swapped", "Two rows of a lane in each other's place.", two),
        ("tag", "A tag that begins otherwise than the index says.", flip(WIDE.rows, 5 * ENTRY + 2)),
        ("few", "One row less.", WIDE.rows[:-ENTRY]),
        ("many", "One more.", WIDE.rows + WIDE.rows[-ENTRY:]),
        ("cut", "One byte less.", WIDE.rows[:-1]),
    ]
    return [
        ("rows-check", "Every row stands where the index says.", "rows-check", good, {}),
        *(
            refuse(f"rows-check-{n}", claim, "rows-check", {**good, "rows": data.hex()}, "batch-altered")
            for n, claim, data in rows
        ),
    ]


def _shown_manifest(data: bytes) -> Values:
    found = parse_manifest(data)
    return {
        "period": found.period,
        "prev_period": found.prev_period,
        "prev_hash": found.prev_hash.hex(),
        "q": found.q,
        "m": found.m,
        "index_hash": found.index_hash.hex(),
        "rows_hash": found.rows_hash.hex(),
        "root": found.root.hex(),
    }


def _largest() -> bytes:
    """With a head that sixteen roots signed."""
    manifest = parse_manifest(MANIFEST)
    signatures = tuple(RootSignature(at, bytes(64)) for at in range(16))
    return replace(manifest, head=SignedHead(manifest.head.head, signatures)).encode()


def _manifests() -> list[Scenario]:
    first = make_batch("north", START).batch.manifest
    any_sizes = bend(MANIFEST, Q_AT, b"\xff\xff\xff\xff\0\0\0\1")
    assert len(_largest()) == MANIFEST_LONGEST == 1_405
    good: list[tuple[str, str, bytes]] = [
        ("first", "A unit's first.", first),
        ("next", "One that follows another.", MANIFEST),
        ("largest", "The largest: 1,405 bytes.", _largest()),
        ("any-sizes", "What q and m may be is not asked here.", any_sizes),
    ]
    assert parse_manifest(MANIFEST).prev_hash == BEFORE.hash
    rows = [
        ("version", "A later version.", bend(MANIFEST, 0, b"\2"), "wrong-version"),
        ("type-5", "Of the type that manifests once had.", OLD, "wrong-type"),
        ("type", "Another struct.", bend(MANIFEST, 1, b"\x0c"), "wrong-type"),
        ("period-0", "Period 0.", bend(MANIFEST, 34, bytes(4)), "bad-value"),
        (
            "prev-period",
            "A batch before that is not before.",
            bend(MANIFEST, PREV_PERIOD_AT, MANIFEST[34:38]),
            "bad-value",
        ),
        ("period-alone", "The period before, without its hash.", bend(MANIFEST, PREV_HASH_AT, bytes(32)), "bad-value"),
        ("hash-alone", "The hash before, without its period.", bend(MANIFEST, PREV_PERIOD_AT, bytes(4)), "bad-value"),
        ("truncated", "One byte missing.", MANIFEST[:-1], "truncated"),
        ("trailing", "One byte more.", MANIFEST + b"\0", "trailing-bytes"),
        ("empty", "Nothing.", b"", "truncated"),
        ("signatures", "Seventeen signatures of its head.", _with_signatures(17), "bad-value"),
    ]
    found: list[Scenario] = [
        (f"manifest-{n}", claim, "manifest-parse", {"data": data.hex()}, _shown_manifest(data))
        for n, claim, data in good
    ]
    return found + bent("manifest-wrong", "manifest-parse", "data", rows)


def _with_signatures(count: int) -> bytes:
    """The manifest with another number of signatures, and no bytes for them."""
    at = 78 + 4 + 32 + 32 + 16 + 4 + 32 + 32 + 4 + 66
    assert MANIFEST[at] == 2
    return bend(MANIFEST, at, bytes([count]))


def _uploads() -> list[Scenario]:
    index_at = MANIFEST_AT + 4 + len(MANIFEST) + 64
    q_at = MANIFEST_AT + 4 + Q_AT
    rows = [
        ("empty", "Nothing.", b"", "truncated"),
        ("truncated", "One byte missing.", UPLOAD[:-1], "truncated"),
        ("trailing", "One byte more.", UPLOAD + b"\0", "trailing-bytes"),
        ("row-less", "A row less than the manifest says.", UPLOAD[:-ENTRY], "truncated"),
        ("row-more", "A row more.", UPLOAD + UPLOAD[-ENTRY:], "trailing-bytes"),
        ("manifest", "A manifest that is none.", _sized(UPLOAD, MANIFEST_AT, 100), "wrong-version"),
        ("manifest-old", "A manifest of the type that there once was.", _swapped_manifest(OLD), "wrong-type"),
        ("manifest-long", "A manifest longer than any.", _sized(UPLOAD, MANIFEST_AT, 1_406), "bad-value"),
        (
            "index-long",
            "An index longer than any.",
            bend(UPLOAD, index_at, (INDEX_LONGEST + 1).to_bytes(4, "big")),
            "bad-value",
        ),
        ("q-0", "No row.", bend(UPLOAD, q_at, bytes(4)), "bad-value"),
        ("q-9", "Nine rows.", bend(UPLOAD, q_at, b"\0\0\0\x09"), "bad-value"),
        (
            "q-large",
            "More rows than there may be, judged before they are taken.",
            bend(UPLOAD, q_at, b"\0\2\0\0"),
            "bad-value",
        ),
        ("m-4", "Four marks.", bend(UPLOAD, q_at + 4, b"\0\0\0\4"), "bad-value"),
    ]
    parsed = {"hash": MADE.batch.hash.hex(), "index": len(MADE.batch.index), "rows": 8}
    found: list[Scenario] = [("upload", "A batch and its rows.", "upload-parse", {"data": UPLOAD.hex()}, parsed)]
    return found + bent("upload-wrong", "upload-parse", "data", rows)


def _swapped_manifest(manifest: bytes) -> bytes:
    return Upload(replace(MADE.batch, manifest=manifest), MADE.rows).encode()


def _boards() -> list[Scenario]:
    parts = [part_with("north", MADE), part_with("intake", None)]
    board = encode_board(parts)
    index_at = 4 + 16 + 1 + MANIFEST_AT + 4 + len(MANIFEST) + 64
    rows = [
        ("truncated", "One byte missing.", board[:-1], "truncated"),
        ("trailing", "One byte more.", board + b"\0", "trailing-bytes"),
        ("version", "A later version.", bend(board, 0, b"\2"), "wrong-version"),
        ("type-9", "Of the type that boards once had.", bend(board, 1, b"\x09"), "wrong-type"),
        ("units", "More units than there may be.", bend(board, 2, b"\4\1"), "bad-value"),
        ("count", "More than there are.", bend(board, 2, b"\0\3"), "truncated"),
        ("has-2", "Two batches of a unit.", bend(board, 20, b"\2"), "bad-value"),
        (
            "manifest-long",
            "A part whose manifest is longer than any.",
            _sized(board, 21 + MANIFEST_AT, 1_406),
            "bad-value",
        ),
        ("index-long", "A part whose index is longer than any.", bend(board, index_at, b"\0\x0f\xc0\1"), "bad-value"),
        ("doubled", "Two parts for one unit.", encode_board([*parts, part_with("intake", None)]), "bad-value"),
    ]
    junk = replace(MADE.batch, manifest=b"junk", index=b"", signature=bytes(64))
    good: list[tuple[str, str, list[UnitBoard]]] = [
        ("none", "No unit.", []),
        ("two", "A unit with a batch, and one without.", parts),
        ("junk", "What is inside a part does not keep it from being cut.", [UnitBoard(unit_id("north"), junk)]),
    ]
    found: list[Scenario] = []
    for name, claim, made in good:
        data = {"data": encode_board(made).hex()}
        ids = [[one.unit_id.hex(), one.batch.hash.hex() if one.batch else None] for one in made]
        found.append((f"board-{name}", claim, "board-parse", data, {"parts": ids}))
    return found + bent("board-wrong", "board-parse", "data", rows)


def _three(middle: Made | None, **changes: Any) -> Values:
    """Three units' parts, as one that serves them would send them."""
    made = {
        "unit-0": make_batch("unit-0", START),
        "unit-1": middle,
        "unit-2": MADE if middle and middle.rows else WIDE,
    }
    values = shown([], made, **changes)
    return {name: values[name] for name in ("directory", "board", "rows")}


def _bent_middle(manifest: bytes) -> Made:
    made = make_batch("unit-1", START)
    return Made(replace(made.batch, manifest=manifest), b"")


def _rows() -> list[Scenario]:
    good = _three(None)
    rows = bytes.fromhex(good["rows"])
    wrong: list[tuple[str, str, bytes, str]] = [
        ("truncated", "One byte missing.", rows[:-1], "truncated"),
        ("trailing", "One byte more.", rows + b"\0", "trailing-bytes"),
        ("row-less", "One row less.", rows[:-ENTRY], "truncated"),
        ("version", "A later version.", bend(rows, 0, b"\2"), "wrong-version"),
        ("type", "Another answer.", bend(rows, 1, b"\x0c"), "wrong-type"),
        ("board", "Rows of another board, whatever they are.", flip(rows, 2)[:-1], "rows-mismatch"),
        ("directory", "Rows of this board under another directory.", rows, "rows-mismatch"),
        ("empty", "Nothing.", b"", "truncated"),
    ]
    found: list[Scenario] = []
    for name, claim, middle, counts in _cuts():
        values = _three(middle)
        made = {"board_id": values["rows"][4:68], "rows": counts}
        found.append((f"rows-{name}", claim, "rows-parse", values, made))
    for name, claim, data, code in wrong:
        other = {"directory": good["directory"][:-2] + "01"} if name == "directory" else {}
        values = {**good, "rows": data.hex(), **other}
        found.append(refuse(f"rows-wrong-{name}", claim, "rows-parse", values, code))
    huge = make_batch("unit-1", START).batch
    large = _three(_bent_middle(bend(huge.manifest, Q_AT, (65_536).to_bytes(4, "big"))))
    assert 65_536 * ENTRY > MAX_BOARD
    return [
        *found,
        refuse("rows-wrong-large", "A board with more rows than an answer may have.", "rows-parse", large, "bad-value"),
    ]


def _cuts() -> list[tuple[str, str, Made | None, list[int]]]:
    """What a middle part does to the cutting of the others' rows: nothing."""
    manifest = make_batch("unit-1", START).batch.manifest
    rows: list[tuple[str, str, Made | None, list[int]]] = [
        ("none", "A unit without a batch has no rows.", None, [8, 0, 16]),
        ("some", "Rows of three units, part after part.", make_batch("unit-1", START), [8, 8, 8]),
        ("junk", "A manifest that does not parse has none.", _bent_middle(noise("junk", 300)), [8, 0, 16]),
        ("old", "Nor has one of type 5.", _bent_middle(OLD), [8, 0, 16]),
        ("q-9", "Nor one with a q that there is not.", _bent_middle(bend(manifest, Q_AT, b"\0\0\0\x09")), [8, 0, 16]),
        ("m-0", "Nor one with such an m.", _bent_middle(bend(manifest, M_AT, bytes(4))), [8, 0, 16]),
    ]
    return rows


def batch_scenarios() -> list[Scenario]:
    """All of this file."""
    return [*_trees(), *_paths(), *_placed(), *_manifests(), *_uploads(), *_boards(), *_rows()]
