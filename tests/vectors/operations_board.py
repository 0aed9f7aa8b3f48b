# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on the board's bytes (docs/protocol.md, section 6)."""

from dataclasses import asdict

from dropbox.protocol import batches, board, codename, index as indexes, marks as markers, rows as rowing, sets, texts
from dropbox.protocol.constants import ENTRY
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.primitives import sha256
from tests.vectors.operations import Values, entry_place, entry_plain, operation


def _b(text: str) -> bytes:
    return bytes.fromhex(text)


def _name(beacon: str, pseudonym: str, period: int) -> bytes:
    return markers.mark_name(_b(beacon), _b(pseudonym), period)


@operation
def set_write(values: list[int]) -> Values:
    return {"set": sets.make_set(values).encode().hex()}


@operation
def set_parse(data: str, count: int) -> Values:
    return {"values": list(sets.parse_set(_b(data), count).values)}


@operation
def set_find(data: str, count: int, name: str) -> Values:
    value = sets.value_of(_b(name), count)
    return {"value": value, "rank": sets.parse_set(_b(data), count).rank(value)}


@operation
def index_write(lanes: list[list[str]], marks: list[list[str | int]]) -> Values:
    payloads = {int(value): _b(str(payload)) for value, payload in marks}
    return {"index": indexes.make_index([[_b(tag) for tag in lane] for lane in lanes], payloads).encode().hex()}


@operation
def index_parse(data: str, q: int, m: int) -> Values:
    found = indexes.parse_index(_b(data), q, m)
    return {
        "lanes": [list(lane.values) for lane in found.lanes],
        "marks": list(found.marks.values),
        "payloads": found.payloads.hex(),
    }


@operation
def index_find(data: str, q: int, m: int, tags: list[str], marks: list[str]) -> Values:
    """``tags``: one a lane; ``marks``: names of marks."""
    found = indexes.parse_index(_b(data), q, m)
    payloads = [found.payload(sets.value_of(_b(name), m)) for name in marks]
    return {
        "rows": [found.row(lane, _b(tag)) for lane, tag in enumerate(tags)],
        "payloads": [None if one is None else one.hex() for one in payloads],
    }


@operation
def mark_hide(beacon: str, pseudonym: str, period: int, m: int, collected: int, more_waits: bool) -> Values:
    name = _name(beacon, pseudonym, period)
    payload = markers.hide_mark(name, markers.Mark(collected, more_waits))
    return {"value": markers.mark_value(name, m), "payload": payload.hex()}


@operation
def mark_show(beacon: str, pseudonym: str, period: int, payload: str) -> Values:
    found = markers.show_mark(_name(beacon, pseudonym, period), _b(payload))
    return {"mark": asdict(found) if found else None}


@operation
def text_keys(refresh: str, unit_id: str, pseudonym: str, step: int, period: int, lane: int) -> Values:
    chain = board.chain_start(_b(refresh), _b(unit_id), _b(pseudonym))
    for _ in range(step):
        chain = board.chain_next(chain)
    key = texts.text_key(chain)
    return {"text_key": key.hex(), "row_key": texts.row_key(key, period, lane).hex()}


@operation
def row_seal(place: Values, text_key: str, nonce: str, service_id: str, signing_seed: str, plain: Values) -> Values:
    where, text = entry_place(place), entry_plain(plain)
    return {"entry": texts.seal_row(where, _b(text_key), _b(nonce), _b(service_id), _b(signing_seed), text).hex()}


@operation
def row_open(
    stretched: str, unit_id: str, period: int, slot: int, entry: str, service_id: str, unit_key: str
) -> Values:
    keys = codename.conversation_keys(_b(stretched), _b(unit_id))
    found = texts.open_row(keys, period, slot, _b(entry), _b(service_id), _b(unit_key), board.Chains())
    return {**asdict(found), "type": found.type.name, "text": found.text.decode()}


@operation
def rows_tree(rows: str, row: int) -> Values:
    """Hash and root of the rows, and the path of one of them."""
    path = rowing.row_path(_b(rows), row)
    root = rowing.rows_root(_b(rows))
    return {"hash": sha256(_b(rows)).hex(), "root": root.hex(), "path": [node.hex() for node in path]}


@operation
def path_check(hash: str, root: str, q: int, row: int, entry: str, path: list[str]) -> Values:
    rowing.check_path(_b(hash), _b(root), q, row, _b(entry), [_b(node) for node in path])
    return {}


@operation
def rows_check(index: str, q: int, m: int, rows: str) -> Values:
    rowing.check_rows(indexes.parse_index(_b(index), q, m), _b(rows))
    return {}


@operation
def manifest_parse(data: str) -> Values:
    found = parse_manifest(_b(data))
    names = ("period", "prev_period", "prev_hash", "q", "m", "index_hash", "rows_hash", "root")
    values = {name: getattr(found, name) for name in names}
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}


@operation
def upload_parse(data: str) -> Values:
    found = batches.parse_upload(_b(data))
    rows = len(found.rows) // ENTRY
    return {"hash": found.batch.hash.hex(), "index": len(found.batch.index), "rows": rows}


@operation
def board_parse(data: str) -> Values:
    parts = batches.parse_board(_b(data))
    return {"parts": [[part.unit_id.hex(), part.batch.hash.hex() if part.batch else None] for part in parts]}


@operation
def rows_parse(directory: str, board: str, rows: str) -> Values:
    """How many rows each part of the board has."""
    parts = batches.parse_board(_b(board))
    board_id = batches.board_id(_b(directory), _b(board))
    found = batches.parse_rows(_b(rows), board_id, parts)
    assert len(_b(rows)) == batches.rows_size(parts)
    return {"board_id": board_id.hex(), "rows": [len(one) // ENTRY for one in found]}
