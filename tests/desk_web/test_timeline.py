# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened in a case, on its page and by the command: in order, with the minute of officers' acts alone."""

import re

from journalist_ui.shapes.conversation import Show
from journalist_ui.shapes.timeline import TimelineLine
from journalist_ui.vault import audit
from journalist_ui.verbs import timeline
from journalist_ui.verbs.table import ask
from tests.desk_web.house import House, Officer
from tests.desk_web.test_casework import source_writes
from tests.desk_web.test_clocks import write


async def told(house: House, officer: Officer, case: int = 1, page: int = 0) -> tuple[TimelineLine, ...]:
    return (await ask(house.desk, officer.token, Show(case, page))).case.timeline


async def test_everything_that_changed_a_case_stands_there_in_order(house: House) -> None:
    """What the source sent by the day, what members did with the minute; no opening of the case or of its record."""
    for number in (1, 2):
        await house.report(number, "It was on Tuesday.")
    ada, bob = await house.officer(), await house.officer("bob")
    await ada.post("/cases/1/state", {"state": "assessing"})
    await bob.post("/cases/1/note", {"note": "Look here."})
    await ada.get("/audit?case=1")
    await write(house, ada, "Thank you.")
    await house.period()
    await source_writes(house, 1, "There is more.")
    await ada.post("/cases/1/decide", {"what": "referral", "answer": "no", "reason": "why"})
    await ada.post("/cases/1/link", {"other": "2", "reason": "same man"})
    await ada.post("/cases/1/outcome", {"kind": "recorded", "reason": "why"})
    found = await told(house, ada)
    assert [one.what for one in found] == [
        "The source sent the report",
        "ada marked the case as being assessed",
        "bob added a note",
        "ada wrote to the source",
        "The source sent message 2",
        "ada decided whether the case is referred: no",
        "ada set the outcome: recorded",
        "ada linked the case to case 2",
    ]
    assert {one.time for one in found if one.who == "source"} == {""}
    assert all(re.fullmatch("[0-2][0-9]:[0-5][0-9]", one.time) for one in found if one.who == "member")
    assert [one.by for one in found if one.who == "member"] == ["ada", "bob", "ada", "ada", "ada", "ada"]
    assert [one.day for one in found] == sorted(one.day for one in found)
    assert "ada linked the case to case 1" in [one.what for one in await told(house, bob, 2)]
    page = await ada.get("/cases/1")
    listed = re.findall(r"<li><span class=\"meta\">[^<]*</span> ([^<]*)</li>", page.body)
    assert listed == [one.what for one in reversed(await told(house, ada))]


async def test_a_page_shows_ten_lines_and_the_rest_on_request(house: House) -> None:
    """Without a script; and of a long history the newest, with where the rest stands."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    for number in range(12):
        await ada.post("/cases/1/tag", {"add": f"tag {number}"})
    page = await ada.get("/cases/1")
    first, more = page.body.partition('<ol class="timeline">')[2].split("<summary>Show all: 3 older lines</summary>")
    assert first.count("ada changed the tags") == 10
    assert more.count("ada changed the tags") == 2
    assert "The source sent the report" in more
    assert "as does what is older" not in page.words
    with house.room.vault.writing() as connection:
        for _ in range(timeline.MOST_ACTS):
            audit.record(connection, house.room.engine.day, "ada", "tags", case=1)
    page = await ada.get("/cases/1")
    assert "as does what is older" in page.words
    assert len(await told(house, ada, page=1)) <= timeline.MOST_ACTS + timeline.MOST_MESSAGES
    assert len(await told(house, ada)) > timeline.MOST_ACTS
