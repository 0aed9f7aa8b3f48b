# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's daemon, put together: its engine, the verbs at socket and pages, the timetable, until it is told to
stop."""

import asyncio
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path

from journalist_ui.daemon.reminders import ReminderLoop
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.daemon.settings import DeskSettings
from journalist_ui.daemon.starting import settle_memory, working_engine
from journalist_ui.daemon.timetable import Timetable
from journalist_ui.daemon.vault_lock import hold_vault
from journalist_ui.daemon.visits import Visits
from journalist_ui.socket import server as socket
from journalist_ui.socket.path import SOCKET_FILE
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.reminders import decide
from journalist_ui.verbs.search import learn, unlearnt
from journalist_ui.web import server as web
from journalist_ui.web_address import WebAddress

IDLE_CHECK = 5.0
LEARN_CHECK = 1.0
"""Seconds between two looks for sessions that are over, and for new ones."""


async def _serve(folder: Path, settings: DeskSettings, desk_key: bytes, address: WebAddress | None) -> None:
    """Until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    async with working_engine(folder, settings, desk_key) as engine:
        desk = Desk(engine, SessionBook(engine.vault, settings.idle_minutes * 60))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with socket.serving(desk, folder / SOCKET_FILE), web.serving(desk, address):
            settle_memory()
            print("desk: running", flush=True)
            await _work(desk, stop)


async def _work(desk: Desk, stop: asyncio.Event) -> None:
    """The timetable, the idle lock and the wait for the end; what is being written is finished first."""
    tasks = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(Timetable(desk.engine).run(stop)),
        asyncio.create_task(Visits(desk.engine).run(stop)),
        asyncio.create_task(ReminderLoop(desk.engine, partial(decide, desk)).run(stop)),
        asyncio.create_task(_lock_idle(desk.sessions)),
        asyncio.create_task(_learn(desk)),
    ]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    desk.sessions.close()


async def _learn(desk: Desk) -> None:
    """Whoever has signed in finds words in their cases without a wait: they are opened beside everything else."""
    while True:
        await asyncio.sleep(LEARN_CHECK)
        for session in unlearnt(desk):
            await asyncio.to_thread(learn, desk, session)


async def _lock_idle(sessions: SessionBook) -> None:
    while True:
        await asyncio.sleep(IDLE_CHECK)
        sessions.lock_idle()


def run_desk(folder: Path, settings: DeskSettings, desk_key: bytes, address: WebAddress | None) -> None:
    """Hold the vault of ``folder``, and serve its socket, and its pages where there is an address. Raises DeskBusy,
    VaultUnusable, KeyringUnusable, BackupFailed, BadInput, and OSError when the socket cannot be made."""
    with hold_vault(folder):
        asyncio.run(_serve(folder, settings, desk_key, address))
