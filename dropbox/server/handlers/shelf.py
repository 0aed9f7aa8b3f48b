# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server shows at this moment: written down by the publisher, taken up here, served as it stands."""

import asyncio
from collections.abc import Callable

from dropbox.http_edge.answers import Opened, OpenedAnswer
from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol.anchors import Anchor
from dropbox.protocol.directory import Directory, VerifiedDirectory
from dropbox.server.directories import Listed, newest_listed
from dropbox.server.ports import SHOWN, BoardStore, ObjectGone, Objects, Shown, board_names, parse_shown

from .error_answers import Refused

_LARGEST = 4_096  # bytes of what is shown


class Shelf:
    """One for each process that answers. ``document`` is the page, None before the first publish."""

    def __init__(
        self, store: BoardStore, objects: Objects, pinned: Anchor, document: Callable[[Directory], StaticFile]
    ) -> None:
        """``document`` makes the page for a directory."""
        self._store = store
        self._objects = objects
        self._pinned = pinned
        self._document = document
        self._shown: Shown | None = None
        self._listed: Listed | None = None
        self.document: StaticFile | None = None
        self.taking = True
        """False below the disk reserve and while shutting down."""
        self.room = 0
        """Bytes of disk above the reserve."""
        self.believed = True
        """False in a process that publishes and has shown nothing yet: what was shown before is read, nothing taken."""

    async def follow(self) -> None:
        """Take up what the publisher has written down since. Raises ProtocolError, ValueError and what the store and
        the objects raise; then what was shown is shown on."""
        try:
            shown = parse_shown(await asyncio.to_thread(self._read_shown))
        except ObjectGone:
            return
        if shown == self._shown:
            return
        listed = self._listed
        if listed is None or listed.version != shown.dir_version:
            listed = await newest_listed(self._store, self._pinned)
            if listed.version != shown.dir_version:
                return  # published this moment: the board for it follows
        if listed is not self._listed:
            self.document = self._document(listed.verified.directory)
        self._listed, self._shown = listed, shown

    def _read_shown(self) -> bytes:
        opened = self._objects.open(SHOWN)
        try:
            return opened.read(0, _LARGEST)
        finally:
            opened.close()

    @property
    def has_shown(self) -> bool:
        """Whether anything is published yet."""
        return self._shown is not None

    @property
    def shown(self) -> Shown:
        """Raises Refused before the first publish."""
        if self._shown is None:
            raise Refused("not-ready")
        return self._shown

    @property
    def listed(self) -> Listed:
        """Raises Refused before the first publish."""
        if self._listed is None:
            raise Refused("not-ready")
        return self._listed

    @property
    def ready(self) -> VerifiedDirectory:
        """Raises Refused before the first publish."""
        return self.listed.verified

    @property
    def takes(self) -> bool:
        """Whether envelopes and batches are accepted now."""
        return self.taking and self.believed and not self.shown.held

    async def board(self, rows: bool) -> OpenedAnswer:
        """The board, or its rows, as it is to be sent. Raises Refused, ObjectGone."""
        try:
            return await self._board(self.shown.board, rows, 0)
        except ObjectGone:
            await self.follow()
            return await self._board(self.shown.board, rows, 0)

    async def rest(self, board: str, rows: bool, start: int) -> OpenedAnswer:
        """The same from byte ``start`` on, of the board shown or the one before it. Raises Refused."""
        if board not in (self.shown.board, self.shown.board_before):
            raise Refused("board-gone")
        try:
            answer = await self._board(board, rows, start)
        except ObjectGone:
            raise Refused("board-gone") from None
        if answer.length <= 0:
            answer.close()
            raise Refused("board-gone")
        return answer

    async def _board(self, board: str, rows: bool, start: int) -> OpenedAnswer:
        opened = await self.open(board_names(board)[rows])
        return OpenedAnswer(opened, start, (f"dropbox-board: {board}",))

    async def open(self, name: str) -> Opened:
        """An object as it is to be sent. Raises ObjectGone."""
        return await asyncio.to_thread(self._objects.open, name)
