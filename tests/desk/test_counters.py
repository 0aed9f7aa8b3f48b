# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a list of cases says is kept by whoever writes; whatever happens in whatever order, it is what the rows say."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from dropbox.flows.source.visit import Part
from dropbox.protocol.board import split_text
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.policy import PRODUCTION
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.decisions import KINDS, decide
from journalist_ui.casework.inbox import listed_rows
from journalist_ui.people import members
from journalist_ui.refusals import BadInput
from journalist_ui.vault import tables
from journalist_ui.vault.backup import restore_backup, write_backup
from tests.desk.counting import counted, kept
from tests.desk.reader import Reader
from tests.desk.room import DESK_KEY, INVESTIGATOR, Room, make_room
from tests.long_form import LONG

SOURCES = 5
STEPS = 45
POLICY = replace(PRODUCTION, give_up=3, retention=4)
"""Texts are given up, and what never becomes whole goes, within a few periods."""


class History:
    """A desk of which anything may happen next, in an order drawn from a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # what happens next is no secret, and should be repeatable
        self.coin = random.Random(seed)  # noqa: S311  # beside the order of what happens
        self.room = make_room(folder / "desk", policy=POLICY)
        self.backups = folder / "backups"
        self.backups.mkdir()
        self.copy: Path | None = None
        self.done: set[str] = set()

    def source(self) -> bytes:
        return bytes([self.chance.randrange(SOURCES)]) * 32

    def collect(self) -> None:
        with suppress(BadInput):
            asyncio.run(self.room.engine.sync())

    # --- what may happen ---

    def report(self) -> None:
        text = "x" * self.chance.choice((10, 20_000))
        self.room.service.send(self.source(), "north", encode_body(Report(text)))
        self.collect()

    def part(self) -> None:
        """Of a message of which the rest may never come."""
        name, place = bytes([self.chance.randrange(6)]) * 16, self.chance.choice((1, 2))
        self.room.service.visit(self.source(), Part("north", name, place, 2, b"z"))
        self.collect()

    def period(self) -> None:
        for _ in range(self.chance.choice((1, 1, 6))):
            self.room.service.twin.advance()
            self.collect()

    def visit(self) -> None:
        self.room.service.visit(self.source())
        self.collect()

    def read(self) -> None:
        session = self.room.sign_in(self.chance.choice(self.names()))
        for line in session.cases()[:2]:
            session.show(line.number, 1, self.chance.randrange(3))

    def reply(self) -> None:
        session = self.room.sign_in(self.chance.choice(self.names()))
        if lines := session.cases():
            number = self.chance.choice(lines).number
            now = self.room.engine.now_period()
            self.room.engine.add_reply(session.reply(number, split_text("Thank you."), now, 1, ahead=self.toss()))

            if self.toss():
                self.decide(session, number)

    def decide(self, session: Reader, number: int) -> None:
        """For all that stands in the case now."""
        with self.room.vault.writing() as connection:
            case = open_case(connection, session.holder, number)
            decide(connection, case, KINDS[self.toss()], "no", "why", 1)
        self.done.add("decide")

    def toss(self) -> bool:
        return self.coin.random() < 0.4

    def share(self) -> None:
        if "bob" in self.names():
            self.room.sign_in("ada").share("bob", 1)

    def come_or_go(self) -> None:
        if "bob" in self.names():
            with self.room.vault.writing() as connection:
                members.remove_member(connection, "bob")
        else:
            self.room.add("bob", INVESTIGATOR)

    def change(self) -> None:
        """A new key, to which everything is wrapped again."""
        name = self.chance.choice(self.names())
        for old, new in (("four plain words together", "x" * 20), ("x" * 20, "four plain words together")):
            self.room.change(name, old, new)

    def restore(self) -> None:
        if self.copy is None:
            self.copy = write_backup(self.room.vault, self.backups, self.room.settings.unit_id, 2)
            return
        self.room.vault.close()
        restore_backup(self.copy, self.room.folder, DESK_KEY, 1)
        self.room.reopen()
        self.copy = None

    def names(self) -> list[str]:
        with self.room.vault.reading() as connection:
            return [one.name for one in members.list_members(connection)]

    def step(self) -> str:
        acts: dict[Callable[[], None], int] = {
            self.report: 5,
            self.part: 3,
            self.period: 5,
            self.visit: 3,
            self.read: 5,
            self.reply: 5,
            self.share: 2,
            self.come_or_go: 1,
            self.change: 1,
            self.restore: 1,
        }
        (act,) = self.chance.choices(list(acts), list(acts.values()))
        act()
        self.done.add(act.__name__)
        return act.__name__


@pytest.mark.usefixtures("brief_stretch")
@pytest.mark.parametrize("seed", range(4 if LONG else 2))
def test_what_is_kept_is_what_the_rows_say(tmp_path: Path, seed: int) -> None:
    """After every step of a history: per case, and per member and case. All members see what the counts say."""
    history = History(tmp_path, seed)
    for place in range(STEPS):
        act = history.step()
        found = kept(history.room.vault)
        assert found == counted(history.room.vault), (place, act)
        history.done |= {"given up"} if any(one[4] for one in found[0].values()) else set()
        history.done |= {"chis"} if any(one[6] for one in found[0].values()) else set()
    for name in history.names():
        for line in history.room.sign_in(name).lines():
            whole = found[0][line.number][0]
            assert line.unread == whole - found[1].get((line.number, name), (0, 0))[0]
    assert history.done >= {
        "report",
        "part",
        "reply",
        "read",
        "visit",
        "share",
        "come_or_go",
        "given up",
        "decide",
        "chis",
    }
    history.room.vault.close()


def test_a_count_that_is_not_kept_is_noticed(room: Room) -> None:
    """The comparison sees one message too many."""
    room.report(bytes(12), "hello")
    asyncio.run(room.engine.sync())
    assert kept(room.vault) == counted(room.vault)
    with room.vault.writing() as connection:
        connection.execute(update(tables.cases).values(whole=2))
    assert kept(room.vault) != counted(room.vault)


def test_the_list_of_cases_reads_no_row_whole(tmp_path: Path) -> None:
    """An index holds all that it says: a row with its keys is twenty times as long."""
    room = make_room(tmp_path / "desk")
    words = str(listed_rows("ada").compile(room.vault.engine, compile_kwargs={"literal_binds": True}))
    with room.vault.reading() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}")]
    room.vault.close()
    assert any("cases USING COVERING INDEX cases_listed" in step for step in plan), plan
