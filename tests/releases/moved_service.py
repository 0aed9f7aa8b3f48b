# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service of an earlier release at work under this one, on its daily periods: the server in a thread, its desks and
all commands in this process, by one clock that a test drives."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dropbox.flows.desk.state import Text
from dropbox.protocol.anchors import parse_signed_anchor
from dropbox.protocol.armour import ANCHOR, dearmour
from dropbox.protocol.board import split_text
from dropbox.server.app import Service, assemble, serving
from dropbox.server.config import load_config
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.sql import open_store
from journalist_ui.daemon.engine import Engine
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.settings import read_settings
from journalist_ui.people import codes, members
from journalist_ui.people.session import Session
from journalist_ui.people.sign_in import prove
from journalist_ui.verbs.conversation import case_of
from tests import in_process
from tests.desk.reader import Reader
from tests.ports import free_port
from tests.releases.old_service import OldService, brought_up, desk_key, unpack

DAY = 86_400


@dataclass
class Clock:
    """Unix seconds; everybody's."""

    now: float

    def __call__(self) -> float:
        return self.now


class Server:
    """The server in a thread with a loop of its own, until it is closed."""

    def __init__(self, config: Path, clock: Clock) -> None:
        self._clock = clock
        self._config = load_config(config)
        self._loop = asyncio.new_event_loop()
        self._begun = threading.Event()
        self._end = asyncio.Event()
        self._service: Service | None = None
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        assert self._begun.wait(120)

    async def _serve(self) -> None:
        objects = LocalObjects(self._config.data_dir)
        self._service = assemble(self._config, open_store(self._config.database), objects, self._clock)
        async with serving(self._service, self._config):
            self._begun.set()
            await self._end.wait()

    def turn(self) -> None:
        """What is due now is done when it returns."""
        assert self._service is not None
        asyncio.run_coroutine_threadsafe(self._service.turn(), self._loop).result(20)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(120)
        self._loop.close()


@dataclass
class MovedService:
    """``url`` is where the server listens."""

    old: OldService
    clock: Clock
    url: str
    server: Server | None = None
    engines: dict[str, Engine] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.old.root / "server/server.toml"

    @property
    def anchor(self) -> Path:
        return self.old.root / "anchor.txt"

    def ask(self, command: str, *words: object, stdin: str = "") -> str:
        """A command of this release, which must be done; its output."""
        code, out, err = in_process.ask(command, *words, stdin=stdin)
        assert code == 0, (command, words, out, err)
        return out

    def init(self) -> None:
        """The server's own step."""
        self.ask("dropbox-admin", "init", "--dir", self.old.root / "server", "--anchor", self.anchor)

    def issue(self, *more: str | Path) -> None:
        """The roots issue the list anew, do one thing more to it, and it is published."""
        path = self.old.root / "directory.txt"
        self.ask("dropbox-keys", "directory", "upgrade", "--directory", path)
        if more:
            self.ask("dropbox-keys", *more, "--directory", path)
        for number in (1, 2):
            key = ("--root-key", self.old.root / f"root{number}.key")
            passphrase = self.old.told["roots"][number - 1] + "\n"
            self.ask("dropbox-keys", "directory", "sign", "--directory", path, *key, stdin=passphrase)
        self.ask("dropbox-admin", "directory", "publish", "--config", self.config, "--directory", path)

    def start(self) -> None:
        self.server = Server(self.config, self.clock)

    def day(self, number: int, hour: float = 22) -> None:
        """So many days after the old service's last one, late in the day: the board shows the batches of the day
        before, and each desk has collected and published."""
        assert self.server is not None
        self.clock.now = (self.old.told["day"] + number + hour / 24) * DAY
        self.server.turn()
        for slug in ("intake", "north", "south"):
            self.sync(slug)

    def days(self, first: int, last: int) -> None:
        """All of these days."""
        for number in range(first, last + 1):
            self.day(number)

    def engine(self, slug: str) -> Engine:
        """The desk's, opened after its own step."""
        if slug not in self.engines:
            folder, vault = self.old.desk(slug), brought_up(self.old, slug)
            store = KeyringStore(folder, desk_key(self.old, slug))
            anchor = parse_signed_anchor(dearmour(ANCHOR, self.anchor.read_bytes())).anchor
            self.engines[slug] = Engine(read_settings(folder), anchor, vault, store, clock=self.clock)
        return self.engines[slug]

    def sync(self, slug: str) -> None:
        """Collect, and publish what is due."""
        asyncio.run(self.engine(slug).sync())

    def told(self, slug: str) -> list[tuple[str, dict[str, int | str]]]:
        """What the officers are told, by its code, with its values."""
        return [(notice.code, dict(notice.values)) for notice in self.engine(slug).standing.all()]

    def reader(self, slug: str, name: str = "ada") -> Reader:
        """A member who signs in as the earlier release had them do."""
        member, vault = self.old.told["members"][slug][name], self.engine(slug).vault
        code = codes.code_at(base64.b32decode(member["totp_secret"]), int(self.clock.now // codes.STEP))
        with vault.reading() as connection:
            row = members.read_member(connection, name)
        return Reader(vault, Session.of(prove(row, member["passphrase"], code, self.clock.now)[0]))

    def answer(self, slug: str, case: int, words: str) -> None:
        """An officer's text."""
        text = self.reader(slug).reply(case, split_text(words), int(self.clock.now // DAY), int(self.clock.now // DAY))
        self.engine(slug).add_reply(text)

    def text(self, slug: str, words: str) -> Text:
        """Where a text of the unit is on its way; its words are emptied once it is past."""
        texts = self.engine(slug).state.ledger.texts.values()
        return next(one for one in texts if b"".join(one.parts).decode() == words)

    def shown(self, slug: str, case: int) -> list[str]:
        """The states of the unit's texts in a case, as its page says them."""
        found = case_of(self.reader(slug).show(case, 0), DAY, self.engine(slug).newest_batch())
        return [one.state for one in found.messages if one.sender == "unit"]

    def read(self, name: str) -> tuple[list[str], bool]:
        """A visit of a source who comes back to one unit: the texts that it found, and whether more waits."""
        (found,) = self.source("check", name)["conversations"]
        return [one["text"] for one in found["messages"]], found["more"]

    def source(self, verb: str, name: str, *more: object) -> Any:
        common = ("--service", self.url, "--anchor", self.anchor, "--json")
        words = self.old.told["codenames"][name]["words"] + "\n"
        return json.loads(self.ask("dropbox-source", verb, *common, *more, stdin=words))

    def close(self) -> None:
        for engine in self.engines.values():
            engine.vault.close()
        if self.server is not None:
            self.server.close()


@contextmanager
def moved(root: Path) -> Iterator[MovedService]:
    """Unpacked, in the middle of its last day; nothing is brought up to date yet."""
    old, port = unpack(root), free_port()
    for path in root.rglob("*.toml"):
        path.write_text(path.read_text().replace("127.0.0.1:9", f"127.0.0.1:{port}"))
    clock = Clock(old.noon)
    service = MovedService(old, clock, f"http://127.0.0.1:{port}")
    with patch.object(time, "time", clock):
        try:
            yield service
        finally:
            service.close()
