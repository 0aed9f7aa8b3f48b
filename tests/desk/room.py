# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real desk (real vault, real keyring file) in a service that otherwise lives in memory, on daily periods."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Dialect, Engine as SqlEngine, create_engine, func, select

from dropbox.flows.desk.requests import GetSegment, ReadSegment, ServerRequest
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.chance import Random
from dropbox.protocol.codename import stretch as stretch_codename
from journalist_ui.daemon import turns
from journalist_ui.daemon.engine import Engine
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.settings import DeskSettings
from journalist_ui.daemon.trial_opening import TrialOpening
from journalist_ui.people import changes, codes, members, passphrases
from journalist_ui.people.members import Role
from journalist_ui.people.session import Session
from journalist_ui.people.sign_in import prove
from journalist_ui.vault import arriving, cipher, tables
from journalist_ui.vault.database import _VAULT_ID, VAULT_FILE, Vault, create_vault, open_vault, write_meta
from tests.desk.reader import Reader
from tests.flows.twin import Aside, Service, make_service

DESK_KEY = bytes(range(32))
FIRST_PASSPHRASE = "what an administrator thought of"
PASSPHRASE = "four plain words together"
BOTH = frozenset({Role.ADMINISTRATOR, Role.INVESTIGATOR})
READER = frozenset({Role.READER})
SUPERVISOR = frozenset({Role.SUPERVISOR})
INVESTIGATOR = frozenset({Role.INVESTIGATOR})
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})


@contextmanager
def brief_stretch() -> Iterator[None]:
    """Passphrases are stretched briefly, and wrong ones cost little time: for tests of something else."""
    brief = patch.multiple(passphrases, STRETCH_MEMORY_KIB=64, STRETCH_PASSES=1)
    with brief, patch.multiple(turns, PACE=0.0, LONGEST_PAUSE=0.0):
        yield


class Down(Exception):
    """The in-memory service does not answer."""


@dataclass
class MemoryTransport:
    """Answers network requests from the twin; ``down`` fails the request of that type name."""

    service: Service
    down: str = ""
    aside: Aside = field(default_factory=Aside)

    async def answer(self, request: ServerRequest) -> object:
        # Yields as a socket would, so that other work may run in between.
        await asyncio.sleep(0)
        if type(request).__name__ == self.down:
            raise Down
        if isinstance(request, ReadSegment):
            return self.aside.read(request)
        found = self.service.twin.answer(request)
        return self.aside.keep(found) if isinstance(request, GetSegment) else found


class Disk(Vault):
    """The vault of a desk as a test looks at it, who may do so from anywhere."""

    def refuse_on_a_loop(self) -> None:
        """A test has nobody to keep waiting."""


