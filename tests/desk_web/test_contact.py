# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details on the pages: the key's birth, asking, two custodians who approve, reading what they opened."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dropbox.protocol.armour import dearmour
from dropbox.protocol.codename import stretch
from dropbox.protocol.enrolment import verify_enrolment
from tests.desk.room import INVESTIGATOR, entropy
from tests.desk.test_contact import CUSTODIAN, WHY, here as here, leave, withdraw
from tests.desk_web.house import House, Officer, Page
from tests.flows.twin import changed_unit, replace_directory

HOSTILE = "<b>Ring</b> https://example.com \u202e[2J 07700 900000"


@pytest_asyncio.fixture
async def keyed(house: House, here: None) -> AsyncIterator[House]:
    """carl, dora and erin are custodians, of whom erin investigates too; the unit's key is made and listed; the source
    of case 1 has left something."""
    for name in ("carl", "dora"):
        house.room.add(name, CUSTODIAN)
    house.room.add("erin", INVESTIGATOR | CUSTODIAN)
    carl = await house.officer("carl")
    page = await carl.post("/contact-key/make")
    enrolment = verify_enrolment(dearmour("ENROLMENT", file_of(page)))
    assert enrolment.fingerprint.hex() in page.words
    change = {"contact_pk": enrolment.contact_pk}
    replace_directory(house.room.service, lambda body: changed_unit(body, "north", **change), 2)
    house.room.service.twin.rebuild()
    source = await asyncio.to_thread(house.room.report, entropy(1), "It was on Tuesday.")
    await asyncio.to_thread(leave, house.room, source, HOSTILE)
    await house.desk.engine.sync()
    yield house


def file_of(page: Page) -> bytes:
    """What the page says is to be copied into a file."""
    begin, end = "-----BEGIN", "-----END DROPBOX ENROLMENT-----"
    return (begin + page.words.partition(begin)[2].partition(end)[0] + end + "\n").encode()


async def asks(by: Officer) -> Page:
    return await by.post("/cases/1/contact", {"reason": WHY})


async def test_they_are_opened_by_two_and_read(keyed: House) -> None:
    """The case offers to ask; each custodian reads why; the first approval opens nothing; then whoever opens the case
    reads them, inert, on a page that is asked for; the conversation says that the source is told."""
    ada, carl, dora = [await keyed.officer(name) for name in ("ada", "carl", "dora")]
    page = await ada.get("/cases/1")
    assert "The source has left contact details. They are sealed" in page.words
    assert "With it came contact details" in page.words
    assert HOSTILE not in page.body
    assert (await asks(ada)).url == "/cases/1?done=contact-asked"
    page = await carl.get("/proposals")
    assert "Open the contact details that the source of case 1 left." in page.words
    assert WHY in page.words
    assert "as the first of two custodians" in (await carl.post("/proposals/approve", {"proposal": "1"})).words
    assert "carl approved it as the first" in (await dora.get("/proposals")).words
    assert "Nothing is open here" in (await ada.post("/cases/1/contact-show")).words
    assert "Approved, and done." in (await dora.post("/proposals/approve", {"proposal": "1"})).words
    assert "Two custodians have opened" in (await ada.get("/cases/1")).words
    page = await ada.post("/cases/1/contact-show")
    assert page.status == 200
    assert "<b>" not in page.body
    assert "\u27e6U+202E\u27e7" in page.words
    assert "https://example.com" in page.words
    assert 'href="https' not in page.body
    assert (await dora.post("/cases/1/contact-show")).status == 403
    assert "The desk has told the source that its contact details were opened." in (await ada.get("/cases/1")).words
    assert "read the contact details" in (await ada.get("/audit?case=1")).words


async def test_what_was_taken_back_is_said_and_shown_nowhere(keyed: House) -> None:
    """The message that brought them says so, on paper too; nothing more is offered."""
    ada = await keyed.officer()
    stretched = stretch(entropy(1), keyed.room.service.twin.service_id)
    await asyncio.to_thread(withdraw, keyed.room, stretched)
    await keyed.desk.engine.sync()
    page = await ada.get("/cases/1")
    for said in ("took them back. They are gone.", "Contact details went from it at the wish", "The source takes back"):
        assert said in page.words
    assert 'action="/cases/1/contact"' not in page.body
    assert (await asks(ada)).status == 422
    assert "Contact details went from it" in (await ada.post("/cases/1/print", {"reason": "hearing"})).words


async def test_the_page_of_the_key_says_how_it_stands(keyed: House) -> None:
    """Who holds halves, what is due; a custodian who has none is offered them; who is neither makes none."""
    ada, bob, carl = [await keyed.officer(name) for name in ("ada", "bob", "carl")]
    assert 'href="/contact-key"' in (await ada.get("/members")).body
    page = await bob.get("/contact-key")
    assert "carl, dora, erin of 3 hold halves of it; sources seal to it" in " ".join(page.words.split())
    assert "/contact-key/make" not in page.body
    assert (await bob.post("/contact-key/make")).status == 422
    assert "ENROLMENT" in (await carl.post("/contact-key/file")).words
    keyed.room.add("frank", CUSTODIAN)
    assert "<option>frank</option>" in (await carl.get("/contact-key")).body
    page = await carl.post("/contact-key/add", {"name": "frank", "reason": "for nights"})
    assert page.url == "/contact-key?done=halves-asked"
    dora = await keyed.officer("dora")
    assert "Give the custodian frank halves" in (await dora.get("/proposals")).words
    assert "Approved, and done." in (await dora.post("/proposals/approve", {"proposal": "1"})).words
    assert "carl, dora, erin, frank of 4" in " ".join((await bob.get("/contact-key")).words.split())
    assert (await carl.post("/contact-key/add", {"name": "frank"})).status == 422


@pytest.mark.parametrize("reason", ["", "x" * 501])
async def test_a_reason_that_cannot_stand_is_typed_again(keyed: House, reason: str) -> None:
    """It stands in the form, with what is wrong."""
    ada = await keyed.officer()
    page = await ada.post("/cases/1/contact", {"reason": reason})
    assert page.status == 422
    assert "There is a problem" in page.words


async def test_the_pages_have_no_elements_of_the_sources(keyed: House) -> None:
    """Of what was left, and of the reason, nothing is markup."""
    erin, carl = await keyed.officer("erin"), await keyed.officer("carl")
    await erin.post("/cases/1/contact", {"reason": "<i>why</i>"})
    page = await carl.get("/proposals")
    assert "&lt;i&gt;why" in page.body
    await carl.post("/proposals/approve", {"proposal": "1"})
    page = await erin.post("/cases/1/contact-show")
    assert "<b>Ring</b>" in page.words
    assert "<b>" not in page.body
