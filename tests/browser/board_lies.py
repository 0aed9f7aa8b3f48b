# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lie about units on its way to a visitor: board and rows are changed together, so that they fit one another."""

from collections.abc import Sequence
from dataclasses import dataclass

from dropbox.protocol.batches import UnitBoard, board_id, encode_board, encode_rows, parse_board, parse_rows
from tests.browser.lying_server import LyingServer
from tests.flows.lies import LIES, Lie, Served
from tests.server.service import Running


@dataclass
class _BoardLie:
    """It sees each visit's answers in their order: directory, board, rows."""

    unit_ids: frozenset[bytes]
    lie: Lie
    directory: bytes = b""
    board: bytes = b""
    told: bytes = b""

    def _changed(self, parts: Sequence[UnitBoard], rows: Sequence[bytes]) -> list[Served]:
        pairs = zip(parts, rows, strict=True)
        made = [self.lie(*one) if one[0].unit_id in self.unit_ids else one for one in pairs]
        return [one for one in made if one is not None]

    def on_directory(self, directory: bytes) -> bytes:
        self.directory = directory
        return directory

    def on_board(self, board: bytes) -> bytes:
        parts = parse_board(board)
        changed = self._changed(parts, [bytes(part.rows_size) for part in parts])
        self.board, self.told = board, encode_board([part for part, _ in changed])
        return self.told

    def on_rows(self, answer: bytes) -> bytes:
        parts = parse_board(self.board)
        changed = self._changed(parts, parse_rows(answer, board_id(self.directory, self.board), parts))
        # A part whose manifest does not parse any more has no rows to be cut.
        fitting = [rows[: part.rows_size] for part, rows in changed]
        return encode_rows(board_id(self.directory, self.told), fitting)


def tell(between: LyingServer, server: Running, name: str, *units: int) -> None:
    """From now on that lie of tests/flows/lies.py is told of these units, until ``between`` changes nothing."""
    lie, _ = LIES[name]
    told = _BoardLie(frozenset(server.world.desks[unit].unit.unit_id for unit in units), lie)
    between.changes |= {"/v1/directory": told.on_directory, "/v1/board": told.on_board, "/v1/rows": told.on_rows}
