# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text to a source from the first word to its sending: it is lost by no failure, no lock and no second tab, and what
is sent is what was looked at."""

import asyncio

import pytest

from journalist_ui.daemon.sessions import _REMEMBERED
from journalist_ui.shapes.drafts import LONGEST_DRAFT
from tests.desk.room import entropy
from tests.desk_web.house import IDLE, ORIGIN, House, Officer, Page

TEXT = "Which day was it?"


async def write(officer: Officer, act: str, text: str = TEXT, **fields: str) -> Page:
    return await officer.post("/cases/1/reply", {"text": text, "act": act} | fields)


async def held(house: House, name: str = "ada") -> str:
    """The page of the case, for another sign-in of the member."""
    return (await (await house.officer(name)).get("/cases/1")).body


def box(text: str) -> str:
    return f">\n{text}</textarea>"


async def test_no_page_that_holds_a_text_answers_a_form(house: House) -> None:
    """Preview and a refused text are pages that were asked for: no browser writes a posted text down for them."""
    await house.report(1, "x")
    officer = await house.officer()
    for act, text in (("preview", TEXT), ("preview", "x" * LONGEST_DRAFT), ("draft", TEXT)):
        csrf = (await officer.get("/help")).field("csrf")
        fields = {"csrf": csrf, "text": text, "act": act}
        page = await officer.send("POST", "/cases/1/reply", data=fields, headers=ORIGIN, allow_redirects=False)
        assert (page.status, page.body) == (303, "")
        assert text not in str(page.headers)


async def test_a_page_keeps_what_is_being_typed_and_stays(house: House) -> None:
    """An empty answer that holds no page; the text is the draft, and the session goes on. Once the session is over the
    same request is answered by another page, so that the script knows that its page cannot stay."""
    await house.report(1, "x")
    officer = await house.officer()
    csrf = (await officer.get("/cases/1")).field("csrf")
    kept = {"csrf": csrf, "text": TEXT, "act": "keep"}
    page = await officer.send("POST", "/cases/1/reply", data=kept, headers=ORIGIN, allow_redirects=False)
    assert (page.status, page.body) == (200, "")
    assert box(TEXT) in (await officer.get("/cases/1")).body
    house.desk.sessions.lock_all()
    page = await officer.send("POST", "/cases/1/reply", data=kept, headers=ORIGIN, allow_redirects=False)
    assert (page.status, page.body) == (303, "")


@pytest.mark.parametrize("act", ["preview", "draft"])
async def test_words_that_the_desk_cannot_keep_stay_in_the_box(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """The disk fails at the first step: a page with the error, the guarded words and the way to try again."""
    await house.report(1, "x")
    officer = await house.officer()
    with monkeypatch.context() as patch:
        patch.setattr("journalist_ui.casework.drafts.hpke_seal", _fails)
        page = await write(officer, act)
    assert page.status == 500
    assert "could not use its own disk" in page.words
    assert box(TEXT) in page.body
    assert "data-unkept" in page.body
    assert (await write(officer, "preview")).title == "Preview for case 1 - Unit desk"


def _fails(*_: object) -> bytes:
    raise OSError


async def test_only_the_text_of_the_preview_is_sent(house: House) -> None:
    """A form without ``once``, with an invented one, and a preview whose draft was changed since send nothing."""
    await house.report(1, "x")
    officer = await house.officer()
    old = (await write(officer, "preview")).field("once")
    new = (await write(officer, "preview", "Another text")).field("once")
    for once in ({}, {"once": ""}, {"once": "1" * 32}, {"once": old}):
        page = await officer.post("/cases/1/reply", {"act": "send"} | once)
        assert page.status == 422
        assert "Nothing was sent" in page.words
        assert box("Another text") in page.body
    assert house.desk.engine._replies == []
    assert (await officer.post("/cases/1/reply", {"act": "send", "once": new})).url == "/cases/1?done=sent"
    assert "Another text" in (await officer.get("/cases/1")).words


async def test_a_preview_says_that_the_same_was_sent(house: House) -> None:
    """The very text once more is pointed out; another one is not."""
    await house.report(1, "x")
    officer = await house.officer()
    page = await write(officer, "preview")
    assert "exactly this before" not in page.words
    await officer.post("/cases/1/reply", {"act": "send", "once": page.field("once")})
    assert "exactly this before" in (await write(officer, "preview")).words
    assert "exactly this before" not in (await write(officer, "preview", TEXT + " ")).words


async def test_a_preview_says_that_the_source_wrote_meanwhile(house: House) -> None:
    """A message that came after the page of the case is pointed out until the case is looked at."""
    await house.report(1, "x")
    officer = await house.officer()
    seen = (await officer.get("/cases/1")).field("seen")
    assert "has written since" not in (await write(officer, "preview", seen=seen)).words
    await asyncio.to_thread(house.room.report, entropy(1), "Do not write: he reads along.")
    await house.desk.engine.sync()
    assert "has written since" in (await write(officer, "preview", seen=seen)).words
    seen = (await officer.get("/cases/1")).field("seen")
    assert "has written since" not in (await write(officer, "preview", seen=seen)).words


@pytest.mark.parametrize("act", ["preview", "draft", "lock"])
async def test_words_posted_after_the_sessions_end_are_kept(house: House, act: str) -> None:
    """Idle for too long, then a button: the sign-in page says that the text is kept, and it is, sealed, for its writer
    alone."""
    await house.report(1, "x")
    ada = await house.officer()
    csrf = (await ada.get("/cases/1")).field("csrf")
    house.steady[0] += IDLE + 1
    page = await ada.send("POST", "/cases/1/reply", data={"csrf": csrf, "text": TEXT, "act": act}, headers=ORIGIN)
    assert page.title == "Sign in - Unit desk"
    assert "kept" in page.words
    assert TEXT not in page.body
    assert TEXT not in await held(house, "bob")
    assert box(TEXT) in await held(house)


@pytest.mark.parametrize("act", ["preview", "draft"])
async def test_words_that_are_lost_are_said_to_be(house: House, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """The desk was started again, or its disk fails: a text posted after the session's end is gone, and the sign-in
    page says so."""
    await house.report(1, "x")
    officer = await house.officer()
    csrf = (await officer.get("/cases/1")).field("csrf")
    house.desk.sessions.lock_all()

    async def late(text: str) -> Page:
        fields = {"csrf": csrf, "act": act, "text": text}
        return await officer.send("POST", "/cases/1/reply", data=fields, headers=ORIGIN)

    with monkeypatch.context() as patch:
        patch.setattr("journalist_ui.casework.drafts.hpke_seal", _fails)
        assert (await late(TEXT)).url == "/sign-in?why=lost"
    house.desk.sessions._ended.clear()
    page = await late(TEXT)
    assert page.url == "/sign-in?why=lost"
    assert "could not be kept" in page.words
    assert (await late("")).url == "/sign-in?why=over"


async def test_a_preview_from_an_older_page_warns_of_nothing_that_was_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has read the newest message and then writes beside an old one is not told that there is another."""
    monkeypatch.setattr("journalist_ui.casework.conversation.PAGE", 1)
    await house.report(1, "x")
    officer = await house.officer()
    for text in ("An old one.", "The newest."):
        await asyncio.to_thread(house.room.report, entropy(1), text)
        await house.desk.engine.sync()
    assert "The newest." in (await officer.get("/cases/1")).words
    page = await officer.get("/cases/1?page=2")
    assert "An old one." in page.words
    assert "The newest." not in page.words
    assert "has written since" not in (await write(officer, "preview", seen=page.field("seen"))).words


