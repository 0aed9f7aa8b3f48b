# SPDX-License-Identifier: AGPL-3.0-or-later
"""The loop that collects and publishes by itself until it is told to stop."""

import asyncio
import random
from contextlib import suppress

from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed
from journalist_ui.log import log
from journalist_ui.refusals import DeskRefused

from .engine import Engine
from .schedule import next_collect, next_publish, publish_due, retry_after

LONGEST_RETRY = 60.0
"""Seconds between attempts to reach the service while it does not answer."""


class Timetable:
    """Its times are unix seconds of the engine's clock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._failures = 0
        self._next_collect = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; a failure is logged as its code and tried again."""
        while not stop.is_set():
            pause = await self.step()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def step(self) -> float:
        """Do what is due; returns the seconds to wait for the next."""
        engine, now = self._engine, self._engine.clock()
        try:
            if self._collect_due(now) or not engine.state.checked:
                await engine.sync()
            else:
                await engine.publish()
            self._failures = 0
        except Exception as error:
            self._failures += 1
            log("error", code_of(error))
        await self._back_up()
        return self._plan(now)

    async def _back_up(self) -> None:
        """What a batch would have done."""
        if not self._engine.batch_missing():
            return
        try:
            await self._engine.back_up_today()
        except Exception as error:
            log("error", code_of(error))

    def _collect_due(self, now: float) -> bool:
        """Also when the moment that was drawn is further away than any is drawn: the clock was ahead then."""
        policy = self._engine.policy
        return now >= self._next_collect or policy is None or self._next_collect - now > 2 * policy.collect

    def _plan(self, before: float) -> float:
        engine, now = self._engine, self._engine.clock()
        policy, share = engine.policy, random.random()  # noqa: S311  # spreads load and hides a moment; no secret
        if self._failures or policy is None or not engine.state.checked:
            # Nothing is wrong with a service that is not ready yet, but there is nothing else to do either.
            self._failures = max(self._failures, 1)
            longest = min(LONGEST_RETRY, policy.collect) if policy else LONGEST_RETRY
            return retry_after(self._failures, longest, share)
        if self._collect_due(before):
            self._next_collect = next_collect(policy, now, share)
        published, unit_id = engine.shown_period(), engine.settings.unit_id
        if publish_due(policy, unit_id, published, now):
            # It was not stored: the service's clock differs, or it refused. Not at once again.
            return min(policy.period / 10, LONGEST_RETRY)
        return max(min(self._next_collect, next_publish(policy, unit_id, published, now)) - now, 0.01)


def code_of(error: Exception) -> str:
    """Our own errors by their code; any other by its kind alone, since libraries have codes of their own."""
    if isinstance(error, ProtocolError | TransportFailed | DeskRefused):
        return error.code
    return type(error).__name__
