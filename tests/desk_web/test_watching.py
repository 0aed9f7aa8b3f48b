# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an open page learns by itself: who writes, what was added, how much is unread; asking is no activity."""

import json
from typing import Any

from journalist_ui.daemon.drafts import LATELY, TYPING
from journalist_ui.vault import tables
from tests.desk_web.house import IDLE, House, Officer
from tests.desk_web.test_drafts import hidden, write
from tests.desk_web.test_marks import preview, send
from tests.desk_web.test_together import source_writes


async def now(officer: Officer, query: str = "?case=1") -> dict[str, Any]:
    page = await officer.get(f"/now{query}", allow_redirects=False)
    assert page.status == 200
    assert page.headers["Content-Type"] == "application/json"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.cookies == []
    found = json.loads(page.body)
    assert isinstance(found, dict)
    return found


async def test_asking_keeps_no_session_open(house: House) -> None:
    """Asked all the time, the session ends when it would have; then it leads to the sign-in and takes no cookie."""
    await house.report(1, "x")
    ada = await house.officer()
    for _ in range(10):
        house.steady[0] += IDLE / 10 - 0.5
        assert (await now(ada))["unread"] == 1
    house.steady[0] += IDLE / 10 + 5
    page = await ada.get("/now?case=1", allow_redirects=False)
    assert (page.status, page.headers["Location"], page.cookies) == (303, "/sign-in", [])
    assert ada.token
    assert house.desk.sessions.count == 0


async def test_what_is_unread_is_counted_by_cases(house: House) -> None:
    """Each case once, however much stands in it; one that was read no more; nothing of cases that are closed to her."""
    await house.report(1, "x")
    await house.report(2, "y")
    await source_writes(house, "More.")
    ada = await house.officer()
    assert await now(ada, "") == {"unread": 2, "writing": [], "newest": 0}
    await ada.get("/cases/1")
    assert (await now(ada, ""))["unread"] == 1
    assert (await now(await house.officer("eve"), ""))["unread"] == 0
    with house.room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "ada"))
    assert (await now(ada, ""))["unread"] == 0


async def test_who_types_is_said_before_a_word_is_kept(house: House) -> None:
    """To colleagues alone, for as long as typing goes on; a draft that was kept is said for an hour."""
    await house.report(1, "x")
    ada, bob, moment = await house.officer(), await house.officer("bob"), [0.0]
    house.desk.drafts.clock = lambda: moment[0]
    assert (await now(ada, "?case=1&writing=yes"))["writing"] == []
    assert (await now(bob))["writing"] == ["ada"]
    moment[0] += TYPING
    assert (await now(bob))["writing"] == []
    await now(ada, "?case=1&writing=yes")
    await write(ada, "draft", "Begun.", hidden(await ada.get("/cases/1")))
    moment[0] += LATELY - 1
    assert (await now(bob))["writing"] == ["ada"]
    await write(ada, "draft", "", hidden(await ada.get("/cases/1")))
    assert (await now(bob))["writing"] == []


async def test_who_may_not_open_a_case_is_told_nothing_of_it(house: House) -> None:
    """Nor does anybody hear that they write there; a number that is none is no case."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    with house.room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "bob"))
    await now(ada, "?case=1&writing=yes")
    assert await now(bob, "?case=1&writing=yes") == {}
    assert (await now(ada))["writing"] == []
    assert await now(ada, "?case=99") == {}
    assert (await now(ada, "?case=-1"))["newest"] == 0


async def test_a_page_knows_how_far_it_was_drawn(house: House) -> None:
    """Case and preview carry the place of what stood there; whatever is added comes after it."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    for page in (await ada.get("/cases/1"), await preview(ada, "Thank you.")):
        drawn = int(page.body.partition('data-newest="')[2].partition('"')[0])
        assert (await now(ada))["newest"] == drawn
    await send(bob, await preview(bob, "I came first."))
    assert (await now(ada))["newest"] > drawn
    shown = await send(ada, page)
    assert '<section class="amber"' in shown.body
    assert "bob wrote to the source" in shown.words
    assert 'href="#send"' in shown.body
    assert 'id="send"' in shown.body
