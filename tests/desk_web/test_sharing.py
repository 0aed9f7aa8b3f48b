# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting others open cases, and removing a member: each asks first, and says of how many cases."""

import pytest

from journalist_ui.vault import tables
from tests.desk_web.house import House, Officer, Page


async def closed_to_bob(house: House, *numbers: int) -> Officer:
    """Three cases, of which these are not bob's; ada."""
    for number in (1, 2, 3):
        await house.report(number, f"report {number}")
    with house.room.vault.writing() as connection:
        keys = tables.case_keys
        connection.execute(keys.delete().where(keys.c.member == "bob", keys.c.number.in_(numbers)))
    return await house.officer()


def answer(page: Page, **more: str) -> dict[str, str]:
    """What the question's own form posts."""
    names = ("name", "agreed", "sure", *(("case",) if 'name="case"' in page.body else ()))
    return {name: page.field(name) for name in names} | more


async def mine(house: House, name: str) -> set[int]:
    with house.room.vault.reading() as connection:
        keys = tables.case_keys
        return {row.number for row in connection.execute(keys.select().where(keys.c.member == name))}


async def test_sharing_all_asks_with_the_number(house: House) -> None:
    """One press shares nothing; the question counts; the button goes where nothing is left to share."""
    ada = await closed_to_bob(house, 1, 2)
    assert "Share 2 cases with bob" in (await ada.get("/members")).words
    page = await ada.post("/members/share", {"name": "bob"})
    assert "Share 2 cases with bob?" in page.words
    assert "No other case of this desk stays closed to them." in page.words
    assert await mine(house, "bob") == {3}
    page = await ada.post("/members/share", answer(page))
    assert page.url == "/members?done=shared"
    assert await mine(house, "bob") == {1, 2, 3}
    assert "/members/share" not in page.body
    page = await ada.post("/members/share", {"name": "bob"})
    assert "Nothing is left to share." in page.words
    assert 'class="main"' not in page.body


async def test_one_case_is_shared_from_its_page(house: House) -> None:
    """It asks, says what stays closed, and opens that case alone."""
    ada = await closed_to_bob(house, 1, 2)
    assert "Share this case with bob" in (await ada.get("/cases/2")).words
    assert "Share this case with" not in (await ada.get("/cases/3")).words
    page = await ada.post("/members/share", {"name": "bob", "case": "2"})
    assert "Share case 2 with bob?" in page.words
    assert "1 other case of this desk stays closed to them" in page.words
    assert await mine(house, "bob") == {3}
    page = await ada.post("/members/share", answer(page))
    assert page.url == "/cases/2?done=shared-one"
    assert await mine(house, "bob") == {2, 3}


async def test_more_than_was_agreed_to_is_not_shared(house: House) -> None:
    """A report came between the question and the answer."""
    ada = await closed_to_bob(house, 1)
    page = await ada.post("/members/share", {"name": "bob"})
    with house.room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "bob"))
    page = await ada.post("/members/share", answer(page))
    assert (page.status, "Nothing was shared" in page.words) == (422, True)
    assert await mine(house, "bob") == set()


@pytest.mark.parametrize("case", ["1", "77"])
async def test_nobody_shares_what_they_cannot_open(house: House, case: str) -> None:
    """A case that is closed to bob, and a number that was never given, look alike to him."""
    await closed_to_bob(house, 1)
    bob = await house.officer("bob")
    for more in ({}, {"sure": "yes"}):
        page = await bob.post("/members/share", {"name": "ada", "case": case} | more)
        assert page.status == 404


async def test_removing_says_what_goes(house: House) -> None:
    """How many cases they can open, and how many nobody else can."""
    ada = await closed_to_bob(house, 1)
    page = await ada.post("/members/remove", {"name": "bob"})
    assert "They can open 2 cases." in page.words
    assert "somebody else too" in page.words
    with house.room.vault.writing() as connection:
        keys = tables.case_keys
        connection.execute(keys.delete().where(keys.c.member == "ada", keys.c.number == 3))
    page = await ada.post("/members/remove", {"name": "bob"})
    assert "1 case stays closed for good" in page.words
