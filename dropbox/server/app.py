# SPDX-License-Identifier: AGPL-3.0-or-later
"""The composition root: puts the server together, runs it, and lets it finish what it accepted."""

import asyncio
import fcntl
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from dropbox.command_line.addresses import shown_host
from dropbox.local.private import OpenToOthers, refuse_open_to_others
from dropbox.local.writable import try_to_write

from .batches import Batches
from .config import ConfigRefused, Listen, ServerConfig, read_anchor
from .connection import Server
from .intake import Intake
from .pages import Pages
from .ports import SegmentFiles, Store
from .publisher import Publisher
from .routes import Routes
from .shelf import Shelf
from .static_files import load_bundle
from .steady_clock import Clocks, SteadyClock
from .store.revision import NEEDED, found_revision
from .store.segment_files import LocalSegmentFiles
from .store.sql import SqlStore, open_store

_BACKLOG = 256
_FINISH_WITHIN = 20.0


@dataclass
class Service:
    """A server's parts, wired; ``routes.answer`` handles a request."""

    store: Store
    shelf: Shelf
    publisher: Publisher
    routes: Routes


def assemble(
    config: ServerConfig, store: Store, files: SegmentFiles, clock: Callable[[], float] | None = None
) -> Service:
    """Raises ConfigRefused when the anchor file or the browser's bundle cannot be used."""
    signed = read_anchor(config.anchor)
    clocks = Clocks.driven(clock) if clock else SteadyClock().clocks()
    shelf = Shelf()
    pages = Pages(signed, config.demo, config.exit_url)
    publisher = Publisher(store, files, shelf, signed.anchor, pages.document, clocks)
    intake = Intake(store, files, shelf, clocks.now)
    batches = Batches(store, shelf, intake.period, publisher.rebuild_board)
    return Service(store, shelf, publisher, Routes(shelf, intake, batches, pages, load_bundle()))


async def check_schema(url: str) -> None:
    """Raises ConfigRefused when `dropbox-admin init` has to run first."""
    found = await found_revision(url)
    if found != NEEDED:
        raise ConfigRefused(
            f"the database has schema {found or 'none'}, this release needs {NEEDED}: run `dropbox-admin init` again"
        )


def hold_alone(config: ServerConfig) -> int:
    """A lock on the data folder, held until the process ends. Raises ConfigRefused."""
    try:
        refuse_open_to_others(config.data_dir)
        handle = os.open(config.data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OpenToOthers as error:
        raise ConfigRefused(error.say) from None
    except OSError as error:
        raise ConfigRefused(f"cannot use the data folder {config.data_dir}: {error.strerror}") from None
    try:
        for folder in (config.data_dir, config.segments):
            if folder.is_dir():  # the doctor says what is missing
                try_to_write(folder)
    except OSError as error:
        os.close(handle)
        raise ConfigRefused(f"cannot write in {folder}: {os.strerror(error.errno or 0)}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise ConfigRefused(f"another server runs on {config.data_dir}: stop it first") from None
    return handle


async def _listen(server: Server, listen: Listen) -> tuple[asyncio.Server, str]:
    loop = asyncio.get_running_loop()
    try:
        if listen.path:
            with suppress(FileNotFoundError):
                listen.path.unlink()
            listening = await loop.create_unix_server(server, listen.path, backlog=_BACKLOG)
            listen.path.chmod(0o660)
            return listening, f"unix:{listen.path}"
        listening = await loop.create_server(server, listen.host, listen.port, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigRefused(f"cannot listen on {listen}: {error.strerror}") from None
    host, port = listening.sockets[0].getsockname()[:2]
    return listening, f"http://{shown_host(host)}:{port}"


@asynccontextmanager
async def serving(service: Service, config: ServerConfig) -> AsyncIterator[str]:
    """Listens while the block runs, then finishes what was accepted; gives the address."""
    server = Server(service.routes.answer)
    with suppress(Exception):  # what failed is tried again, and logged, by the publisher's own loop
        await service.publisher.tick()
    listening, address = await _listen(server, config.listen)
    publishing = asyncio.create_task(service.publisher.run(config.data_dir, config.disk_reserve))
    try:
        yield address
    finally:
        service.shelf.taking = False
        listening.close()
        server.pre_shutdown()
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        await server.shutdown(_FINISH_WITHIN)
        await service.store.close_store()
        if config.listen.path:
            with suppress(FileNotFoundError):
                config.listen.path.unlink()


async def _claimed_store(url: str) -> SqlStore:
    store = open_store(url)
    if not await store.database.claim():
        await store.close_store()
        raise ConfigRefused("another server runs on this database: stop it first")
    return store


async def _opened(config: ServerConfig) -> Service:
    try:
        await check_schema(config.database)
        store = await _claimed_store(config.database)
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())
        raise ConfigRefused(f"the database cannot be used: {why[:200]}") from None
    return assemble(config, store, LocalSegmentFiles(config.segments))


async def run(config: ServerConfig) -> None:
    """Serve until SIGTERM or SIGINT. Prints one line once it listens. Raises ConfigRefused."""
    lock = hold_alone(config)
    try:
        service = await _opened(config)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with serving(service, config) as address:
            print(f"listening on {address}", flush=True)
            await stop.wait()
    finally:
        os.close(lock)


class ClassAndCode(logging.Formatter):
    """Log lines without messages of libraries: they may hold an address or content."""

    def format(self, record: logging.LogRecord) -> str:
        # Under systemd with its level: deploy/systemd/server.service keeps only notices and worse.
        level = f"{'<3>' if 'JOURNAL_STREAM' in os.environ else ''}{record.levelname.lower()}"
        if record.name.startswith("dropbox."):
            return f"{level} {record.getMessage()}"
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "-"
        return f"{level} {record.name} {kind}"


def log_to_stderr() -> None:
    """Errors only, as class and code."""
    handler = logging.StreamHandler()
    handler.setFormatter(ClassAndCode())
    logging.basicConfig(level=logging.ERROR, handlers=[handler], force=True)
