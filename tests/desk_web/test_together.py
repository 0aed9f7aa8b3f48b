# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two officers and one source: neither answers without knowing of the other, and nobody sends past what was added."""

import asyncio

import pytest

from dropbox.protocol.board import split_text
from journalist_ui.casework.conversation import SHOW
from journalist_ui.daemon.drafts import LATELY
from tests.desk.acts import acts, holder_of
from tests.desk.reader import Reader
from tests.desk.room import PASSPHRASE, entropy
from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_drafts import hidden, write

ADA = "Which day was it?"
BOB = "Please send us the photograph."


async def preview(officer: Officer, text: str) -> Page:
    """From a page of the case that is drawn now."""
    return await write(officer, "preview", text, hidden(await officer.get("/cases/1")))


async def send(officer: Officer, page: Page) -> Page:
    """The button of a preview."""
    return await officer.post("/cases/1/reply", {"act": "send", "once": page.field("once")})


async def source_writes(house: House, text: str) -> None:
    await asyncio.to_thread(house.room.report, entropy(1), text)
    await house.desk.engine.sync()


def sent(house: House) -> list[str]:
    return [b"".join(text.parts).decode() for text in house.desk.engine._replies]


async def test_two_previews_are_not_both_sent(house: House) -> None:
    """ada and bob both look, bob sends: ada's Send stores nothing and shows her bob's text; then she may send."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    of_ada, of_bob = await preview(ada, ADA), await preview(bob, BOB)
    assert (await send(bob, of_bob)).url == "/cases/1?done=sent"
    page = await send(ada, of_ada)
    assert page.url.startswith("/cases/1/preview")
    assert "Not sent" in page.words
    assert "bob wrote to the source" in page.words
    assert BOB in page.words
    assert ADA in page.words
    assert sent(house) == [BOB]
    assert (await send(ada, page)).url == "/cases/1?done=sent"
    assert sent(house) == [BOB, ADA]


@pytest.mark.parametrize("who", ["source", "colleague", "own"])
async def test_whatever_is_added_after_the_preview_stops_it(house: House, who: str) -> None:
    """A message of the source, a colleague's text, one's own from another tab: nothing is sent, all of it is shown."""
    await house.report(1, "x")
    ada, other = await house.officer(), await house.officer("bob" if who == "colleague" else "ada")
    first = await preview(ada, ADA)
    if who == "own":
        _by_command(house, BOB + " Again.")
    elif who == "source":
        await source_writes(house, BOB + " Again.")
    else:
        await send(other, await preview(other, BOB + " Again."))
    before = sent(house)
    page = await send(ada, first)
    assert "Not sent" in page.words
    assert BOB + " Again." in page.words
    assert sent(house) == before
    # And once more, while the second preview stands.
    await source_writes(house, "Wait, there is more.")
    again = await send(ada, page)
    assert "Wait, there is more." in again.words
    assert "The source has written since." in again.words
    assert ADA not in sent(house)
    assert (await send(ada, again)).url == "/cases/1?done=sent"


def _by_command(house: House, text: str) -> None:
    """As a session of ada's at the command line."""
    session = Reader(house.room.vault, next(iter(house.desk.sessions._open.values())).session)
    engine = house.desk.engine
    engine.add_reply(session.reply(1, split_text(text), engine.now_period(), engine.day))


async def test_a_preview_shows_what_a_colleague_sent_while_one_wrote(house: House) -> None:
    """The page of the case was drawn, bob sent, then ada previews: his text stands there before she sends."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    fields = hidden(await ada.get("/cases/1"))
    await send(bob, await preview(bob, BOB))
    page = await write(ada, "preview", ADA, fields)
    assert "bob wrote to the source" in page.words
    assert BOB in page.words
    assert "Added to the case" not in (await preview(ada, ADA)).words


async def test_what_a_preview_shows_counts_as_opened(house: House) -> None:
    """No word of a source is read without a row of the audit log, and it is not unread any more."""
    await house.report(1, "x")
    ada = await house.officer()
    fields = hidden(await ada.get("/cases/1"))
    await source_writes(house, "Something new.")
    before = shows(house)
    assert "Something new." in (await write(ada, "preview", ADA, fields)).words
    assert shows(house) == before + 1
    assert "unread" not in (await ada.get("/")).words


def shows(house: House) -> int:
    return sum(one.act == SHOW for one in acts(house.room.vault, holder_of(house.room.vault, "ada", PASSPHRASE)))


async def test_who_is_writing_is_said(house: House) -> None:
    """On the case and on the preview, to colleagues alone, until the draft is gone or an hour has passed."""
    await house.report(1, "x")
    ada, bob, moment = await house.officer(), await house.officer("bob"), [0.0]
    house.desk.drafts.clock = lambda: moment[0]
    said = "ada is writing here."
    assert said not in (await bob.get("/cases/1")).words
    await preview(ada, ADA)
    assert said in (await bob.get("/cases/1")).words
    assert said in (await preview(bob, BOB)).words
    assert said not in (await ada.get("/cases/1")).words
    moment[0] = LATELY + 1
    assert said not in (await bob.get("/cases/1")).words
    page = await preview(ada, ADA)
    assert said in (await bob.get("/cases/1")).words
    await write(ada, "draft", "", hidden(await ada.get("/cases/1")))
    assert said not in (await bob.get("/cases/1")).words
    page = await preview(ada, ADA)
    page = await send(ada, page)
    assert page.url == "/cases/1?done=sent", page.words
    assert said not in (await bob.get("/cases/1")).words
    # Who may not open the case is told nothing of it.
    eve = await house.officer("eve")
    assert said not in (await eve.get("/cases/1")).words
