# SPDX-License-Identifier: AGPL-3.0-or-later
"""Printing is an act: the page that prints is there once its reason stands in the record of the case."""

import re

from journalist_ui.vault import tables
from journalist_ui.vault.database import write_meta
from tests.desk.acts import acts, holder_of
from tests.desk.room import PASSPHRASE, READER
from tests.desk_web.house import House


def printed(house: House, name: str = "ada") -> list[str]:
    """Why, as far as a member's record says."""
    found = acts(house.room.vault, holder_of(house.room.vault, name, PASSPHRASE))
    return [one.about for one in found if one.act == "print"]


async def test_a_reason_stands_in_the_record_and_nowhere_plain(house: House) -> None:
    """Sealed to the case: who opens it reads it, the desk's own files do not say it."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await ada.post("/cases/1/print", {"reason": "  for the  hearing\r\n"})
    assert (page.status, page.title) == (200, "Print case 1 - Unit desk")
    assert printed(house) == ["for the hearing"] == printed(house, "bob")
    assert "ada printed the case, because: for the hearing" in (await ada.get("/audit?case=1")).words
    with house.room.vault.reading() as connection:
        rows = connection.execute(tables.audit.select()).all()
    assert not any(b"hearing" in bytes(repr(row), "utf-8") for row in rows)


async def test_without_a_reason_nothing_prints(house: House) -> None:
    """Neither with none nor with one that is too long; the case's page says so, with what was typed."""
    await house.report(1, "x")
    ada = await house.officer()
    for reason in ("", "   ", "x" * 201):
        page = await ada.post("/cases/1/print", {"reason": reason})
        assert (page.status, "Nothing was printed." in page.words) == (422, True)
        assert f'name="reason" maxlength="200" autocomplete="off" value="{reason}" required' in page.body
        assert "data-printed" not in page.body
    assert printed(house) == []


async def test_only_who_opens_a_case_prints_it(house: House) -> None:
    """A reader does; an administrator who opens none, another's case and one before its declaration do not."""
    house.room.add("rob", READER)
    await house.report(1, "x")
    rob, eve = await house.officer("rob"), await house.officer("eve")
    assert (await rob.post("/cases/1/print", {"reason": "y"})).title == "Print case 1 - Unit desk"
    assert (await eve.post("/cases/1/print", {"reason": "y"})).status == 403
    assert (await rob.post("/cases/2/print", {"reason": "y"})).status == 404
    with house.room.vault.writing() as connection:
        write_meta(connection, "declaration", "asked")
    page = await rob.post("/cases/1/print", {"reason": "y"})
    assert "data-printed" not in page.body
    assert printed(house) == ["y"]


async def test_the_address_of_a_printed_page_prints_nothing(house: House) -> None:
    """It is the answer to a form: asked for by its address there is no such page."""
    await house.report(1, "x")
    ada = await house.officer()
    assert (await ada.get("/cases/1/print")).status == 405
    assert printed(house) == []


async def test_every_page_that_shows_a_case_prints_a_sentence_in_its_place(house: House) -> None:
    """Case, preview, inbox and search say so to the style sheet; the page that prints does not."""
    await house.report(1, "x")
    ada = await house.officer()
    await ada.post("/cases/1/reply", {"text": "y", "act": "draft", "seen": "0", "base": ""})
    for path in ("/", "/cases/1", "/cases/1/preview"):
        assert re.search(r"<body[^>]* data-unprinted", (await ada.get(path)).body), path
    assert "data-unprinted" in (await ada.post("/search", {"words": "x"})).body
    assert "data-unprinted" not in (await ada.post("/cases/1/print", {"reason": "y"})).body
