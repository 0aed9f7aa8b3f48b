# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as one string of bytes, the same for everybody."""

from dropbox.protocol.batch import UnitBoard, encode_board, read_batch
from dropbox.protocol.constants import EPOCH_CERT
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import Reader

from .ports import BoardStore


async def build_board(store: BoardStore, directory: Directory) -> tuple[bytes, set[bytes]]:
    """The window of every unit in the directory's order, and which units have a batch on it."""
    units: list[UnitBoard] = []
    for unit in directory.on_board():
        stored = await store.newest_batches(unit.unit_id, directory.policy.window)
        certs = (stored[-1].certs[:EPOCH_CERT], stored[-1].certs[EPOCH_CERT:]) if stored else ()
        batches = tuple(read_batch(Reader(one.body, "batch")) for one in stored)
        units.append(UnitBoard(unit.unit_id, certs, batches))
    return encode_board(units), {unit.unit_id for unit in units if unit.batches}
