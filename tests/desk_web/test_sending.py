# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sending as one moment: what the source wrote last beside what goes, when it can be read, which case comes next."""

import asyncio

from journalist_ui.vault import tables
from journalist_ui.words.lengths import length
from tests.desk.room import entropy
from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_marks import preview, send
from tests.desk_web.test_together import shows, source_writes

TEXT = "Thank you. Which day was it?"


async def test_the_source_s_last_words_stand_beside_the_text(house: House) -> None:
    """The newest message, not the report; where it was added meanwhile it stands once; whoever looks is in the log."""
    await house.report(1, "The first of all.")
    ada = await house.officer()
    await source_writes(house, "Then a second.")
    before = shows(house)
    page = await preview(ada, TEXT)
    assert "What the source wrote last" in page.words
    assert page.words.index("Then a second.") < page.words.index(TEXT)
    assert "The first of all." not in page.words
    # Once for the case, once for the preview.
    assert shows(house) == before + 2
    await source_writes(house, "And a third.")
    page = await ada.get("/cases/1/preview")
    assert page.words.count("And a third.") == 1
    assert "What the source wrote last" not in page.words


async def test_the_preview_says_how_long_it_is_and_when_it_can_be_read(house: House) -> None:
    """In words and to the minute; with texts that are not read yet, over how many batches it arrives."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await preview(ada, TEXT)
    assert "Short. Leaves by " in page.words
    assert "they can read it from then" in page.words
    page = await preview(ada, "x " * 2_600)
    assert "Long. Leaves by " in page.words
    await send(ada, page)
    assert "Long: arrives over 2 batches. Leaves by " in (await preview(ada, "y " * 2_600)).words
    assert [length(parts, 1) for parts in (1, 2, 3, 5, 6, 8)] == [
        "Short",
        "Short",
        "Middling",
        "Middling",
        "Long",
        "Long",
    ]


async def test_after_sending_comes_the_case_that_waits_longest(house: House) -> None:
    """Of the member's other cases whose source wrote last, and the link has the focus; none that is answered, none that
    is closed to them; said once."""
    for number in (1, 2, 3):
        await house.report(number, f"report {number}")
    # The first source writes again: its case waits for a shorter time than the second.
    await source_writes(house, "More.")
    ada = await house.officer()
    page = await send(ada, await preview_of(ada, 3))
    assert 'Next to answer: <a href="/cases/2" autofocus>case 2</a>' in page.body
    assert "Next to answer" not in (await ada.get("/cases/3")).body
    page = await send(ada, await preview_of(ada, 2))
    assert 'href="/cases/1" autofocus' in page.body
    with house.room.vault.writing() as connection:
        mine = (tables.case_keys.c.member == "bob") & (tables.case_keys.c.number == 1)
        connection.execute(tables.case_keys.delete().where(mine))
    await source_writes(house, "And more.")
    await asyncio.to_thread(house.room.report, entropy(2), "Again.")
    await house.desk.engine.sync()
    bob = await house.officer("bob")
    page = await send(bob, await preview_of(bob, 2))
    assert "Nothing else of yours is to answer." in page.words


async def preview_of(officer: Officer, case: int) -> Page:
    page = await officer.get(f"/cases/{case}")
    fields = {name: page.field(name) for name in ("seen", "base", "writer")} | {"text": TEXT, "act": "preview"}
    found = await officer.post(f"/cases/{case}/reply", fields)
    assert found.title == f"Preview for case {case} - Unit desk"
    return found
