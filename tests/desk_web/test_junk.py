# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case that is set aside is on no board, and the board shows nothing of it; put back, it goes on where it was."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import select, text, update

from journalist_ui.shapes.conversation import Show
from journalist_ui.vault import migrations, tables
from journalist_ui.vault.ledger import load_ledger
from journalist_ui.verbs.conversation import show
from tests.desk.room import entropy
from tests.desk_web.house import House, Officer
from tests.desk_web.test_casework import source_writes
from tests.desk_web.test_conversation import send


async def found_by(house: House, source: bytes) -> tuple[list[str], bool, int]:
    """The words of the texts that a source finds, whether more waits, and how many of their messages count."""
    conversations = (await asyncio.to_thread(house.room.service.visit, source)).conversations
    if not conversations:
        return [], False, 0
    (found,) = conversations
    return [one.text for one in found.texts], found.more, found.collected


async def states(house: House, officer: Officer) -> list[str]:
    """Of the unit's texts in case 1."""
    case = (await asyncio.to_thread(show, house.desk, house.session_of(officer).session, Show(1))).case
    return [one.state for one in case.messages if one.sender == "unit"]


async def aside(officer: Officer, to: str = "junk", *cases: str) -> Any:
    return await officer.post("/shelve", {"case": list(cases) or ["1"], "to": to, "from": ""})


def newest_upload(house: House) -> bytes:
    """The batch that the service has of the desk's newest period."""
    stored = house.room.service.twin.uploads[house.room.settings.unit_id]
    return bytes(stored[max(stored)])


async def test_nothing_is_posted_until_it_is_put_back(house: House) -> None:
    """What stood on the board goes with the next batch, what waited never leaves, and both are there again after."""
    source = await asyncio.to_thread(house.room.report, entropy(1), "x")
    await house.desk.engine.sync()
    ada = await house.officer()
    await send(ada, 1, "Which day was it?")
    await house.period()
    await house.period()
    before = len(newest_upload(house))
    await send(ada, 1, "And where?")
    await aside(ada)
    assert await states(house, ada) == ["withdrawn", "withdrawn"]
    assert "Withdrawn: the case is set aside" in (await ada.get("/cases/1")).words
    await house.period()
    await house.period()
    assert await found_by(house, source) == ([], False, 0)
    assert len(newest_upload(house)) == before
    await aside(ada, "")
    await house.period()
    await house.period()
    assert await found_by(house, source) == (["Which day was it?", "And where?"], False, 1)
    assert await states(house, ada) == ["published", "published"]


async def test_neither_a_message_nor_a_restart_brings_it_back(house: House) -> None:
    """What the running desk had in memory, or reads again, does not undo what a member said."""
    await house.report(1, "x")
    await house.report(2, "another")
    ada = await house.officer()
    await aside(ada)
    await source_writes(house, 1, "There is more.")
    await house.period()
    assert [one.set_aside for one in sides(house)] == [True, False]
    await house.restart()
    assert [one.set_aside for one in house.desk.engine.state.ledger.conversations.values()] == [True, False]
    await aside(await house.officer(), "")
    await source_writes(house, 1, "And more.")
    assert [one.set_aside for one in sides(house)] == [False, False]


def sides(house: House) -> list[Any]:
    """The conversations as the vault has them, which are those of the running desk."""
    stored = list(load_ledger(house.room.vault).conversations.values())
    running = list(house.desk.engine.state.ledger.conversations.values())
    assert [one.set_aside for one in stored] == [one.set_aside for one in running]
    return stored


async def test_a_reply_is_refused_in_a_sentence(house: House) -> None:
    """The page has no box and says why, a preview that was open does too, and what was written is kept as the draft."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await ada.get("/cases/1")
    fields = {"seen": page.field("seen"), "base": page.field("base"), "writer": "ada", "text": "Which day?"}
    preview = await ada.post("/cases/1/reply", fields | {"act": "preview"})
    await aside(ada)
    page = await ada.post("/cases/1/reply", {"act": "send", "once": preview.field("once")})
    assert "nothing is posted to its source" in page.words
    assert page.status == 422
    assert 'name="text"' not in page.body
    assert "your draft waits" in page.words
    assert "unjunk" in (await ada.get("/cases/1/preview")).words
    assert await states(house, ada) == []
    await aside(ada, "")
    assert "Which day?" in (await ada.get("/cases/1")).body


async def test_it_asks_to_be_looked_at_again_and_deletes_nothing(house: House) -> None:
    """On its day; kept aside, it has as many days again."""
    house.desk.engine.settings = replace(house.desk.engine.settings, junk_days=2)
    await house.report(1, "x")
    ada = await house.officer()
    await aside(ada)
    assert "To be looked at again by" in (await ada.get("/?shelf=junk")).words
    for _ in range(2):
        await house.period()
    ada = await house.officer()
    page = await ada.get("/?shelf=junk")
    assert ">To be looked at again<" in page.body
    assert "To be looked at again by" not in page.words
    assert "Looked at: keep set aside" in page.words
    await aside(ada)
    assert "To be looked at again by" in (await ada.get("/?shelf=junk")).words
    assert "x" in (await ada.get("/cases/1")).words


async def test_cases_of_before_are_off_the_board_once_the_vault_is_brought_up_to_date(house: House) -> None:
    """Their days begin with that."""
    await house.report(1, "x")
    vault = house.room.vault
    with vault.writing() as connection:
        for name in ("junked", "boxes"):
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("DROP INDEX cases_box"))
        connection.execute(text("ALTER TABLE cases DROP COLUMN box"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0014'"))
        connection.execute(update(tables.cases).values(shelf="junk"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    with vault.writing() as connection:
        config.attributes.update(connection=connection, day=20_000)
        command.upgrade(config, "0015")
        command.stamp(config, "head")
    with vault.reading() as connection:
        assert connection.execute(select(tables.junked)).all() == [(1, 20_000)]
    assert [one.set_aside for one in load_ledger(vault).conversations.values()] == [True]
