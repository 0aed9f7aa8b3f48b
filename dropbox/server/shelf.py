# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server shows at this moment: prepared by the publisher, served as it stands to everybody."""

from dataclasses import dataclass, field

from dropbox.protocol.directory import Directory, RetiredUnit, Unit, VerifiedDirectory

from .error_answers import Refused
from .static_files import StaticFile


@dataclass
class Shelf:
    """One for each process. ``board``, ``directory_bytes`` and ``document`` are replaced together, never changed."""

    verified: VerifiedDirectory | None = None
    previous: Directory | None = None
    directory_bytes: bytes = b""
    board: bytes | bytearray = b""
    on_board: set[bytes] = field(default_factory=set)
    document: StaticFile | None = None
    """The page; None before the first publish."""
    open_period: int = 0
    oldest_period: int = 0
    open_file: int | None = None
    taking: bool = True
    """False below the disk reserve and while shutting down."""
    held: bool = True
    """The clock does not follow from what is stored, or has not been looked at yet: reading only."""

    @property
    def takes(self) -> bool:
        """Whether envelopes and batches are accepted now."""
        return self.taking and not self.held

    @property
    def ready(self) -> VerifiedDirectory:
        """Raises Refused before the first publish."""
        if self.verified is None:
            raise Refused("not-ready")
        return self.verified

    def place(self, unit_id: bytes) -> Unit | RetiredUnit | None:
        """Where the newest directory lists a unit."""
        directory = self.ready.directory
        for unit in directory.units:
            if unit.unit_id == unit_id:
                return unit
        return next((one for one in directory.retired if one.unit.unit_id == unit_id), None)

    def quota(self, unit_id: bytes) -> int:
        """The larger of a unit's quotas in the newest and the previous directory."""
        return max((unit.board_quota for unit in self._units() if unit.unit_id == unit_id), default=0)

    def largest_quota(self) -> int:
        """The largest quota of any unit, which bounds every upload."""
        return max((unit.board_quota for unit in self._units()), default=0)

    def _units(self) -> tuple[Unit, ...]:
        return self.ready.directory.on_board() + (self.previous.on_board() if self.previous else ())
