# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member sets for themselves, through the pages."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from journalist_ui.shapes.cases import Cases
from journalist_ui.verbs.cases import cases
from tests.desk.relay import Relay, running_relay
from tests.desk_web.house import House
from tests.desk_web.test_watching import now


@pytest.fixture
def relay() -> Iterator[Relay]:
    with running_relay() as found:
        yield found


async def test_reminders_are_set_tried_and_ended(house: House, relay: Relay) -> None:
    """The page says at which hours, who can read them, and what was done; a try is offered once it can be made."""
    ada = await house.officer()
    page = await ada.get("/settings")
    assert "This desk sends no reminders" in page.words
    assert "to try it" not in page.words
    settings = house.desk.engine.settings
    house.desk.engine.settings = replace(
        *(settings,),
        reminder_hours=("16:00", "07:30"),
        reminder_from="notice@unit.example",
        reminder_relay=relay.address,
    )
    page = await ada.post("/settings/reminders", {"to": " ada@unit.example "})
    assert "at 07:30 and 16:00 UTC, every day" in page.words
    assert "Your reminders go there from now on" in page.words
    assert 'value="ada@unit.example"' in page.body
    assert "Look whether it arrives." in (await ada.post("/settings/reminder-try")).words
    assert [to for to, _ in relay.mails] == ["ada@unit.example"]
    relay.refuses.add("ada@unit.example")
    page = await ada.post("/settings/reminder-try")
    assert (page.status, "(relay-refused)" in page.words) == (422, True)
    page = await ada.post("/settings/reminders", {"to": ""})
    assert "No reminder goes to you any more." in page.words
    page = await ada.post("/settings/reminder-try")
    assert (page.status, "You gave no address" in page.words) == (422, True)


async def test_an_address_that_is_none_is_said_and_stays_in_its_box(house: House) -> None:
    """Inert, and nothing is kept of it."""
    ada = await house.officer()
    page = await ada.post("/settings/reminders", {"to": '"><script>x</script>@unit.example'})
    assert page.status == 422
    assert "one address of mail" in page.words
    assert "<script>x" not in page.body
    assert page.title == "Problem: your settings - Unit desk"
    assert 'name="to" value=""' in (await ada.get("/settings")).body


async def test_nobody_sees_where_anothers_go(house: House) -> None:
    """Each has a page of their own; the list of members holds no address."""
    ada, bob = await house.officer(), await house.officer("bob")
    await ada.post("/settings/reminders", {"to": "ada@unit.example"})
    for path in ("/settings", "/members", "/audit", "/status"):
        assert "ada@unit.example" not in (await bob.get(path)).body


async def test_a_desk_may_leave_the_count_out_of_titles(house: House) -> None:
    """By a setting: then an open page is told that nothing is unread."""
    await house.report(1, "x")
    ada = await house.officer()
    assert (await now(ada))["unread"] == 1
    house.desk.engine.settings = replace(house.desk.engine.settings, title_count=False)
    assert (await now(ada))["unread"] == 0


async def test_beginnings_of_reports_are_turned_off_for_one_member(house: House) -> None:
    """In inbox, search and the command's list; the others see them as before, and it outlives session and restart."""
    await house.report(1, "Something about a custody suite.", categories=("discrimination",))
    ada = await house.officer()
    assert "custody suite" in (await ada.get("/")).words
    page = await ada.post("/settings/excerpts", {"excerpts": "off"})
    assert "Lists do not show you how reports begin any more." in page.words
    await house.restart()
    ada, bob = await house.officer(), await house.officer("bob")
    page = await ada.get("/")
    assert "custody suite" not in page.words
    assert "No words." not in page.words
    assert "Case 1" in page.words
    assert "Discrimination" in page.words
    assert "custody suite" not in (await ada.post("/search", {"words": "custody"})).words
    asked = asyncio.to_thread(cases, house.desk, house.session_of(ada).session, Cases())
    assert [one.excerpt for one in (await asked).cases] == [""]
    assert "custody suite" in (await bob.get("/")).words
    assert "custody suite" in (await ada.get("/cases/1")).words
    await ada.post("/settings/excerpts", {"excerpts": "on"})
    assert "custody suite" in (await ada.get("/")).words
    assert "ada had lists show them no beginnings of reports" in (await ada.get("/audit")).words


async def test_who_opens_no_case_has_no_such_setting(house: House) -> None:
    """Neither on the page nor by its form."""
    eve = await house.officer("eve")
    assert "Beginnings of reports" not in (await eve.get("/settings")).words
    assert (await eve.post("/settings/excerpts", {"excerpts": "off"})).status == 403
