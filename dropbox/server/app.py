# SPDX-License-Identifier: AGPL-3.0-or-later
"""The composition root: puts the server together, runs it, and lets it finish what it accepted."""

import asyncio
import fcntl
import logging
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from dropbox.command_line.addresses import shown_host
from dropbox.http_edge.connection import Limits, Server
from dropbox.local.private import OpenToOthers, refuse_open_to_others
from dropbox.local.writable import try_to_write
from dropbox.protocol.constants import MAX_BLOBS

from .config import PUBLISHER, WHOLE, WORKER, ConfigRefused, Listen, ServerConfig, read_anchor
from .faults import log_fault
from .handlers.admission import above_reserve
from .handlers.batches import Batches
from .handlers.blobs import COMMON_PART, FIRSTS, Blobs
from .handlers.bundle import load_bundle
from .handlers.error_answers import TROUBLE
from .handlers.intake import Intake
from .handlers.pages import pages_of
from .handlers.routes import Routes
from .handlers.shelf import Shelf
from .handlers.waiting import Waiting
from .health import HEALTH_LIMITS, Health
from .passes import Passes
from .ports import Objects, Store
from .publishing.publisher import Publisher
from .publishing.steady_clock import Clocks, SteadyClock
from .store.local_objects import LocalObjects
from .store.revision import NEEDED, found_revision, refuse_later
from .store.sql import open_store
from .supply import Supply
from .turns import Turns

_BACKLOG = 128
"""Connections that are taken up at once, before anybody else has a turn of the loop."""
_FINISH_WITHIN = 20.0


_FOLLOW = 1.0
LIMITS = Limits(connections=512, of_a_caller=16, head_within=10.0, idle_within=30.0, longest_field=4_096)


@dataclass
class Service:
    """A server's parts, wired; ``routes.answer`` handles a request. ``make_publisher`` is None in a process that only
    answers."""

    store: Store
    shelf: Shelf
    intake: Intake
    blobs: Blobs
    waiting: Waiting
    make_publisher: Callable[[], Publisher] | None
    now: Callable[[], float]
    """The time that the service believes."""
    routes: Routes = field(init=False)
    publisher: Publisher | None = None
    flooded: bool | None = None
    """What this process has last written down of it; a worker that bears nothing writes nothing at its start."""
    alone: bool = False
    """Whether this process holds the lock of the one that publishes."""
    _turning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def turn(self) -> None:
        """Do what is due, from when no other process does, and take up what is shown, whatever became of it. One at a
        time: of two, each would take the other's claim for another process's, and begin a publisher of its own."""
        async with self._turning:
            await self._turn()

    async def _turn(self) -> None:
        self.store.recount()
        try:
            await self._publish()
        finally:
            self.shelf.believed = not self.alone or (self.publisher is not None and self.publisher.shows)
            await self.shelf.follow()
        await self.intake.follow()
        await self.blobs.follow()
        pressed = self.waiting.pressed
        # Of several processes each says again what it bears, as another may have said that it bears nothing.
        if pressed != self.flooded or (pressed and not self.alone):
            await self.store.note_flood(pressed)
            self.flooded = pressed

    async def _publish(self) -> None:
        if self.make_publisher is None:
            return
        held, self.alone = self.alone, False
        self.alone = await self.store.claim()
        if self.alone and (not held or self.publisher is None):
            # Another may have published meanwhile: nothing that was known is known now.
            self.publisher = self.make_publisher()
        if self.alone and self.publisher is not None:
            await self.publisher.tick()

    async def show_first(self) -> None:
        """Have the board made anew at once. A publisher that is another process sees it at its next turn."""
        if self.alone and self.publisher is not None and self.publisher.shows:
            await self.publisher.rebuild_board()
            await self.shelf.follow()

    def nap(self) -> float:
        """Seconds until something may be due."""
        return self.publisher.nap() if self.publisher is not None and self.alone else _FOLLOW


def assemble(config: ServerConfig, store: Store, objects: Objects, clock: Callable[[], float] | None = None) -> Service:
    """Raises ConfigRefused when the anchor file or the browser's bundle cannot be used."""
    signed = read_anchor(config.anchor)
    clocks = Clocks.driven(clock) if clock else SteadyClock().clocks()
    pages = pages_of(config, signed)
    shelf = Shelf(store, objects, signed.anchor, pages.document)
    follows = config.role == WORKER
    waiting = Waiting(Turns(Supply(config.workers), secrets.token_bytes), clocks.now)
    intake = Intake(store, store, shelf, clocks.now, waiting, follows=follows)
    make_publisher = None if follows else partial(Publisher, store, objects, signed.anchor, clocks)
    uploads = Waiting(Turns(Supply(config.workers, COMMON_PART, MAX_BLOBS), secrets.token_bytes, FIRSTS), clocks.now)
    blobs = Blobs(store, store, shelf, intake.period, intake.target, uploads, Passes(secrets.token_bytes))
    service = Service(
        store, shelf, intake, blobs, waiting, make_publisher, clocks.now, flooded=False if follows else None
    )
    batches = Batches(store, shelf, intake.period, service.show_first)
    service.routes = Routes(shelf, intake, blobs, batches, pages, load_bundle())
    return service


