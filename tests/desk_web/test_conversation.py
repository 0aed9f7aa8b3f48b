# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the sign-in page to the answer that the source reads, through the pages."""

import asyncio
import re

import pytest
from sqlalchemy import update

from dropbox.flows.desk.state import TextState
from dropbox.protocol.constants import CATEGORIES, MAX_TEXT_PARTS, TEXT_PART
from dropbox.questions import QUESTIONS
from dropbox.questions.told import IDENTIFIES, UNKNOWN, told as told_of
from journalist_ui.casework.cases import ASSESSING, NEW, OUTCOME
from journalist_ui.shapes.conversation import Message
from journalist_ui.vault import tables
from journalist_ui.vault.counters import count_cases
from journalist_ui.verbs.conversation import OFF_BOARD
from journalist_ui.web.words import cases as words
from journalist_ui.web.words.faults import FAULTS
from journalist_ui.words.deliveries import delivery
from tests.desk.room import PASSPHRASE, entropy
from tests.desk_web.house import House, Officer, Page

TEXT = "Thank you.\nWhich day was it? € ünï\n"


async def preview(officer: Officer, case: int, text: str) -> str:
    """The ``once`` of a preview."""
    page = await officer.post(f"/cases/{case}/reply", {"text": text, "act": "preview"})
    assert page.title == f"Preview for case {case} - Unit desk", page.words
    return page.field("once")


async def send(officer: Officer, case: int, text: str) -> None:
    once = await preview(officer, case, text)
    page = await officer.post(f"/cases/{case}/reply", {"act": "send", "once": once})
    assert page.url == f"/cases/{case}?done=sent", page.words


async def test_a_report_is_read_and_answered(house: House) -> None:
    """Inbox, case, preview, send; each state of the text's way is said in words; the source reads exactly the text."""
    case = await house.report(1, "It was on Tuesday.", categories=CATEGORIES[:2], force="cumbria")
    officer = await house.officer()
    inbox = await officer.get("/")
    assert words.CHIPS[CATEGORIES[0]] in inbox.words
    assert "It was on Tuesday." in inbox.words
    assert "1 unread" in inbox.words
    assert "To answer" in inbox.words
    page = await officer.get(f"/cases/{case}")
    for expected in (
        "It was on Tuesday.",
        "Cumbria Constabulary",
        words.CATEGORIES[CATEGORIES[1]],
        "Mark as being assessed",
    ):
        assert expected in page.words
    page = await officer.post(f"/cases/{case}/state", {"state": "assessing"})
    assert "The case is marked as being assessed, for all members." in page.words
    await send(officer, case, TEXT.replace("\n", "\r\n"))
    assert "Waiting for the next batch" in (await officer.get(f"/cases/{case}")).words
    assert "1 answer on the way" in (await officer.get("/")).words
    await house.period()
    await house.period()
    assert "Published, not read yet" in (await officer.get(f"/cases/{case}")).words
    source = await asyncio.to_thread(house.room.report, entropy(1), "It was the second one.")
    (found,) = house.room.service.visit(source).conversations
    assert [text.text for text in found.texts] == [TEXT]
    await house.period()
    await house.period()
    page = await officer.get(f"/cases/{case}")
    assert "Read by the source" in page.words
    assert page.words.index(TEXT) < page.words.index("It was the second one.")
    assert "To answer" in (await officer.get("/")).words


async def test_a_form_that_is_sent_twice_sends_once(house: House) -> None:
    """Two clicks at once, a reload later and another preview: one text for each preview."""
    case = await house.report(2, "x")
    officer = await house.officer()
    once = await preview(officer, case, TEXT)
    fields = {"act": "send", "once": once}
    pages = await asyncio.gather(*(officer.post(f"/cases/{case}/reply", fields) for _ in range(3)))
    assert sorted(page.url for page in pages) == [
        *(f"/cases/{case}?done=again" for _ in range(2)),
        f"/cases/{case}?done=sent",
    ]
    assert (await officer.get(f"/cases/{case}")).words.count(TEXT) == 1
    await send(officer, case, TEXT)
    assert (await officer.get(f"/cases/{case}")).words.count(TEXT) == 2


