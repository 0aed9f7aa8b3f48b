# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the checker marks in a text stands on its preview, and stops it where it must."""

import re

import pytest

from tests.desk_web.house import House, Officer, Page
from tests.desk_web.test_drafts import hidden, write
from tests.hostile.strings import FAMILIES

TASK = "Could you get a copy of the notebook?"
NAMED = "Did Whitlow say so?"


async def preview(officer: Officer, text: str) -> Page:
    return await write(officer, "preview", text, hidden(await officer.get("/cases/1")))


async def send(sender: Officer, page: Page, **fields: str) -> Page:
    case = page.title.split()[3]
    return await sender.post(f"/cases/{case}/reply", {"act": "send", "once": page.field("once"), **fields})


def sent(house: House) -> list[str]:
    return [b"".join(text.parts).decode() for text in house.desk.engine._replies]


async def test_marked_words_stand_in_the_text_and_their_reasons_beside_it(house: House) -> None:
    """Numbered alike in both; the text is whole; a text without marks has neither margin nor tick."""
    await house.report(1, "He is called Whitlow.")
    ada = await house.officer()
    page = await preview(ada, f"{NAMED} {TASK}")
    assert re.findall(r'<mark data-numbers="(\d+)">([^<]*)</mark>', page.body) == [
        ("1", "Whitlow"),
        ("2", "get a copy"),
    ]
    assert f"{NAMED} {TASK}" in page.words
    assert page.words.index("Could give the source away") < page.words.index("Tasks the source")
    assert "2 marks in your text" in page.words
    plain = await preview(ada, "Thank you. Which day was it?")
    assert "<mark" not in plain.body
    for name in ("read", "authorisation", "officer"):
        assert f'name="{name}"' in page.body
        assert f'name="{name}"' not in plain.body


async def test_marks_other_than_a_task_need_a_tick(house: House) -> None:
    """Without it the preview comes back and says why; with it the text goes, and no authorisation is asked for."""
    await house.report(1, "He is called Whitlow.")
    ada = await house.officer()
    page = await preview(ada, NAMED)
    assert 'name="authorisation"' not in page.body
    again = await send(ada, page)
    assert again.url.startswith("/cases/1/preview")
    assert "read the marks" in again.words
    assert sent(house) == []
    assert (await send(ada, again, read="yes")).url == "/cases/1?done=sent"
    assert sent(house) == [NAMED]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"read": "yes"},
        {"authorisation": "RIPA 12/26"},
        {"officer": "DCI Example"},
        {"authorisation": "x" * 61, "officer": "y"},
        {"authorisation": "x", "officer": "y" * 81},
        {"authorisation": " ", "officer": " "},
    ],
)
async def test_a_task_needs_both_lines_of_an_authorisation(house: House, given: dict[str, str]) -> None:
    """Nothing is sent without, and the text is kept; with both it goes, and the case says who authorised it."""
    await house.report(1, "x")
    ada = await house.officer()
    page = await send(ada, await preview(ada, TASK), **given)
    assert page.url.startswith("/cases/1/preview")
    assert "Not sent" in page.words
    assert TASK in page.words
    assert sent(house) == []
    page = await send(ada, page, authorisation="RIPA 12/26", officer="DCI Example")
    assert page.url == "/cases/1?done=sent"
    assert "Authorised from outside the desk: DCI Example, reference RIPA 12/26" in page.words


async def test_a_hostile_text_is_marked_inert(house: House) -> None:
    """One of each family around a task, and as an authorisation: no tag but those of the page, no letter unseen."""
    await house.report(1, "x")
    ada = await house.officer()
    for family in FAMILIES:
        text = family[0].replace("\x00", "").replace("\r", "")
        page = await preview(ada, f"{text}\n\n{TASK}\n\nwww.example.org/{text}"[:5_000])
        assert "Send this?" in page.words
        assert "get a copy" in page.body
        tags = set(re.findall(r"<(\w+)", page.body.partition("<main")[2]))
        assert tags <= TAGS, tags - TAGS
        line = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:50] or "x"
        page = await send(ada, page, authorisation=line, officer=line, read="yes")
        assert page.url == "/cases/1?done=sent", page.words
        assert set(re.findall(r"<(\w+)", page.body.partition("<main")[2])) <= TAGS


TAGS = {"p", "a", "h1", "h2", "h3", "div", "mark", "section", "ol", "ul", "li", "strong", "bdi", "form", "input"}
TAGS |= {"fieldset", "legend", "label", "button", "dl", "dt", "dd", "textarea", "br", "details", "summary"}
TAGS |= {"select", "option", "span", "nav", "aside"}
