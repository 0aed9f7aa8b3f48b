# SPDX-License-Identifier: AGPL-3.0-or-later
"""The loop that sends reminders at the hours that a unit set, whatever came in or did not.

Each moment is written down in the vault before anything of it leaves: a desk that is killed, started again or whose
clock is turned back sends none twice.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from dropbox.flows.desk.notice import Notice
from journalist_ui.log import log
from journalist_ui.refusals import ReminderFailed
from journalist_ui.vault.database import Vault, read_meta, write_meta

from .engine import Engine
from .off_loop import off_loop
from .reminder_hours import AHEAD, begins_next, due
from .reminder_mail import Letter, send

LOOK = 30.0
"""Seconds at most between two looks at the clock: it may be set, and the machine may have slept."""
_SENT = "reminders_sent"
MOST_KEPT = 16
"""Moments, by their unix seconds, that are remembered as sent: more than two days have."""
Decide = Callable[[int], list[Letter]]


def claim(vault: Vault, moment: int) -> bool:
    """Whether nothing was sent for that moment yet; from now on something was."""
    with vault.writing() as connection:
        sent = json.loads(read_meta(connection, _SENT, "[]"))
        if moment in sent:
            return False
        write_meta(connection, _SENT, json.dumps([*sent, moment][-MOST_KEPT:]))
    return True


class ReminderLoop:
    """``decide`` gives every reminder of a moment, in unix seconds."""

    def __init__(self, engine: Engine, decide: Decide) -> None:
        self._engine = engine
        self._decide = decide

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; a failure is logged as its code, and the next moment is tried as ever."""
        while not stop.is_set():
            try:
                pause = await self.step()
            except Exception as error:
                log("error", type(error).__name__)
                pause = LOOK
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def step(self) -> float:
        """Send what is due; returns the seconds to wait for the next look."""
        engine, hours = self._engine, self._engine.settings.reminder_hours
        moment = due(hours, engine.clock())
        if moment is not None and await off_loop(partial(claim, engine.vault, moment)):
            letters = await off_loop(partial(self._decide, moment))
            await self._wait_for(moment)
            await self._send(letters, moment)
        now = engine.clock()
        begins = begins_next(hours, now)
        return LOOK if begins is None else min(max(begins - now, 0.01), LOOK)

    async def _wait_for(self, moment: int) -> None:
        """At most for as long as it was written ahead, also where the clock is turned back meanwhile."""
        left = moment - self._engine.clock()
        if left > 0:
            await asyncio.sleep(min(left, AHEAD))

    async def _send(self, letters: list[Letter], moment: int) -> None:
        try:
            await off_loop(partial(send, self._engine.settings, letters, moment))
        except ReminderFailed as error:
            log("error", error.code)
            self._engine.standing.reminders = [Notice("reminders-failed", {"error": error.why})]
            return
        self._engine.standing.reminders = []
