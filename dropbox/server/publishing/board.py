# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as one string of bytes, the same for everybody."""

from collections.abc import AsyncIterator

from dropbox.protocol.constants import StructType
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import head, u16
from dropbox.server.ports import BoardStore


async def board_pieces(store: BoardStore, directory: Directory) -> AsyncIterator[bytes]:
    """The window of every unit in the directory's order.

    What desks uploaded is joined as it stands, a batch at a time: the board is never in memory as a whole.
    """
    units = directory.on_board()
    yield head(StructType.BOARD) + u16(len(units))
    for unit in units:
        stored = await store.newest_batches(unit.unit_id, directory.policy.window)
        yield unit.unit_id + u16(len(stored))
        if stored:
            yield stored[-1].certs
        for one in stored:
            yield one.body
