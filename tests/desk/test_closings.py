# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source closes its conversation: what the desk shows, what it answers, and what is gone then."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from dropbox.protocol.constants import EntryType
from dropbox.protocol.policy import PRODUCTION
from journalist_ui.vault import tables
from tests.desk.people import People, people_of
from tests.desk.room import READER, Room, entropy, make_room
from tests.desk.test_questions import answer
from tests.desk.test_release import found, periods

pytestmark = pytest.mark.usefixtures("brief_stretch")


@pytest.fixture
def room(tmp_path: Path, brief_stretch: None) -> Iterator[Room]:
    """Where conversations end two periods after."""
    made = make_room(tmp_path / "desk", policy=replace(PRODUCTION, close_after=2))
    yield made
    made.vault.close()


async def close(people: People, source: bytes, option: str = "yes", text: str = "") -> None:
    await answer(people, source, {"close": (option,)}, text)


async def test_a_conversation_is_closed_and_answered(room: Room) -> None:
    """The case says when it ends and what is asked, its officer answers, the source reads that; then nothing can be
    sent, unread texts are withdrawn, and of the conversation the vault keeps no words that were on their way."""
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        assert "does not close" in await people.refused("ada", "closing", 1, "--tell", "closing")
        await periods(people)
        await close(people, source, "burn", "That is all.")
        shown = await people.ask("ada", "show", 1)
        assert (shown["closing"]["burn"], shown["closing"].get("closed", False)) == (True, False)
        assert shown["messages"][-1]["answers"] == {"close": ["burn"]}
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert f"It ends on {shown['closing']['ends']}, unless they write before." in words
        assert "Closes the conversation: Yes, and asks the unit to delete what it may" in words
        assert "deletes" in await people.refused("ada", "closing", 1, "--tell", "closing")
        told = await people.ask("ada", "closing", 1, "--tell", "keeps")
        assert (told["case"], told["told"]) == (1, "keeps")
        await periods(people)
        (read,) = found(room, source)
        assert (read.type, read.kinds) == (EntryType.CLOSED, ("keeps",))
        shown = await people.ask("ada", "show", 1)
        assert [(one["kind"], one["kinds"]) for one in shown["messages"] if one["from"] == "unit"] == [
            ("closed", ["keeps"])
        ]
        await people.ask("ada", "reply", 1, "--text-file", "-", stdin="One more thing.")
        await periods(people, 3)
        shown = await people.ask("ada", "show", 1)
        assert shown["closing"]["closed"] is True
        assert "come to its end" in await people.refused("ada", "reply", 1, "--text-file", "-", stdin="Hello?")
        with room.vault.reading() as connection:
            assert set(connection.execute(select(tables.texts.c.parts)).scalars()) == {"[]"}
        await asyncio.to_thread(room.reopen)
        (conversation,) = room.engine.state.ledger.conversations.values()
        assert (conversation.closed, conversation.burn) == (True, True)
        assert room.engine.state.keyring.chains == {}


async def test_who_writes_again_opens_it(room: Room) -> None:
    """Before its end as after it; and a reader answers nothing."""
    room.add("rita", READER)
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        for name in ("ada", "rita"):
            await people.login(name)
        for count in (1, 4):
            await periods(people)
            await close(people, source)
            assert "closing" in await people.ask("ada", "show", 1)
            code, _, _ = await people.run("closing", 1, "--tell", "closing", "--session", people.session("rita"))
            assert code == 1
            await periods(people, count)
            await answer(people, source, {}, "I have thought again.")
            assert "closing" not in await people.ask("ada", "show", 1)
            await people.ask("ada", "reply", 1, "--text-file", "-", stdin=f"Good {count}.")
        await periods(people)
        assert "Good 4." in [one.text for one in found(room, source)]
