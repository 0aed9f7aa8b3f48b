# SPDX-License-Identifier: AGPL-3.0-or-later
"""Releasing an outcome on the pages: previewed as the source reads it, by a supervisor, into the case that was seen."""

import re

from dropbox.shown.told import MEANS
from tests.desk.room import SUPERVISOR
from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_marks import TAGS
from tests.desk_web.test_outcomes import row
from tests.desk_web.test_together import source_writes
from tests.hostile.strings import FAMILIES


async def put(officer: Officer, say: str = "We look into it.", kind: str = "investigation") -> None:
    await officer.post("/cases/1/outcome", {"kind": kind, "reason": "why", "say": say})


async def release(by: Officer, page: Page, **more: str) -> Page:
    """By the form of that page."""
    fields = {name: page.field(name) for name in ("setting", "newest")}
    return await by.post("/cases/1/release", fields | more)


async def test_a_supervisor_previews_and_releases(house: House) -> None:
    """Exactly what the source reads; then nothing is owed, the conversation shows it, and it goes once. Who only
    investigates is told who does it."""
    house.room.add("sue", SUPERVISOR)
    await house.report(1, "It was on Tuesday.")
    sue, bob = await house.officer("sue"), await house.officer("bob")
    await put(bob)
    assert "A supervisor releases it" in (await bob.get("/cases/1")).words
    assert (await bob.get("/cases/1/release")).status == 403
    page = await sue.get("/cases/1/release")
    assert MEANS["investigation"] in page.words
    assert "We look into it." in page.words
    done = await release(sue, page)
    assert "The outcome is stored and leaves" in done.words
    assert "It is released to the source" in done.words
    assert "Outcome not told" not in row(await bob.get("/"), 1)
    (shown,) = re.findall(r'<li class="unit">.*?</li>', done.body, re.S)
    assert "outcome not yet numbered" in shown
    assert MEANS["investigation"] in shown
    assert "sent this outcome already" in (await release(sue, page)).words
    assert "sent this outcome already" in (await sue.get("/cases/1/release")).words
    record = (await sue.get("/audit?case=1")).words
    assert "sue released the outcome to the source" in record
    printed = await sue.post("/cases/1/print", {"reason": "For the file", "confirm": "yes"})
    assert printed.status == 200


async def test_what_changed_since_the_page_was_drawn_stops_it(house: House) -> None:
    """A message, and an outcome that was set anew."""
    house.room.add("sue", SUPERVISOR)
    await house.report(1, "It was on Tuesday.")
    sue = await house.officer("sue")
    await put(sue)
    page = await sue.get("/cases/1/release")
    await put(sue, "Other words.")
    stopped = await release(sue, page)
    assert "Not released: the case changed" in stopped.words
    assert "Other words." in stopped.words
    await source_writes(house, "Do not write.")
    assert "Not released: the case changed" in (await release(sue, stopped)).words
    assert "The source is not told yet" in (await sue.get("/cases/1")).words


async def test_marks_and_tasks_hold_it(house: House) -> None:
    """As in a reply: read, or authorised."""
    house.room.add("sue", SUPERVISOR)
    await house.report(1, "It was on Tuesday.")
    sue = await house.officer("sue")
    await put(sue, "Please tell us your name. Could you find out who else was there?")
    page = await sue.get("/cases/1/release")
    assert "Tasks the source" in page.words
    assert "Not released: the words ask" in (await release(sue, page, read="yes")).words
    assert "needs both" in (await release(sue, page, read="yes", authorisation="R 1")).words
    allowed = {"authorisation": "R 1", "officer": "DI Reed"}
    assert "Not released: read the marks" in (await release(sue, page, **allowed)).words
    done = await release(sue, page, read="yes", **allowed)
    assert "Authorised from outside the desk: DI Reed, reference R 1" in done.words


async def test_hostile_words_are_inert(house: House) -> None:
    """On the preview and in the conversation: no tag but those of the page."""
    house.room.add("sue", SUPERVISOR)
    await house.report(1, "x")
    sue = await house.officer("sue")
    for family in FAMILIES:
        text = family[0].replace("\x00", "")[:2_000]
        await put(sue, text, "recorded")
        page = await sue.get("/cases/1/release")
        done = await release(sue, page, read="yes", authorisation="R 1", officer="DI Reed")
        for one in (page, done):
            assert one.status == 200
            assert set(re.findall(r"<(\w+)", one.body.partition("<main")[2])) <= TAGS | {"fieldset", "legend", "input"}
