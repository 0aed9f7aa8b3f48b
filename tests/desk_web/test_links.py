# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together: whoever opens both sees it; to whoever opens one there is no sign of it."""

import asyncio

import pytest
from sqlalchemy import insert, select, update

from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.links import holding, read_links
from journalist_ui.shapes.audit import Audit
from journalist_ui.shapes.cases import Cases
from journalist_ui.vault import audit, tables
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.evidence import LINK
from journalist_ui.vault.sealing import link_info, linked_info
from journalist_ui.verbs.table import ask
from tests.desk.acts import holder_of
from tests.desk.people import people_of
from tests.desk.room import PASSPHRASE, SUPERVISOR, Room, entropy
from tests.desk_web.house import House, Officer

WHY = {"other": "2", "reason": "The same sergeant"}


async def seen(house: House, officer: Officer) -> list[str]:
    """All that the pages and verbs tell a member, without their own looking."""
    await officer.get("/cases/1")
    pages = [(await officer.get(path)).body for path in ("/cases/1", "/cases/2", "/", "/?shelf=closed")]
    pages += [(await officer.post("/search", {"words": word})).body for word in ("sergeant", "linked")]
    for asked in (Audit(), Audit(1)):
        acts = (await ask(house.desk, officer.token, asked)).lines
        pages += [str(one) for one in acts if one.act not in ("show", "audit read")]
    return [*pages, str((await ask(house.desk, officer.token, Cases())).cases)]


async def test_whoever_opens_both_sees_it_at_both_ends(house: House) -> None:
    """With who, when and why; a link is made once, taken back once, and made again."""
    for number in (1, 2, 3):
        await house.report(number, f"Report {number}.")
    ada, bob = await house.officer(), await house.officer("bob")
    page = await ada.post("/cases/1/link", WHY)
    assert "The cases are linked." in page.words
    for number, other in ((1, 2), (2, 1)):
        page = await bob.get(f"/cases/{number}")
        assert f'<a href="/cases/{other}">Case {other}</a>, ada, ' in page.body
        assert "The same sergeant" in page.words
    assert "The same sergeant" not in (await bob.get("/cases/3")).words
    for path, fields in (
        ("/cases/1/link", WHY),
        ("/cases/2/link", WHY | {"other": "1"}),
        ("/cases/1/link", WHY | {"other": "1"}),
        ("/cases/1/link", WHY | {"other": "3", "reason": " "}),
        ("/cases/1/link", WHY | {"other": "3", "reason": "x" * 1_001}),
        ("/cases/1/link", WHY | {"other": "3", "undo": "yes"}),
        ("/cases/1/link", WHY | {"other": "none"}),
    ):
        assert (await ada.post(path, fields)).status == 422, fields
    page = await bob.post("/cases/2/link", {"other": "1", "reason": "Another one", "undo": "yes"})
    assert "The link is taken back." in page.words
    assert 'href="/cases/2">Case 2</a>, ada' not in (await ada.get("/cases/1")).body
    assert (await ada.post("/cases/1/link", WHY)).status == 200
    with house.room.vault.reading() as connection:
        assert audit.first_break(connection) == 0
        assert set(connection.execute(select(tables.audit.c.member)).scalars()) == {""}


