# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of a batch of the board, and the tree over them (docs/protocol.md, section 6.7)."""

from collections.abc import Sequence

from .constants import ENTRY, LANES, LEAST_ROWS, MAX_ROWS, TREE_NODE
from .errors import BadValue, BatchAltered
from .index import Index
from .primitives import sha256
from .sets import is_size, value_of


def join_rows(lanes: Sequence[Sequence[bytes]]) -> bytes:
    """The entries of each lane, in any order, as rows: lane by lane, and in each by their tags."""
    return b"".join(entry for lane in lanes for entry in sorted(lane))


def row_at(rows: bytes, number: int) -> bytes:
    """The row of that number, from 0."""
    return rows[number * ENTRY : (number + 1) * ENTRY]


def check_rows(index: Index, rows: bytes) -> None:
    """Every row stands where the index says that it does, and there are no others. Raises BatchAltered."""
    values = [value for lane in index.lanes for value in lane.values]
    if len(rows) != len(values) * ENTRY:
        raise BatchAltered("number of rows")
    if values != [value_of(rows[at : at + ENTRY], len(values) // LANES) for at in range(0, len(rows), ENTRY)]:
        raise BatchAltered("rows")


def _leaf(rows_hash: bytes, entry: bytes) -> bytes:
    return sha256(b"\0" + rows_hash + entry)[:TREE_NODE]


def _node(rows_hash: bytes, left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + rows_hash + left + right)[:TREE_NODE]


def _levels(rows: bytes) -> list[list[bytes]]:
    """The leaves, then each level above them, up to the root alone."""
    count, rest = divmod(len(rows), ENTRY)
    if rest or not is_size(count, LEAST_ROWS, MAX_ROWS):
        raise BadValue("rows")
    rows_hash = sha256(rows)
    levels = [[_leaf(rows_hash, rows[at : at + ENTRY]) for at in range(0, len(rows), ENTRY)]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([_node(rows_hash, *below[at : at + 2]) for at in range(0, len(below), 2)])
    return levels


def rows_root(rows: bytes) -> bytes:
    """16 bytes over all rows of a batch. Raises BadValue."""
    return _levels(rows)[-1][0]


def row_path(rows: bytes, number: int) -> tuple[bytes, ...]:
    """From the row up, the node beside each: log2(q) of 16 bytes. Raises BadValue."""
    return tuple(level[(number >> height) ^ 1] for height, level in enumerate(_levels(rows)[:-1]))


def check_path(rows_hash: bytes, root: bytes, q: int, number: int, entry: bytes, path: Sequence[bytes]) -> None:
    """``entry`` is the row of that number of the ``q`` under ``root``. Raises BatchAltered."""
    node = _leaf(rows_hash, entry)
    for height, beside in enumerate(path):
        node = _node(rows_hash, *((beside, node) if number >> height & 1 else (node, beside)))
    if 1 << len(path) != q or number >= q or len(entry) != ENTRY or node != root:
        raise BatchAltered("path")
