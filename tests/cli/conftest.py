# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service in memory on a loopback port, of today, and the source's commands against it."""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dropbox.protocol.armour import armour
from dropbox.protocol.codename import encode_codename, entropy_from_random
from dropbox.protocol.constants import EntryType
from dropbox.source_cli import check, commands, reply, report, sending, service
from dropbox.transport.source import SourceConnection
from dropbox.words import codename_words
from tests.client.twin_server import TwinServer, served
from tests.flows.twin import Service, make_service

DAY = 86_400


def codename(number: int = 1) -> str:
    """One of many."""
    return " ".join(encode_codename(entropy_from_random(number.to_bytes(12, "big")), codename_words()))


def quick_stretch(entropy: bytes, service_id: bytes) -> bytes:
    """In place of a stretch that takes a second."""
    return hashlib.sha256(entropy + service_id).digest()


def of_today(slugs: tuple[str, ...] = ("intake", "north", "south")) -> Service:
    """A service whose newest batches are of the day before, so that a period may pass."""
    made = make_service(slugs=slugs, start=int(time.time()) // DAY - 4)
    made.tick(3)
    return made


@dataclass
class Sources:
    """The commands of a source, run in this process without patience."""

    server: TwinServer
    anchor: Path
    text: Path

    @property
    def pinned(self) -> list[str]:
        return ["--service", self.server.url, "--anchor", str(self.anchor)]

    def run(self, command: str, *more: str, stdin: str = "") -> Result:
        """One command and how it ended; what it asked the service stands in ``asked``."""
        self.server.asked.clear()
        return CliRunner().invoke(commands.main, [command, *self.pinned, *more], input=stdin)

    def report(self, *more: str, slug: str = "north") -> Result:
        chosen = ("--unit", slug, "--category", "discrimination", "--text-file", str(self.text))
        return self.run("report", *chosen, *more)

    def reply(self, name: str, *more: str, slug: str = "north") -> Result:
        return self.run("reply", "--unit", slug, "--text-file", str(self.text), *more, stdin=f"{name}\n")

    def check(self, name: str, *more: str) -> Result:
        return self.run("check", *more, stdin=f"{name}\n")

    def answered(self, words: str = "An answer.") -> str:
        """The codename of a report to north, collected and answered."""
        name: str = json.loads(self.report("--json").stdout)["codename"]
        self.answer(words)
        return name

    def answer(self, words: str) -> None:
        """North collects what is there, and answers the first who wrote."""
        self.tell((EntryType.TEXT, words.encode()))

    def tell(self, *told: tuple[EntryType, bytes]) -> None:
        """The same of what is of any type, as it stands in its parts."""
        twin = self.server.service
        twin.tick()
        desk = twin.desks["north"]
        for kind, written in told:
            desk.tell(next(iter(desk.context.ledger.conversations.values())), kind, written)
        twin.tick()


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sources]:
    """A service of today, and its sources."""

    def impatient(*arguments: Any, **more: Any) -> SourceConnection:
        return SourceConnection(*arguments, patience=0.0, **more)

    made = of_today()
    anchor, text = tmp_path / "anchor", tmp_path / "text"
    anchor.write_bytes(armour("ANCHOR", made.twin.directory.anchors[0].encode()))
    text.write_text("What happened.")
    for module in (check, report, reply):
        monkeypatch.setattr(module, "stretch", quick_stretch)
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    monkeypatch.setattr(service, "AFTER_BOARD", 0.01)
    monkeypatch.setattr(service, "SourceConnection", impatient)
    with served(made) as server:
        yield Sources(server, anchor, text)