async def test_a_preview_sends_nothing(house: House) -> None:
    """Preview and back again: no text waits, and the words are in the box."""
    case = await house.report(3, "x")
    officer = await house.officer()
    await preview(officer, case, TEXT)
    page = await officer.get(f"/cases/{case}")
    assert f">\n{TEXT}</textarea>" in page.body
    assert house.desk.engine._replies == []
    assert "Nothing was written since the report." in page.words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("é" * (TEXT_PART // 2 * MAX_TEXT_PARTS + 1), "The text needs 9 parts, at most 8 can be sent."),
        (" \n ", "The text is empty."),
    ],
)
async def test_a_refused_text_is_not_lost(house: House, text: str, said: str) -> None:
    """The page says what is wrong, and the box holds every letter, which the desk holds too."""
    case = await house.report(4, "x")
    officer = await house.officer()
    page = await officer.post(f"/cases/{case}/reply", {"text": text, "act": "preview"})
    assert page.status == 422
    assert page.title == f"Problem: case {case} - Unit desk"
    assert said in page.words
    assert f">\n{text}</textarea>" in page.body
    assert "data-unkept" not in page.body
    assert f">\n{text}</textarea>" in (await officer.get(f"/cases/{case}")).body


async def test_a_text_that_fails_can_be_sent_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails: the draft stays, and the same form then sends."""
    case = await house.report(5, "x")
    officer = await house.officer()
    fields = {"act": "send", "once": await preview(officer, case, TEXT)}
    with monkeypatch.context() as patch:
        patch.setattr("journalist_ui.casework.replies.add_text", _full)
        page = await officer.post(f"/cases/{case}/reply", fields)
        assert page.status == 500
        assert "could not use its own disk" in page.words
        assert "the desk still holds it" in page.words
    assert f">\n{TEXT}</textarea>" in (await officer.get(f"/cases/{case}")).body
    assert (await officer.post(f"/cases/{case}/reply", fields)).url == f"/cases/{case}?done=sent"


def _full(*_: object) -> None:
    raise OSError


async def test_a_draft_outlives_the_lock_and_is_its_writers_alone(house: House) -> None:
    """Kept by the button or by locking; sealed on the disk; seen by nobody else; gone once sent."""
    case = await house.report(6, "x")
    ada, bob = await house.officer("ada"), await house.officer("bob")
    page = await ada.post(f"/cases/{case}/reply", {"text": TEXT, "act": "draft"})
    assert page.url == f"/cases/{case}?done=draft"
    page = await ada.post(f"/cases/{case}/reply", {"text": TEXT + "more", "act": "lock"})
    assert page.url == "/sign-in?why=kept"
    assert ada.token == ""
    draft = house.draft("ada", case)
    assert draft is not None
    assert all(TEXT.encode() not in sealed for sealed in draft.sealed)
    assert TEXT not in (await bob.get(f"/cases/{case}")).body
    again = await house.officer("ada")
    page = await again.get(f"/cases/{case}")
    assert f">\n{TEXT}more</textarea>" in page.body
    assert "This is your draft." in page.words
    await send(again, case, TEXT)
    assert "This is your draft." not in (await again.get(f"/cases/{case}")).words
    await again.post(f"/cases/{case}/reply", {"text": "y", "act": "draft"})
    page = await again.post(f"/cases/{case}/reply", {"text": "", "act": "draft"})
    assert page.url == f"/cases/{case}?done=emptied"
    assert house.draft("ada", case) is None


async def test_a_draft_goes_with_its_member(house: House) -> None:
    """Removing a member drops what they had begun."""
    case = await house.report(7, "x")
    bob, ada = await house.officer("bob"), await house.officer("ada")
    await bob.post(f"/cases/{case}/reply", {"text": "y", "act": "draft"})
    await ada.post("/members/remove", {"name": "bob", "sure": "yes"})
    assert house.draft("bob", case) is None


async def test_a_draft_has_a_limit(house: House) -> None:
    """One that is far too long is refused with its words in a box that guards them; locking locks all the same."""
    case = await house.report(8, "x")
    officer = await house.officer()
    text = "x" * 70_000
    page = await officer.post(f"/cases/{case}/reply", {"text": text, "act": "draft"})
    assert page.status == 400
    assert text in page.body
    assert "data-unkept" in page.body
    assert "too long to keep" in page.words
    page = await officer.post(f"/cases/{case}/reply", {"text": text, "act": "lock"})
    assert page.url == "/sign-in?why=unkept"
    assert house.desk.sessions.count == 0


async def test_every_answer_stands_under_its_question(house: House) -> None:
    """Each option of each question by its label, own words as they came, an unknown id under itself, in their order."""
    for question in QUESTIONS:
        for option in question.options or (None,):
            sent = option.id if option else "What I <b>know</b>"
            (told,) = told_of({question.id: (sent,) if option else sent})
            assert (told.title, told.words, told.own) == (
                question.title,
                option.label if option else sent,
                option is None,
            )
    answers = {question.id: (question.options[0].id,) if question.options else "Sgt X" for question in QUESTIONS}
    unknown = {"colour-of-car": "blue", "q-3-where": ("bridge", "river"), "wheels": None}
    case = await house.report(9, "y", answers=answers | unknown, force="no-such-force")
    page = await (await house.officer()).get(f"/cases/{case}")
    places = [page.words.index(question.title) for question in QUESTIONS]
    assert places == sorted(places)
    assert page.words.index(UNKNOWN) > places[-1]
    for said in ("colour-of-car: blue", "q-3-where: bridge, river", f"wheels: {IDENTIFIES.lower()}"):
        assert f"{said}</div>" in page.body
    assert "no-such-force (not in the list of forces)" in page.words


async def test_who_is_at_risk_stands_before_all_else(house: House) -> None:
    """A case whose source said that somebody is at risk says so first; others, which said nobody or nothing, do not."""
    said = "The source said so when it sent this report."
    risks: tuple[tuple[str, ...], ...] = (("adult", "child"), ("no",), ())
    cases = [
        await house.report(number, "x", answers={"at-risk": risk} if risk else {})
        for number, risk in enumerate(risks, 30)
    ]
    officer = await house.officer()
    for case, risk in zip(cases, risks, strict=True):
        page = await officer.get(f"/cases/{case}")
        assert (said in page.words) == (len(risk) == 2)
        if len(risk) == 2:
            first = page.words.index("Anyone at risk: An adult; A child, or somebody under 18.")
            assert first < page.words.index("Account")


def test_an_answer_of_each_kind_is_told() -> None:
    """Several options by their labels, one that there is not as it came, the first form's text as the option that it
    names; what would identify is told in words, and a text that says the same is a text."""
    for sent, label, own in (
        (("officer", "staff"), "A police officer; A member of police staff", False),
        (("astronaut", "officer"), "astronaut; A police officer", True),
        ("officer", "A police officer", False),
        ("null", "null", True),
        (None, IDENTIFIES, False),
    ):
        (told,) = told_of({"subject-role": sent})
        assert (told.words, told.own) == (label, own)
    assert told_of(None) == []


def test_every_category_and_state_has_its_words() -> None:
    """The closed lists of the protocol and of the vault, each with words of its own."""
    assert tuple(words.CATEGORIES) == CATEGORIES
    assert {NEW, ASSESSING, OUTCOME} == set(words.STATES)
    for state in (*TextState, OFF_BOARD):
        found = delivery(Message(1, "unit", "", "", str(state)))
        assert state not in (found.page, found.line)


async def test_the_other_sides_words_have_a_name(house: House) -> None:
    """Each box says whose words it holds and of which message, to whoever cannot see it."""
    case = await house.report(14, "first", answers={"colour-of-car": "blue"})
    officer = await house.officer()
    await send(officer, case, "an answer")
    await asyncio.to_thread(house.room.report, entropy(14), "second")
    await house.desk.engine.sync()
    page = await officer.get(f"/cases/{case}")
    for words_of, text in (
        ("source, message 1", "first"),
        ("source, message 1", "colour-of-car: blue"),
        ("source, message 2", "second"),
        ("unit, number 0", "an answer"),
    ):
        box = f'role="group" aria-label="Text of the {words_of}">{text}</div>'
        assert box in page.body


async def test_a_text_that_was_given_up_is_not_called_read(house: House) -> None:
    """The inbox tells an answer that nobody read in time from one that was read."""
    case = await house.report(15, "x")
    officer = await house.officer()
    await officer.get(f"/cases/{case}")
    await send(officer, case, "an answer")
    for state, said in (("expired", "Not read in time"), ("read", "Answered, read")):
        with house.room.vault.writing() as connection:
            connection.execute(update(tables.texts).values(state=state))
            count_cases(connection, [case])
        body = (await officer.get("/")).words
        assert [one for one in ("Not read in time", "Answered, read") if one in body] == [said]


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_case_that_cannot_be_opened_is_none(house: House, wrapped: bool) -> None:
    """Of one case only a part came, the other is wrapped to others: both are as if they were not there."""
    case = await house.report(16, "x")
    officer = await house.officer()
    with house.room.vault.writing() as connection:
        if wrapped:
            connection.execute(update(tables.messages).values(complete=0))
            count_cases(connection, [case])
        else:
            connection.execute(tables.case_keys.delete())
    for number in (case, case + 1):
        pages = [await officer.get(f"/cases/{number}")]
        for act in ("preview", "draft"):
            pages.append(await officer.post(f"/cases/{number}/reply", {"text": "y", "act": act}))
        assert [page.status for page in pages] == [404] * 3
        assert all("There is no case of that number for you." in page.words for page in pages)


async def test_an_administrator_hears_of_no_case(house: House) -> None:
    """The page after adding a member does not say how many cases there are; every member is told who was added."""
    await house.report(17, "x")
    fields = {"role": "investigator", "passphrase": PASSPHRASE, "again": PASSPHRASE}
    page = await (await house.officer("eve")).post("/members/add", fields | {"name": "fay"})
    assert "until then nothing is open to them" in page.words
    assert not re.search(r"\b[0-9]+ case", page.words)
    page = await (await house.officer("bob")).get("/")
    assert "eve made fay a member on " in page.words


async def test_what_is_no_form_is_shown_raw(house: House) -> None:
    """A message that is no report stands byte for byte, and the page says so; one of a later kind keeps its fields."""
    case = await house.report(10, "first")
    room = house.room
    source = await asyncio.to_thread(
        room.report, entropy(10), "again", force="dorset", answers={"subject-serving": "no"}
    )
    room.service.send(source, "north", b'{"v":9}\xff\x1b<i>')
    await house.desk.engine.sync()
    page = await (await house.officer()).get(f"/cases/{case}")
    assert "not in the form of a report" in page.words
    assert '{"v":9}\\xff⟦U+001B⟧<i>' in page.words
    assert "Dorset Police" in page.words
    assert "Still serving" in page.words


def blocks(page: Page) -> dict[str, list[int]]:
    """The cases of each block of an inbox, in their order."""
    found = re.findall(r'<section class="group ([a-z-]+)".*?</section>', page.body, re.S)
    parts = [one.group(0) for one in re.finditer(r'<section class="group .*?</section>', page.body, re.S)]
    return {
        name: [int(one) for one in re.findall(r"Case (\d+)<", part)] for name, part in zip(found, parts, strict=True)
    }


async def test_the_inbox_says_who_waits_for_whom(house: House) -> None:
    """Whoever waits for the unit comes first, who has waited longest before all, with the days; reading and what a
    person says of a case move nothing, answering does."""
    for number in (11, 12, 13):
        await house.report(number, f"report {number}")
        await house.period()
    officer = await house.officer()
    page = await officer.get("/")
    assert blocks(page) == {"for-us": [1, 2, 3]}
    assert "To answer for 3 days" in page.words
    await officer.get("/cases/1")
    await officer.post("/cases/1/state", {"state": "assessing"})
    page = await officer.get("/")
    assert blocks(page) == {"for-us": [1, 2, 3]}
    assert "Being assessed" in page.words
    await send(officer, 2, "an answer")
    page = await officer.get("/")
    assert blocks(page) == {"for-us": [1, 3], "for-source": [2]}
    assert (await officer.post("/cases/3/state", {"state": "closed"})).status == 400
    await officer.post("/cases/1/state", {"state": "new"})
    assert "Being assessed" not in (await officer.get("/")).words


async def test_collect_now_fetches(house: House) -> None:
    """The button collects at once and says whether anything came; a service that is down is said on the page."""
    officer = await house.officer()
    assert "No cases yet" in (await officer.get("/")).words
    assert (await officer.post("/collect")).url == "/?done=collected"
    await asyncio.to_thread(house.room.report, entropy(14), "new")
    page = await officer.post("/collect")
    assert page.url == "/?done=new"
    assert "There are new messages." in page.words
    house.room.transport.down = "GetBoard"
    page = await officer.post("/collect")
    assert page.status == 500
    assert page.title == "There is a problem - Unit desk"


async def test_before_the_unit_is_listed_nothing_can_be_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says so beforehand, and a preview says so with the words kept."""
    case = await house.report(15, "x")
    officer = await house.officer()
    monkeypatch.setattr(house.desk.engine.state, "directory", None)
    assert "nothing can leave" in (await officer.get(f"/cases/{case}")).words
    page = await officer.post(f"/cases/{case}/reply", {"text": TEXT, "act": "preview"})
    assert FAULTS["not-yet"] in page.words
    assert f">\n{TEXT}</textarea>" in page.body


async def test_a_first_line_that_is_empty_stays(house: House) -> None:
    """Browsers drop one line end at the start of a text box; it is given one to drop."""
    case = await house.report(16, "\n\nbegins low")
    officer = await house.officer()
    assert ">\n\nbegins low<" in (await officer.get(f"/cases/{case}")).body
    await send(officer, case, "\n\nlow too")
    assert ">\n\nlow too</div>" in (await officer.get(f"/cases/{case}")).body
