# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was taken back stays gone: past a restored backup, and out of the flood box."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from dropbox.protocol.body import WITHDRAWN, Report, encode_body
from dropbox.protocol.constants import CONTACT
from journalist_ui.vault import tables
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.flood import FLOOD_AFTER
from tests.desk.people import people_of
from tests.desk.room import Room, entropy
from tests.desk.test_holdings import backed_up, held, restored

FIELD = bytes(range(240)) * 9
"""Of the size of one: whether it opens is asked of nobody here."""
assert len(FIELD) == CONTACT


def sends(room: Room, source: bytes, text: str, contact: bytes) -> None:
    room.service.send(source, "north", encode_body(Report(text, contact=contact)))


def states(room: Room) -> dict[str, int]:
    """How many messages brought contact details of each state, and how many bytes of them there are."""
    with room.vault.reading() as connection:
        rows = connection.execute(select(tables.contacts.c.state, tables.contacts.c.sealed)).all()
    return {row.state: len(row.sealed) for row in rows}


def test_what_was_taken_back_is_gone_from_a_restored_backup(room: Room, tmp_path: Path) -> None:
    """Although the withdrawal is no more in what the service serves; details of other days stay."""
    source = room.report(entropy(9), "First.")
    sends(room, source, "How to reach me.", FIELD)
    backup = backed_up(room, tmp_path / "backups")
    assert set(states(room)) == {"left"}
    sends(room, source, "", WITHDRAWN)
    asyncio.run(room.engine.sync())
    assert set(states(room)) == {"withdrawn", "withdrawal"}
    known = held(room)
    restored(room, backup, None)
    assert set(states(room)) == {"left"}
    restored(room, backup, known)
    assert states(room) == {"withdrawn": 0}


@pytest.mark.usefixtures("brief_stretch")
@pytest.mark.parametrize("taken_back", [False, True])
async def test_a_case_taken_out_of_the_flood_box_keeps_what_its_messages_brought(room: Room, taken_back: bool) -> None:
    """Sealed to its new key with the rest, so that the message is proved still; or gone, and named as that anew."""
    with room.vault.writing() as connection:
        write_meta(connection, FLOOD_AFTER, 1)
    for number in (1, 2):
        source = await asyncio.to_thread(room.report, entropy(number), "First.")
        await asyncio.to_thread(sends, room, source, "How to reach me.", FIELD)
        if taken_back:
            await asyncio.to_thread(sends, room, source, "", WITHDRAWN)
    async with people_of(room) as people:
        await people.login("ada")
        await room.engine.sync()
        await people.ask("ada", "flood", "declare")
        (boxed,) = (await people.ask("ada", "flood", "list"))["cases"]
        await people.ask("ada", "flood", "take", boxed["case"])
        shown = await people.ask("ada", "show", boxed["case"])
    assert shown["contact"] == ("withdrawn" if taken_back else "left")
    (brought,) = [one for one in shown["messages"] if one["text"] == "How to reach me."]
    assert brought.get("proof", "") == ("erased" if taken_back else "")
