# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's daemon: unlocks, serves its socket, collects and publishes by itself until it is told to stop."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

from aiohttp import web

from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed
from journalist_ui.log import log
from journalist_ui.refusals import DeskRefused
from journalist_ui.socket.path import SOCKET_FILE, short_path
from journalist_ui.socket.server import make_app
from journalist_ui.verbs.desk import Desk

from .engine import Engine
from .keyring import KeyringStore
from .opening import open_desk_vault
from .schedule import next_collect, next_publish, publish_due, retry_after
from .sessions import SessionBook
from .settings import ANCHOR_FILE, read_anchor, read_settings
from .trial_opening import TrialOpening
from .vault_lock import hold_vault

LONGEST_RETRY = 60.0
"""Seconds between attempts to reach the service while it does not answer."""
IDLE_CHECK = 5.0


class Timetable:
    """The loop that collects and publishes. Its times are unix seconds of the engine's clock."""

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
            log("error", _code(error))
        return self._plan(now)

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
        published, unit_id = engine.state.keyring.published_period, engine.settings.unit_id
        if publish_due(policy, unit_id, published, now):
            # It was not stored: the service's clock differs, or it refused. Not at once again.
            return min(policy.period / 10, LONGEST_RETRY)
        return max(min(self._next_collect, next_publish(policy, unit_id, published, now)) - now, 0.01)


def _code(error: Exception) -> str:
    """Our own errors by their code; any other by its kind alone, since libraries have codes of their own."""
    if isinstance(error, ProtocolError | TransportFailed | DeskRefused):
        return error.code
    return type(error).__name__


Beside = Callable[[Desk], AbstractAsyncContextManager[None]]
"""What else serves the running desk, as the web pages do; it runs while the block does."""


async def serve(folder: Path, desk_key: bytes, beside: Beside) -> None:
    """Run the desk of ``folder`` until SIGTERM or SIGINT. The caller holds the vault's lock.

    Raises VaultUnusable, KeyringUnusable, OSError when the socket cannot be made.
    """
    settings = read_settings(folder)
    anchor = read_anchor(folder / ANCHOR_FILE)
    vault, opening = open_desk_vault(folder, settings, desk_key), TrialOpening()
    try:
        # What a killed desk replaced or removed must not stay in its log.
        vault.truncate_wal()
        engine = Engine(settings, anchor, vault, KeyringStore(folder, desk_key), opening=opening)
        if trouble := engine.try_backup_folder():
            print(f"desk: {trouble}", file=sys.stderr, flush=True)
        desk = Desk(engine, SessionBook(vault, settings.idle_minutes * 60))
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await _run(desk, folder, stop, beside)
    finally:
        await opening.close()
        vault.close()


async def _run(desk: Desk, folder: Path, stop: asyncio.Event, beside: Beside) -> None:
    runner = web.AppRunner(make_app(desk), access_log=None, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    path = folder / SOCKET_FILE
    with short_path(path) as short:
        try:
            path.unlink(missing_ok=True)
            await web.UnixSite(runner, short).start()
            os.chmod(path, 0o600)
            async with beside(desk):
                print("desk: running", flush=True)
                await _work(desk, stop)
        finally:
            await runner.cleanup()
            path.unlink(missing_ok=True)


async def _work(desk: Desk, stop: asyncio.Event) -> None:
    """The timetable, the idle lock and the wait for the end; what is being written is finished first."""
    tasks = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(Timetable(desk.engine).run(stop)),
        asyncio.create_task(_lock_idle(desk.sessions)),
    ]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    desk.sessions.lock_all()


async def _lock_idle(sessions: SessionBook) -> None:
    while True:
        await asyncio.sleep(IDLE_CHECK)
        sessions.lock_idle()


def run_daemon(folder: Path, desk_key: bytes, beside: Beside) -> None:
    """Hold the vault and serve. Raises DeskBusy, DeskRefused, OSError."""
    with hold_vault(folder):
        asyncio.run(serve(folder, desk_key, beside))