@dataclass
class Room:
    """One desk's room: its folder, its service, its engine."""

    folder: Path
    service: Service
    settings: DeskSettings
    transport: MemoryTransport
    vault: Vault
    engine: Engine
    secrets: dict[str, str]
    opening: TrialOpening | None = None

    def clock(self) -> float:
        """Late in the twin's present period: after the desk's instant for publishing."""
        return (self.service.twin.now + 0.9) * self.service.twin.policy.period

    def reopen(self, key: bytes = DESK_KEY) -> None:
        """As a new process would: nothing but what is on the disk."""
        self.vault.close()
        self.take(open_vault(self.folder / VAULT_FILE, key))

    def take(self, vault: Vault) -> None:
        """An engine over the vault, and the same vault for the test's own hands."""
        self.vault = Disk(vault.engine, vault.readers, vault.random)
        self.engine = _engine(self, vault)

    def sign_in(self, name: str, passphrase: str = PASSPHRASE) -> Reader:
        """A session without the desk's one-time-code bookkeeping."""
        now = self.clock()
        with self.vault.reading() as connection:
            row = members.read_member(connection, name)
        code = codes.code_at(_secret(self.secrets[name]), int(now // codes.STEP))
        unlocked, _ = prove(row, passphrase, code, now)
        return Reader(self.vault, Session.of(unlocked))

    def add(
        self,
        name: str,
        roles: frozenset[Role],
        passphrase: str = PASSPHRASE,
        *,
        provisional: bool = False,
        day: int = 0,
    ) -> None:
        """A member, who has made a passphrase of their own unless ``provisional``. Raises BadInput."""
        new = members.prepare_member(name, roles, passphrase, self.vault.random, provisional=provisional)
        with self.vault.writing() as connection:
            members.store_member(connection, new, day)
        self.secrets[name] = new.code_secret

    def own(self, name: str, first: str = FIRST_PASSPHRASE) -> None:
        """A member whom an administrator added makes a passphrase of their own."""
        secret = self.change(name, first, PASSPHRASE)
        assert secret is not None
        self.secrets[name] = secret

    def change(self, name: str, old: str, new: str, *, new_code: bool = False) -> str | None:
        """A change of passphrase; the new code secret, if there is one."""
        with self.vault.reading() as connection:
            present = changes.read_present(connection, name)
        change = changes.prepare_change(present, changes.Wanted(name, old, new, new_code), self.vault.random)
        with self.vault.writing() as connection:
            changes.apply_change(connection, change)
        return change.secret

    def report(self, codename_entropy: bytes, text: str, **fields: Any) -> bytes:
        """A source sends a report to this desk; returns the source's stretched secret."""
        source = stretch_codename(codename_entropy, self.service.twin.service_id)
        self.service.send(source, "north", encode_body(Report(text, **fields)))
        return source

    def files(self) -> dict[str, bytes]:
        """Every byte of the folder."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}


def _secret(printed: str) -> bytes:
    return base64.b32decode(printed)


def _engine(room: Room, vault: Vault) -> Engine:
    @asynccontextmanager
    async def transport() -> AsyncIterator[MemoryTransport]:
        yield room.transport

    store = KeyringStore(room.folder, DESK_KEY)
    return Engine(
        room.settings,
        room.service.anchor,
        vault,
        store,
        clock=room.clock,
        transport=transport,
        opening=room.opening,
    )


drawn_number = arriving.draw_number
"""As it is outside of a room."""


def number_in_order(connection: Connection, random: Random) -> int:
    """In place of six random digits: a test can name the cases of a room."""
    return int(connection.execute(select(func.coalesce(func.max(tables.cases.c.number), 0))).scalar_one()) + 1


_COMPILED: dict[Any, Any] = {}


@cache
def _one_dialect() -> Dialect:
    engine = create_engine("sqlite+pysqlite://", module=cipher.dbapi)
    engine.connect().close()
    engine.dispose()
    return engine.dialect


def engine_that_shares(*words: Any, **options: Any) -> SqlEngine:
    """In place of SQLAlchemy's ``create_engine``: a process opens hundreds of vaults here, and what is compiled of a
    statement for one serves all. A desk opens one."""
    engine = create_engine(*words, **options)
    engine.dialect = _one_dialect()
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


def make_room(folder: Path, backup: str = "none", **service: Any) -> Room:
    """A desk called north whose first member, ada, administers and investigates."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving.draw_number, cipher.create_engine = number_in_order, engine_that_shares
    made = make_service(("intake", "north"), **service)
    context = made.desks.pop("north").context
    settings = DeskSettings("http://127.0.0.1:9", "Unit north", context.unit_id, bytes(16), backup)
    KeyringStore(folder, DESK_KEY).replace(context.keyring)
    vault, secret = _vault_of_ada(folder / VAULT_FILE)
    secrets = {"ada": secret}
    room = Room(folder, made, settings, MemoryTransport(made), vault, None, secrets)  # type: ignore[arg-type]  # set next
    room.take(vault)
    return room


@cache
def _first_vault(_memory: int) -> tuple[bytes, str]:
    """The file of a new vault with ada in it, whose passphrase is stretched as now, and her code's secret: made once in
    a process, since hundreds of rooms begin with it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / VAULT_FILE
        vault = create_vault(path, DESK_KEY)
        new = members.prepare_member("ada", BOTH, PASSPHRASE, vault.random, provisional=False)
        with vault.writing() as connection:
            members.store_member(connection, new)
        vault.close()
        return path.read_bytes(), new.code_secret


def _vault_of_ada(path: Path) -> tuple[Vault, str]:
    """A copy of that, under an id of its own."""
    made, secret = _first_vault(passphrases.STRETCH_MEMORY_KIB)
    path.touch(0o600)
    path.write_bytes(made)
    vault = open_vault(path, DESK_KEY)
    with vault.writing() as connection:
        write_meta(connection, _VAULT_ID, vault.random(16).hex())
    return vault, secret


def entropy(number: int) -> bytes:
    """The 92 bits of a codename, as 12 bytes."""
    return number.to_bytes(12, "big")
