# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was done, on a page and by the command's verb: each session sees what is its member's to know, and no more."""

import re

from sqlalchemy import delete, select

from journalist_ui.casework.audit import PAGE, READ
from journalist_ui.shapes.audit import Audit, AuditLine
from journalist_ui.vault import audit, tables
from journalist_ui.verbs.table import ask
from tests.desk.acts import acts, holder_of
from tests.desk.forging import alter
from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, Officer, Page


async def lines(officer: Officer, case: int | None = None) -> list[AuditLine]:
    """As the command gets them."""
    return list((await ask(officer.house.desk, officer.token, Audit(case))).lines)


def close_to(house: House, name: str, case: int) -> None:
    """The member opens that case no more."""
    keys = tables.case_keys
    with house.room.vault.writing() as connection:
        connection.execute(delete(keys).where(keys.c.number == case, keys.c.member == name))


def add_acts(house: House, case: int, count: int) -> None:
    with house.room.vault.writing() as connection:
        for _ in range(count):
            audit.record(connection, house.room.engine.day, "ada", "show", case=case)


def said(page: Page) -> list[str]:
    """The rows of the table, each in its words."""
    rows = re.findall(r'<tr role="row">(.*?)</tr>', page.body.partition("<tbody")[2], re.S)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]


async def test_what_was_done_is_listed_newest_first(house: House) -> None:
    """With who, what, the minute and the case; that it was looked at is the newest row, noted once a day."""
    await house.report(1, "x")
    ada = await house.officer()
    await ada.get("/cases/1")
    await ada.post("/cases/1/state", {"state": "assessing"})
    page = await ada.get("/audit")
    assert page.title == "Record - Unit desk"
    now = said(page)
    assert now[0].endswith("None ada looked at the record of what was done")
    # Marking it leads back to the case.
    assert now[1].endswith("Case 1 ada opened the case")
    assert now[2].endswith("Case 1 ada marked the case as being assessed")
    assert any(row.endswith("None ada signed in") for row in now)
    minute = int(house.room.clock()) % 86_400 // 60
    assert f", {minute // 60:02d}:{minute % 60:02d} UTC" in now[1]
    assert said(await ada.get("/audit")) == now
    assert [one.act for one in await lines(ada)][:3] == [READ, "show", "state assessing"]


async def test_a_case_has_its_own_list(house: House) -> None:
    """Reached from the case; only its own acts stand there, and looking at it is one."""
    await house.report(1, "x")
    await house.report(2, "y")
    ada = await house.officer()
    case = await ada.get("/cases/2")
    assert '<a href="/audit?case=2">' in case.body
    page = await ada.get("/audit?case=2")
    assert page.title == "Record of case 2 - Unit desk"
    assert [row.partition("UTC ")[2] for row in said(page)] == [
        "ada looked at the record of what was done",
        "ada opened the case",
    ]
    assert {one.case for one in await lines(ada, 2)} == {2}


async def test_nothing_tells_of_a_case_that_is_not_open_to_whoever_looks(house: House) -> None:
    """Neither page nor command nor any count: whether one thing or hundreds were done in it, they are the same; and its
    own list is no other than that of a case that is not there."""
    await house.report(1, "x")
    await house.report(2, "y")
    close_to(house, "bob", 1)
    bob = await house.officer("bob")
    await bob.get("/cases/2")
    before, answered = (await bob.get("/audit")).body, await lines(bob)
    assert {one.case for one in answered} == {2}
    add_acts(house, 1, 2 * PAGE)
    assert (await bob.get("/audit")).body == before
    assert await lines(bob) == answered
    there, not_there = await bob.get("/audit?case=1"), await bob.get("/audit?case=77")
    assert there.status == not_there.status == 404
    assert there.body == not_there.body
    assert "Page 1 of" in (await (await house.officer()).get("/audit")).words


