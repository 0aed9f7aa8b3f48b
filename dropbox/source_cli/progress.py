# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a visit goes on, told while it lasts: in words at a terminal, and what was read once the envelope is leaving."""

import asyncio
from collections.abc import Callable

from dropbox.flows.source.reading import Reading
from dropbox.transport.source import Watcher

from . import terminal

Show = Callable[[Reading], None]
MEGABYTE = 1_000_000


class Progress(Watcher):
    """One visit's. ``reading`` is for the driver to set before the envelope leaves."""

    def __init__(self, aloud: bool, show: Show | None) -> None:
        """``aloud``: whether to say anything. ``show`` prints what was read, in a thread beside the visit: whoever
        takes it slowly must not hold the visit up."""
        self._aloud = aloud
        self._show = show
        self._line = ""
        self._blobs = [0, 0]
        self._showing: asyncio.Task[None] | None = None
        self.reading: Reading | None = None

    def rows(self, came: int, of: int) -> None:
        line = terminal.FETCHING.format(came=round(came / MEGABYTE), of=round(of / MEGABYTE))
        if self._aloud and of >= MEGABYTE and line != self._line:
            self._line = line
            terminal.say_over(line)

    def broke(self) -> None:
        if self._aloud and self._line != terminal.BROKE:
            self._line = terminal.BROKE
            terminal.say_over(self._line)

    def admitted(self, blobs: int) -> None:
        self._blobs = [0, blobs]
        self._tell_blobs()

    def blob_came(self) -> None:
        self._blobs[0] += 1
        self._tell_blobs()

    def _tell_blobs(self) -> None:
        if self._aloud:
            self._line = terminal.SENDING_FILES.format(came=self._blobs[0], of=self._blobs[1])
            terminal.say_over(self._line)

    def posting(self) -> None:
        self.end_line()
        if self._show and self.reading:
            self._showing = asyncio.create_task(asyncio.to_thread(self._show, self.reading))

    def busy(self) -> None:
        if self._aloud:
            terminal.say(f"{terminal.BUSY} {terminal.LET_IT_END}" if self._show else terminal.BUSY)

    async def shown(self) -> None:
        """Until what was read has been printed."""
        if self._showing:
            await self._showing

    def end_line(self) -> None:
        """What is said next stands on a line of its own."""
        if self._line:
            self._line = ""
            terminal.say_over("")
