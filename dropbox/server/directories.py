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
from dropbox.protocol.units import BoardPlace, Unit

from .ports import BoardStore


@dataclass(frozen=True)
class Listed:
    """The directory that is shown, as served and as verified, and the one before it, for its quotas."""

    data: bytes
    verified: VerifiedDirectory
    previous: Directory | None

    @property
    def version(self) -> int:
        return self.verified.signed_head.head.dir_version

    def place(self, unit_id: bytes) -> BoardPlace | None:
        """Where the directory lists a unit."""
        return next((one for one in self.verified.directory.places() if one.unit.unit_id == unit_id), None)

    def quota(self, unit_id: bytes) -> int:
        """The larger of a unit's quotas in this and the previous directory."""
        return max((unit.board_quota for unit in self._units() if unit.unit_id == unit_id), default=0)

    def largest_quota(self) -> int:
        """The largest quota of any unit, which bounds every upload."""
        return max((unit.board_quota for unit in self._units()), default=0)

    def _units(self) -> tuple[Unit, ...]:
        return self.verified.directory.on_board() + (self.previous.on_board() if self.previous else ())


async def newest_listed(store: BoardStore, pinned: Anchor) -> Listed:
    """The newest stored directory. Raises ProtocolError when the pinned anchor does not lead to it."""
    newest, *older = await store.newest_directories(2)
    verified = verify_directory(pinned, parse_signed_directory(newest))
    previous = parse_directory(parse_signed_directory(older[0]).body) if older else None
    return Listed(newest, verified, previous)
