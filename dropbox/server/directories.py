# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stored directory becomes what a process of the server believes: publisher and handlers each look for themselves."""

from dataclasses import dataclass

from dropbox.protocol.anchors import Anchor
from dropbox.protocol.directory import (
    Directory,
    VerifiedDirectory,
    parse_directory,
    parse_signed_directory,
    verify_directory,
)
from dropbox.protocol.errors import WrongVersion
from dropbox.protocol.units import BoardPlace, Unit

from .ports import BoardStore


@dataclass(frozen=True)
class Listed:
    """The directory that is shown, as served and as verified, and the one before it, for its sizes of batches."""

    data: bytes
    verified: VerifiedDirectory
    previous: Directory | None

    @property
    def version(self) -> int:
        return self.verified.signed_head.head.dir_version

    def place(self, unit_id: bytes) -> BoardPlace | None:
        """Where the directory lists a unit."""
        return next((one for one in self.verified.directory.places() if one.unit.unit_id == unit_id), None)

    def sizes(self, unit_id: bytes) -> set[tuple[int, int]]:
        """Rows and marks of a unit's batches, by this and by the previous directory."""
        return {(unit.rows, unit.marks) for unit in self._units() if unit.unit_id == unit_id}

    def largest(self) -> tuple[int, int]:
        """The most rows and the most marks of any unit, which bound every upload."""
        found = [(unit.rows, unit.marks) for unit in self._units()]
        return max((rows for rows, _ in found), default=0), max((marks for _, marks in found), default=0)

    def _units(self) -> tuple[Unit, ...]:
        return self.verified.directory.on_board() + (self.previous.on_board() if self.previous else ())


async def newest_listed(store: BoardStore, pinned: Anchor) -> Listed:
    """The newest stored directory. Raises ProtocolError when the pinned anchor does not lead to it."""
    newest, *older = await store.newest_directories(2)
    verified = verify_directory(pinned, parse_signed_directory(newest))
    return Listed(newest, verified, _previous(older[0]) if older else None)


def _previous(data: bytes) -> Directory | None:
    """The directory before; none where it is of an earlier form."""
    try:
        return parse_directory(parse_signed_directory(data).body)
    except WrongVersion:
        return None
