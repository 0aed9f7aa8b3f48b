# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board and its rows as two strings of bytes, the same for everybody (docs/protocol.md, section 6.8)."""

from collections.abc import AsyncIterator
from hashlib import sha256

from dropbox.protocol import labels
from dropbox.protocol.batches import UnitBoard, encode_rows
from dropbox.protocol.constants import StructType
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import head, u16
from dropbox.server.ports import BoardStore


class BoardBuild:
    """Pieces of one board and, once they are all taken, its name and those of its rows.

    What desks uploaded is joined as it stands, a batch at a time: neither is ever in memory as a whole. The rows are of
    those batches that the board shows, whatever is uploaded meanwhile.
    """

    def __init__(self, store: BoardStore, directory: Directory, listing: bytes) -> None:
        """``listing`` is the answer of ``GET /v1/directory`` that is shown with it."""
        self._store = store
        self._units = directory.on_board()
        self._hash = sha256(labels.BOARD_ID + sha256(listing).digest())
        self._shown: list[tuple[bytes, int]] = []

    @property
    def board_id(self) -> bytes:
        """32 bytes."""
        return self._hash.digest()

    async def board(self) -> AsyncIterator[bytes]:
        """Each unit's newest batch without its rows, in the directory's order."""
        pieces = [head(StructType.BOARD) + u16(len(self._units))]
        for unit in self._units:
            stored = await self._store.newest_batches(unit.unit_id, 1)
            upload = stored[0].upload() if stored else None
            if upload is not None:
                self._shown.append((unit.unit_id, stored[0].period))
            pieces.append(UnitBoard(unit.unit_id, upload.batch if upload else None).encode())
            while pieces:
                piece = pieces.pop(0)
                self._hash.update(piece)
                yield piece

    async def rows(self) -> AsyncIterator[bytes]:
        """Their rows, in the same order."""
        yield encode_rows(self.board_id, ())
        for unit_id, period in self._shown:
            stored = await self._store.batch(unit_id, period)
            upload = stored.upload() if stored else None
            if upload is None:
                raise LookupError("a batch that the board shows is gone")
            yield upload.rows
