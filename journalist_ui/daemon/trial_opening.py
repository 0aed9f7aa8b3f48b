# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trial-opening beside the desk's loop: in a process of its own where there is a second core, else in a thread.

The process is a plain child with two pipes. It is given keys and envelopes, and gives back plaintexts of fixed size,
which are parsed as strictly as anything else: no object crosses. It starts with the first large task, is given no file
and no vault, and ends with the desk, whose end of the pipe closes. One that dies is started anew, once, with the same
task.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from dropbox.flows.desk.opening import EpochKey, open_all
from dropbox.protocol.constants import ENVELOPE_PLAIN
from dropbox.protocol.envelope_open import OpenedEnvelope
from dropbox.protocol.errors import ProtocolError
from journalist_ui.refusals import OpeningFailed

from .off_loop import off_loop
from .trial_process import encode_task, parse_opened

SMALL = 16
"""Envelopes for which no process is started: they are tried in a thread within milliseconds."""
LONGEST = 30.0
"""Seconds for a task, a portion of a segment; it takes some hundredths."""
COMMAND = (sys.executable, "-I", "-m", "journalist_ui.daemon.trial_process")
Found = tuple[OpenedEnvelope | None, ...]


def second_core() -> bool:
    """Whether this process may run on more than one."""
    return len(os.sched_getaffinity(0)) > 1


class TrialOpening:
    """What opens envelopes for one desk. One task at a time."""

    def __init__(self, apart: bool | None = None, command: Sequence[str] = COMMAND) -> None:
        """``apart``: in a process of its own; None where there is a core for it."""
        self._apart = second_core() if apart is None else apart
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    async def open(self, envelopes: Sequence[bytes], keys: Sequence[EpochKey]) -> Found:
        """As ``open_all``. Raises OpeningFailed when the process ended twice over the same envelopes."""
        if not self._apart or (self._process is None and len(envelopes) < SMALL):
            return await off_loop(lambda: open_all(envelopes, keys))
        for _ in range(2):
            try:
                return await asyncio.wait_for(self._ask(envelopes, keys), LONGEST)
            except (OSError, EOFError, TimeoutError, ProtocolError, IndexError):
                await self.close()
            except BaseException:
                # Half a task is in the pipe.
                await self.close()
                raise
        raise OpeningFailed("The process that opens envelopes ended twice over the same ones.")

    async def _ask(self, envelopes: Sequence[bytes], keys: Sequence[EpochKey]) -> Found:
        if self._process is None:
            pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
            # A session of its own: what a terminal sends to the desk is for the desk.
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True
            )
        source, target = self._process.stdout, self._process.stdin
        if source is None or target is None:
            raise EOFError
        target.write(encode_task(envelopes, keys))
        await target.drain()
        marks = await source.readexactly(len(envelopes))
        found: list[OpenedEnvelope | None] = []
        for mark in marks:
            plain = await source.readexactly(ENVELOPE_PLAIN) if mark else b""
            found.append(parse_opened(plain, keys[mark - 1]) if mark else None)
        return tuple(found)

    async def close(self) -> None:
        """End the process, where there is one; the next large task starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