@pytest.mark.parametrize("kept", ["excluded", "undeclared"])
async def test_whoever_is_kept_from_one_sees_no_sign_of_it(house: House, kept: str) -> None:
    """A supervisor, who reads the desk's own record too: every page, list, search, record and number is to the letter
    what it was before, and the other case's number is told as one that nobody has."""
    house.room.add("sue", SUPERVISOR)
    for number in (1, 2):
        await house.report(number, f"Report {number}.")
    ada = await house.officer()
    if kept == "excluded":
        await ada.post("/cases/2/exclude", {"member": "sue", "sure": "yes", "reason": "Named in it."})
    sue = await house.officer("sue")
    if kept == "undeclared":
        with house.room.vault.writing() as connection:
            write_meta(connection, "declaration", "asked")
        await sue.post("/cases/1/declare", {"conflict": "none"})
        for number in (1, 2):
            await ada.post(f"/cases/{number}/declare", {"conflict": "none"})
    before = await seen(house, sue)
    await ada.post("/cases/1/link", WHY)
    assert "The same sergeant" in (await ada.get("/cases/1")).words
    assert await seen(house, sue) == before
    if kept == "excluded":
        refused = [await sue.post("/cases/1/link", {"other": other, "reason": "x"}) for other in ("2", "7")]
        assert refused[0].status == refused[1].status == 422
        assert refused[0].body == refused[1].body.replace('value="7"', 'value="2"')
        assert (await sue.post("/cases/2/link", {"other": "1", "reason": "x"})).status == 404
    await ada.post("/cases/1/link", {"other": "2", "reason": "No more", "undo": "yes"})
    assert await seen(house, sue) == before


async def test_a_sign_would_be_seen(house: House) -> None:
    """The comparison above notices what a member who opens both is told."""
    for number in (1, 2):
        await house.report(number, f"Report {number}.")
    ada, bob = await house.officer(), await house.officer("bob")
    before = await seen(house, bob)
    await ada.post("/cases/1/link", WHY)
    assert await seen(house, bob) != before


async def test_one_key_opens_no_word_of_it(house: House) -> None:
    """Nor does the log say who or which; a row of another case, or one that the log does not hold, passes for none."""
    for number in (1, 2, 3):
        await house.report(number, f"Report {number}.")
    ada = await house.officer()
    await ada.post("/cases/1/link", WHY)
    holder = holder_of(house.room.vault, "ada", PASSPHRASE)
    rows = tables.links
    with house.room.vault.writing() as connection:
        first, second, third = (open_case(connection, holder, number) for number in (1, 2, 3))
        sealed = connection.execute(select(rows.c.sealed).where(rows.c.number == 1)).scalar_one()
        outer = first.key.open(sealed, link_info(1))
        assert outer.startswith(u32(2))
        assert b"sergeant" not in outer
        with pytest.raises(NotForThisKey):
            first.key.open(outer[4:], linked_info(1, 2))
        logged = connection.execute(select(tables.audit).where(tables.audit.c.act == LINK)).one()
        assert (logged.number, logged.member, logged.key) == (0, "", None)
        plain = second.key.open(outer[4:], linked_info(1, 2))
        # Of other cases: the words say which two they link.
        inner = hpke_seal(third.key.public, plain, linked_info(1, 3))
        moved = hpke_seal(first.key.public, u32(3) + inner, link_info(1))
        connection.execute(insert(rows).values(id=5, number=1, sealed=moved))
        assert [one.other for one in holding(read_links(connection, holder, first))] == [2]
        connection.execute(update(tables.audit).where(tables.audit.c.act == LINK).values(about="link of another"))
    page = await ada.get("/cases/1")
    assert "Not proved to be made at this desk." in page.words


async def test_links_by_commands(house: House) -> None:
    """``link`` and ``unlink``, and what ``show`` prints of them."""
    room: Room = house.room
    for number in (1, 2):
        await asyncio.to_thread(room.report, entropy(number), f"Report {number}.")
    await room.engine.sync()
    async with people_of(room) as people:
        await people.login("ada", PASSPHRASE)
        assert await people.ask("ada", "link", 1, 2, "--reason", "same \x1b[31mman") == {
            "case": 1,
            "other": 2,
            "linked": True,
        }
        (found,) = (await people.ask("ada", "show", 2))["links"]
        assert (found["case"], found["by"], found["reason"]) == (1, "ada", "same \x1b[31mman")
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert "Linked to case 2, ada, " in words
        assert "same ⟦U+001B⟧[31mman" in words
        assert "linked already" in await people.refused("ada", "link", 2, 1, "--reason", "x")
        assert "no case of that number" in await people.refused("ada", "link", 1, 9, "--reason", "x")
        assert not (await people.ask("ada", "unlink", 2, 1, "--reason", "wrong"))["linked"]
        assert "links" not in await people.ask("ada", "show", 1)
