# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages show to each of the five roles."""

import asyncio
import re

from journalist_ui.daemon.recovery import print_sheets
from journalist_ui.people import steps
from journalist_ui.people.sheets import SheetKind
from journalist_ui.shapes.upkeep import Sync
from journalist_ui.vault.roles import SHEETS
from journalist_ui.verbs.table import ask
from tests.desk.room import READER, entropy
from tests.desk_web.house import ORIGIN, House


async def test_a_reader_reads_and_has_no_box(house: House) -> None:
    """rita sees a case's words and no form but the lock; what she posts is refused, also from a page of a session that
    is over."""
    house.room.add("rita", READER)
    await house.report(1, "It was on Tuesday.")
    rita = await house.officer("rita")
    page = await rita.get("/cases/1")
    assert "It was on Tuesday." in page.words
    assert "You read this case." in page.words
    assert re.findall(r'<form[^>]*action="([^"]*)"', page.body) == [
        "/lock",
        "/cases/1/urgent",
        "/cases/1/print",
        "/cases/1/declare",
    ]
    assert "Share" not in (await rita.get("/members")).words
    for path, fields in (
        ("/cases/1/reply", {"text": "x", "act": "draft"}),
        ("/cases/1/reply", {"text": "x", "act": "send", "once": "1" * 32}),
        ("/cases/1/note", {"note": "x"}),
        ("/cases/1/tag", {"add": "x"}),
        ("/cases/1/assign", {"to": "rita"}),
        ("/cases/1/exclude", {"member": "ada", "sure": "yes", "reason": "x"}),
        ("/shelve", {"case": "1", "to": "junk"}),
        ("/cases/1/state", {"state": "assessing"}),
        ("/flood/take", {"case": "1"}),
        ("/flood/move", {"to": "junk", "which": "all"}),
        ("/members/share", {"name": "bob", "sure": "yes"}),
    ):
        answer = await rita.post(path, fields)
        assert answer.status == 403, path
        assert "Only a member with the role investigator or supervisor may do this." in answer.words
    form = page.field("csrf")
    await rita.post("/lock")
    late = {"csrf": form, "text": "x", "act": "draft", "writer": "rita"}
    await rita.send("POST", "/cases/1/reply", data=late, headers=ORIGIN)
    assert house.draft("rita") is None


async def test_who_opens_no_case_is_told_rounded_numbers_of_texts(house: House) -> None:
    """On the status page too; whoever opens cases sees them as they are."""
    await house.report(1, "It was on Tuesday.")
    ada, eve = await house.officer("ada"), await house.officer("eve")
    page = await ada.get("/cases/1")
    fields = {"seen": page.field("seen"), "base": page.field("base"), "writer": "ada", "text": "Which day?"}
    await ada.post("/cases/1/reply", fields | {"act": "draft"})
    once = (await ada.get("/cases/1/preview")).field("once")
    page = await ada.post("/cases/1/reply", {"act": "send", "once": once})
    assert page.url == "/cases/1?done=sent", page.words
    await house.desk.engine.sync()
    exact, rounded = (await ada.get("/status")).words, (await eve.get("/status")).words
    line = next(one for one in exact.splitlines() if " waiting, " in one)
    assert re.search(r"\b1 (waiting|published), .* given up$", line), line
    assert re.search(r"\b0 waiting, 0 published, 0 read, 0 given up; each number is rounded", rounded)


async def test_who_opens_no_case_is_not_told_that_one_came(house: House) -> None:
    """Collecting says the same with a report and without; by the command the number is rounded."""
    ada, eve = await house.officer("ada"), await house.officer("eve")
    said = []
    for number in (1, 2):
        if number == 2:
            await asyncio.to_thread(house.room.report, entropy(number), "It was on Tuesday.")
        page = await eve.post("/collect")
        said.append(page.words)
    assert said[0] == said[1]
    assert "Collected.\n" in said[0]
    await asyncio.to_thread(house.room.report, entropy(3), "And on Friday.")
    assert (await ask(house.desk, eve.token, Sync())).new == 0
    await asyncio.to_thread(house.room.report, entropy(4), "And on Sunday.")
    assert (await ask(house.desk, ada.token, Sync())).new == 1


async def test_recovery_sheets_stand_apart_from_the_members(house: House) -> None:
    """The page says whether there are any and what they do; older cases are shared with them as with anybody; removed,
    they are gone."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer("ada")
    assert "No recovery sheets are in force." in (await ada.get("/members")).words
    step = steps.sheets(SheetKind.CASES, bytes.fromhex(print_sheets("cases").public))
    with house.room.vault.writing() as connection:
        steps.put_sheets(connection, SHEETS, step, house.room.engine.day, 1)
    page = await ada.get("/members")
    assert "Recovery sheets (cases), of " in page.words
    assert "who also reads each case that is wrapped to the sheets" in page.words
    assert "Share 1 case with the recovery sheets" in page.words
    assert "Share this case with the recovery sheets" in (await ada.get("/cases/1")).words
    await ada.post("/members/share", {"name": SHEETS, "sure": "yes"})
    assert "with the recovery sheets" not in (await ada.get("/members")).words
    assert "Remove the recovery sheets?" in (await ada.post("/members/remove", {"name": SHEETS})).words
    await ada.post("/members/remove", {"name": SHEETS, "sure": "yes"})
    assert "No recovery sheets are in force." in (await ada.get("/members")).words
