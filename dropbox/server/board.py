# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as one string of bytes, the same for everybody."""

from dropbox.protocol.constants import StructType
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import head, u16

from .ports import BoardStore


async def build_board(store: BoardStore, directory: Directory) -> tuple[bytearray, set[bytes]]:
    """The window of every unit in the directory's order, and which units have a batch on it.

    What desks uploaded is joined as it stands, one unit after another: at no time is the board in memory twice.
    """
    units = directory.on_board()
    board = bytearray(head(StructType.BOARD) + u16(len(units)))
    shown: set[bytes] = set()
    for unit in units:
        stored = await store.newest_batches(unit.unit_id, directory.policy.window)
        board += unit.unit_id + u16(len(stored))
        if stored:
            shown.add(unit.unit_id)
            board += stored[-1].certs
        for one in stored:
            board += one.body
    return board, shown
