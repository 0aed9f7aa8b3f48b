# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of questions and asking, on the pages: offered, previewed, never sent by themselves; answers beside them."""

import asyncio
import re

from dropbox.protocol.body import Answer, Report, encode_body
from dropbox.protocol.codename import stretch
from tests.desk.room import READER, entropy
from tests.desk.test_release import found
from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_marks import TAGS
from tests.desk_web.test_together import source_writes
from tests.hostile.strings import FAMILIES

TYPED = "Which month was it?\n\nIs it still going on?\n- yes or no\n\nWhere?\n- At work\n- At home"
INERT = TAGS | {"fieldset", "legend", "input", "ol", "li", "em"}


async def ask(by: Officer, page: Page, **more: str) -> Page:
    """By the form of that page."""
    fields = {name: page.field(name) for name in ("set", "version", "newest")}
    return await by.post("/cases/1/ask", fields | more)


async def kept(by: Officer, text: str = TYPED, title: str = "Ours") -> Page:
    return await by.post("/questions/keep", {"title": title, "text": text, "category": ""})


async def test_a_set_is_typed_changed_and_removed(house: House) -> None:
    """Called after its title; shown with every version; one that was not seen is not written over."""
    ada, bob = await house.officer(), await house.officer("bob")
    page = await kept(ada)
    assert page.url == "/questions/ours?done=set-kept"
    assert f">\n{TYPED}</textarea>" in page.body
    assert "another title" in (await kept(bob, "Other?")).words
    fields = {"slug": "ours", "title": "Ours", "category": "", "text": "Another?"}
    assert "Version 2" in (await bob.post("/questions/keep", fields | {"base": "1"})).words
    stopped = await ada.post("/questions/keep", fields | {"base": "1", "text": "My own?"})
    assert stopped.status == 422
    assert "changed meanwhile" in stopped.words
    assert "My own?" in stopped.words
    assert "Remove this set?" in (await ada.post("/questions/remove", {"slug": "ours"})).words
    page = await ada.post("/questions/remove", {"slug": "ours", "sure": "yes"})
    assert page.url == "/questions?done=set-removed"
    assert "Ours" not in page.words
    assert (await ada.get("/questions/nothing")).status == 404


async def test_questions_are_previewed_and_asked(house: House) -> None:
    """Chosen, shown as the source reads them, sent by a press; what changed since stops it; answers stand beside the
    questions, and what the desk did not ask is shown as it is."""
    house.room.add("rita", READER)
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    await kept(ada)
    assert 'href="/cases/1/ask?set=ours"' in (await ada.get("/cases/1/ask")).body
    await ada.get("/cases/1")
    page = await ada.get("/cases/1/ask?set=ours")
    assert "Which month was it?" in page.words
    assert house.desk.engine._replies == []
    await source_writes(house, "Wait.")
    stopped = await ask(ada, page)
    assert "Not asked: the case or the set changed" in stopped.words
    stopped = await ask(ada, await ada.get("/cases/1/ask?set=ours"))
    assert "you have not read all of the case" in stopped.words
    await ada.get("/cases/1")
    done = await ask(ada, await ada.get("/cases/1/ask?set=ours"))
    assert "The questions are stored" in done.words
    await house.period()
    source = found(house.room, _stretched(house))
    assert [one.id for one in source[-1].questions] == ["which-month-was-it", "is-it-still-going-on", "where"]
    said: dict[str, Answer] = {"q-1-which-month-was-it": "In <b>May</b>", "q-1-where": ("at-home",), "q-7-x": None}
    body = encode_body(Report("More.", answers=said))
    await asyncio.to_thread(house.room.service.send, _stretched(house), "north", body)
    await house.desk.engine.sync()
    page = await ada.get("/cases/1")
    (shown,) = re.findall(r'<li class="unit">.*?</li>', page.body, re.S)
    assert "In &lt;b&gt;May&lt;/b&gt;" in shown
    assert "Skipped" in shown
    assert "At home" in page.words
    assert "q-7-x" in page.words
    rita = await house.officer("rita")
    assert (await rita.get("/cases/1/ask")).status in (200, 403)
    assert (await rita.post("/cases/1/ask", {"set": "ours"})).status == 403


def _stretched(house: House) -> bytes:
    return stretch(entropy(1), house.room.service.twin.service_id)


async def test_marks_and_tasks_hold_them(house: House) -> None:
    """As in a reply."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    await kept(ada, "What is your name?\n\nCould you find out who else was there?")
    page = await ada.get("/cases/1/ask?set=ours")
    assert "Tasks the source" in page.words
    assert "Not asked: the questions ask" in (await ask(ada, page, read="yes")).words
    allowed = {"authorisation": "R 1", "officer": "DI Reed"}
    assert "needs both" in (await ask(ada, page, authorisation="R 1")).words
    done = await ada.post("/cases/1/ask", {name: page.field(name) for name in ("set", "version", "newest")} | allowed)
    assert "Not asked: read the marks" in done.words
    fields = {name: page.field(name) for name in ("set", "version", "newest")}
    done = await ada.post("/cases/1/ask", fields | allowed | {"read": "yes"})
    assert "Authorised from outside the desk: DI Reed, reference R 1" in done.words


async def test_hostile_questions_are_inert(house: House) -> None:
    """On the list, its own page, the preview and in the conversation: no tag but those of the page."""
    await house.report(1, "x")
    ada = await house.officer()
    for at, family in enumerate(FAMILIES):
        text = family[0].replace("\x00", "").replace("\n", " ").strip()[:100] or "x"
        page = await kept(ada, f"{text}\n- {text[:30]}\n- x", f"Set {at}")
        if page.status == 422:
            continue
        preview = await ada.get(f"/cases/1/ask?set=set-{at}")
        fields = {name: preview.field(name) for name in ("set", "version", "newest")}
        fields |= {"read": "yes", "authorisation": "R 1", "officer": "DI Reed"}
        for one in (page, preview, await ada.get("/questions"), await ada.post("/cases/1/ask", fields)):
            assert one.status == 200
            assert set(re.findall(r"<(\w+)", one.body.partition("<main")[2])) <= INERT