async def test_who_administers_alone_sees_what_was_done_about_the_desk(house: House) -> None:
    """And nothing of any case; who investigates alone sees nothing about the desk, not even their own sign-in."""
    await house.report(1, "x")
    await (await house.officer()).get("/cases/1")
    eve, bob = await house.officer("eve"), await house.officer("bob")
    await bob.get("/cases/1")
    hers, his = await lines(eve), await lines(bob)
    assert {one.case for one in hers} == {0}
    assert {"login", READ} <= {one.act for one in hers}
    assert {one.member for one in hers} >= {"ada", "eve", "bob"}
    assert {one.case for one in his} == {1}
    assert {one.act for one in his} == {"show"}
    assert "and about the desk" in (await eve.get("/audit")).words
    assert "and about the desk" not in (await bob.get("/audit")).words
    assert (await eve.get("/audit?case=1")).status == 404


async def test_many_acts_are_shown_by_pages(house: House) -> None:
    """A hundred a page, each act on one; a page that there is not is the last; reading on moves nothing."""
    await house.report(1, "x")
    add_acts(house, 1, 2 * PAGE + 20)
    ada = await house.officer()
    pages = [await ada.get(f"/audit?case=1&page={page}") for page in (1, 2, 3, 9)]
    # Whoever hears the page tells its two lists of pages apart.
    named = re.findall(r'<nav class="pages" aria-label="([^"]*)"', pages[0].body)
    assert len(named) == len(set(named)) == 2
    assert [len(said(page)) for page in pages] == [PAGE, PAGE, 21, 21]
    assert "Page 3 of 3" in pages[3].words
    assert 'href="/audit?case=1&amp;page=2"' in pages[0].body
    assert len(await lines(ada, 1)) == 2 * PAGE + 21


async def test_what_is_sealed_to_others_says_the_day_alone(house: House) -> None:
    """An administrator to whom nobody let what was done before open: the row stands there, without its words."""
    await house.report(1, "x")
    with house.room.vault.writing() as connection:
        connection.execute(delete(tables.audit_readers).where(tables.audit_readers.c.member == "eve"))
    eve = await house.officer("eve")
    found = await lines(eve)
    closed = [one for one in found if not one.open]
    assert closed
    assert {(one.time, one.member, one.act, one.about, one.case) for one in closed} == {("", "", "", "", 0)}
    assert "Something was done about the desk whose detail is not open to you" in (await eve.get("/audit")).words


async def test_looking_is_a_row_of_the_log(house: House) -> None:
    """Of the case, for whoever opens that, or about the desk; noted before anything is shown."""
    await house.report(1, "x")
    bob = await house.officer("bob")
    await bob.get("/audit?case=1")
    await bob.get("/audit")
    found = acts(house.room.vault, holder_of(house.room.vault, "ada", PASSPHRASE))
    assert [one.member for one in found if one.act == READ] == ["bob", "bob"]
    with house.room.vault.reading() as connection:
        rows = tables.audit.c
        newest = connection.execute(select(rows.number).order_by(rows.seq.desc()).limit(2)).scalars().all()
    assert newest == [0, 1]


async def test_a_link_stands_on_every_page(house: House) -> None:
    """For every member; the page itself is marked as the present one."""
    for name in ("ada", "bob", "eve"):
        officer = await house.officer(name)
        assert '<a href="/audit" >Record</a>' in (await officer.get("/")).body
        assert '<a href="/audit" aria-current="page">Record</a>' in (await officer.get("/audit")).body


async def test_the_record_is_checked_by_its_page(house: House) -> None:
    """It holds; a row that was altered behind the desk's back is named, with what to do."""
    await house.report(1, "x")
    ada = await house.officer()
    await ada.get("/cases/1")
    await house.period()
    await house.period()
    page = await ada.get("/audit/check")
    assert (page.status, page.title) == (200, "Record checked - Unit desk")
    assert "The audit log holds through" in page.words
    with house.room.vault.reading() as connection:
        rows = tables.audit.c
        at = connection.execute(select(rows.seq).where(rows.number == 1).order_by(rows.seq)).scalars().first()
    assert at is not None
    alter(house.room.vault, at)
    page = await ada.get("/audit/check")
    assert page.title == "Problem: record - Unit desk"
    assert f"row {at} of" in page.words
    assert "Keep the disk and every backup as they are" in page.words
    assert "The audit log is not the one that was published" in page.words