async def check_schema(url: str) -> None:
    """Raises ConfigRefused when `dropbox-admin init` or `upgrade` has to run first, or another release."""
    found = await found_revision(url)
    refuse_later(found)
    if found != NEEDED:
        verb = "upgrade" if found else "init"
        raise ConfigRefused(
            f"the database has schema {found or 'none'}, this release needs {NEEDED}: run `dropbox-admin {verb}`"
        )


def hold_alone(config: ServerConfig) -> int:
    """A lock on the data folder, held until the process ends; of a process that shares it, the open folder alone.
    Raises ConfigRefused."""
    try:
        refuse_open_to_others(config.data_dir)
        handle = os.open(config.data_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OpenToOthers as error:
        raise ConfigRefused(error.say) from None
    except OSError as error:
        raise ConfigRefused(f"cannot use the data folder {config.data_dir}: {error.strerror}") from None
    try:
        for folder in (config.data_dir, config.segments, config.blobs, config.board):
            if folder.is_dir():  # the doctor says what is missing
                try_to_write(folder)
    except OSError as error:
        os.close(handle)
        raise ConfigRefused(f"cannot write in {folder}: {os.strerror(error.errno or 0)}") from None
    # Processes of different roles share the folder; of those that publish from a file there is one.
    if config.role == WHOLE or (config.role == PUBLISHER and config.database.startswith("sqlite:")):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise ConfigRefused(f"another server runs on {config.data_dir}: stop it first") from None
    return handle


async def _listen(server: Server, listen: Listen, mode: int = 0o660) -> tuple[asyncio.Server, str]:
    loop = asyncio.get_running_loop()
    try:
        if listen.path:
            with suppress(FileNotFoundError):
                listen.path.unlink()
            listening = await loop.create_unix_server(server, listen.path, backlog=_BACKLOG)
            listen.path.chmod(mode)
            return listening, f"unix:{listen.path}"
        listening = await loop.create_server(server, listen.host, listen.port, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigRefused(f"cannot listen on {listen}: {error.strerror}") from None
    host, port = listening.sockets[0].getsockname()[:2]
    return listening, f"http://{shown_host(host)}:{port}"


async def _go_on(service: Service, config: ServerConfig) -> None:
    """Turn until cancelled; a failure is logged by its class and tried again."""
    while True:
        try:
            service.shelf.room = above_reserve(config.data_dir, config.disk_reserve)
            service.shelf.taking = service.shelf.room > 0
            await service.turn()
        except Exception as error:
            log_fault(error)
            await asyncio.sleep(1)
        await asyncio.sleep(service.nap())


def edge_of(service: Service, config: ServerConfig) -> Server:
    """What listens for a service. To be made on the running loop."""
    return Server(service.routes.answer, LIMITS, TROUBLE, config.announced)


@asynccontextmanager
async def serving(service: Service, config: ServerConfig, server: Server | None = None) -> AsyncIterator[str]:
    """Listens while the block runs, then finishes what was accepted; gives the address."""
    server = server or edge_of(service, config)
    with suppress(Exception):  # what failed is tried again, and logged, by the loop below
        await service.turn()
    listening, address = await _listen(server, config.listen)
    going = asyncio.create_task(_go_on(service, config))
    try:
        yield address
    finally:
        service.shelf.taking = False
        listening.close()
        server.pre_shutdown()
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        await server.shutdown(_FINISH_WITHIN)
        await service.store.close_store()
        if config.listen.path:
            with suppress(FileNotFoundError):
                config.listen.path.unlink()


async def _opened(config: ServerConfig) -> Service:
    """Raises ConfigRefused."""
    try:
        await check_schema(config.database)
        store = open_store(config.database)
        if await store.half_restored():
            await store.close_store()
            raise ConfigRefused("a restore into this database was cut short: run `dropbox-admin restore` again")
        service = assemble(config, store, LocalObjects(config.data_dir))
        service.alone = config.role != WORKER and await service.store.claim()
        if config.role == WHOLE and not service.alone:
            await service.store.close_store()
            raise ConfigRefused("another server publishes from this database: stop it, or make this one a worker")
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or type(error).__name__).split())
        raise ConfigRefused(f"the database cannot be used: {why[:200]}") from None
    return service


@asynccontextmanager
async def _publishing(service: Service, config: ServerConfig) -> AsyncIterator[str]:
    """Publishes while the block runs, and listens nowhere."""
    going = asyncio.create_task(_go_on(service, config))
    try:
        yield "nothing: it publishes"
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
        await service.store.close_store()


@asynccontextmanager
async def telling(service: Service, config: ServerConfig) -> AsyncIterator[str]:
    """Health and figures while the block runs, where the settings want them; gives the address, "" for none."""
    if config.health is None:
        yield ""
        return
    server = Server(Health(config, service.store, service.shelf, service.now).answer, HEALTH_LIMITS, TROUBLE)
    listening, address = await _listen(server, config.health, 0o600)
    try:
        yield address
    finally:
        listening.close()
        server.pre_shutdown()
        await server.shutdown(1.0)
        if config.health.path:
            with suppress(FileNotFoundError):
                config.health.path.unlink()


async def run(config: ServerConfig) -> None:
    """Serve until SIGTERM or SIGINT. Prints one line once it listens. Raises ConfigRefused."""
    lock = hold_alone(config)
    try:
        service = await _opened(config)
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        serves = (_publishing if config.role == PUBLISHER else serving)(service, config)
        async with serves as address, telling(service, config):
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
