# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on the snapshot board's bytes (docs/protocol.md, section 6a)."""

from dataclasses import asdict

from dropbox.protocol import board, codename, index as indexes, marks as markers, sets, texts
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
    found = texts.open_row(keys, period, slot, _b(entry), _b(service_id), _b(unit_key), texts.text_chains())
    return {**asdict(found), "type": found.type.name, "text": found.text.decode()}