async def test_a_late_form_reads_and_sends_nothing(house: House) -> None:
    """After its session's end a form neither sends nor opens, a stranger's form keeps nothing, after some hours neither
    does the right one, and a removed member's never."""
    await house.report(1, "x")
    ada, bob = await house.officer(), await house.officer("bob")
    once = (await write(ada, "preview")).field("once")
    late = {"csrf": (await ada.get("/cases/1")).field("csrf"), "act": "send", "once": once}
    gone = {"csrf": (await bob.get("/cases/1")).field("csrf"), "act": "draft", "text": "Bob's"}
    await ada.post("/members/remove", {"name": "bob", "sure": "yes"})
    await ada.post("/lock")
    for fields in (late, gone, {"csrf": "0" * 64, "act": "draft", "text": "Forged"}):
        page = await house.person().send("POST", "/cases/1/reply", data=fields, headers=ORIGIN)
        assert page.url == f"/sign-in?why={'lost' if 'text' in fields else 'over'}"
    house.steady[0] += _REMEMBERED + 1
    page = await ada.send("POST", "/cases/1/reply", data=late | {"act": "draft", "text": "Forged"}, headers=ORIGIN)
    assert page.url == "/sign-in?why=lost"
    assert house.desk.engine._replies == []
    assert box(TEXT) in await held(house)


async def test_a_page_of_an_earlier_session_keeps_its_text_for_its_writer(house: House) -> None:
    """ada signs in anew in another tab, and then bob does: what her old page posts is her draft each time."""
    await house.report(1, "x")
    tab = await house.officer()
    old = (await tab.get("/cases/1")).field("csrf")
    await tab.sign_in("ada")
    page = await tab.send("POST", "/cases/1/reply", data={"csrf": old, "text": TEXT, "act": "preview"}, headers=ORIGIN)
    assert page.title == "Preview for case 1 - Unit desk"
    await tab.sign_in("bob")
    fields = {"csrf": old, "text": TEXT + " Later.", "act": "preview"}
    page = await tab.send("POST", "/cases/1/reply", data=fields, headers=ORIGIN)
    assert (page.status, page.title) == (403, "Not sent - Unit desk")
    assert "kept as a draft of ada" in page.words
    assert TEXT not in (await tab.get("/cases/1")).body
    assert box(TEXT + " Later.") in await held(house)


@pytest.mark.parametrize("path", ["/lock", "/cases/1/reply"])
async def test_a_page_of_an_earlier_session_locks_the_present_one(house: House, path: str) -> None:
    """Whoever presses Lock is locked, whatever the page knows of sessions; a foreign page's form still is refused."""
    await house.report(1, "x")
    officer = await house.officer()
    fields = {"csrf": (await officer.get("/cases/1")).field("csrf"), "act": "lock", "text": TEXT}
    await officer.sign_in("ada")
    foreign = await officer.send("POST", path, data=fields, headers={"sec-fetch-site": "cross-site"})
    assert (foreign.status, house.desk.sessions.count) == (403, 1)
    page = await officer.send("POST", path, data=fields, headers=ORIGIN)
    assert page.title == "Sign in - Unit desk"
    assert house.desk.sessions.count == 0


async def test_what_was_done_is_said_once(house: House) -> None:
    """An address alone claims nothing; after the act the page says it, and a reload does not."""
    await house.report(1, "x")
    officer = await house.officer()
    for claimed in ("draft", "sent", "again", "emptied"):
        assert 'class="done"' not in (await officer.get(f"/cases/1?done={claimed}")).body
    page = await write(officer, "draft")
    assert "The draft is kept" in page.words
    assert 'class="done"' not in (await officer.get(page.url)).body
