# SPDX-License-Identifier: AGPL-3.0-or-later
"""Operations on the snapshot board's bytes (docs/protocol.md, section 6a)."""

from dropbox.protocol import index as indexes, sets
from tests.vectors.operations import Values, operation


def _b(text: str) -> bytes:
    return bytes.fromhex(text)


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
