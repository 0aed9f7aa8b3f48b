# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's questions in the browser: one page each, what is sent, and that nothing in them does anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import CHROMIUM
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_source import Source
from tests.browser.test_pages_messages import HOSTILE, NOTHING, RECITES, answers, conversation, visited

SENT = RECITES.replace("{id, ask, slug}", "{id, ask, slug, text, answers}").replace(
    "say: slug", "say: JSON.stringify({slug, text, answers})"
)
KINDS: list[dict[str, Any]] = [
    {"id": "when", "ask": "Which month was it?", "kind": "text", "options": []},
    {"id": "still", "ask": "Is it still going on?", "kind": "yes-no", "options": []},
    {
        "id": "where",
        "ask": "Where?",
        "kind": "choice",
        "options": [{"id": "work", "label": "At work"}, {"id": "home", "label": "At home"}],
    },
    {"id": "who", "ask": "Who else?", "kind": "text", "options": []},
]


def asking(*questions: dict[str, Any], slug: str = "unit-0") -> dict[str, Any]:
    """What a worker tells of a unit that asks these, in its text 7."""
    told = NOTHING | {"kind": "questions", "day": "2026-03-01", "readable": True, "text": ""}
    return conversation("A unit", 1, slug=slug, messages=[told | {"number": 7, "questions": list(questions)}])


async def sent(page: Page) -> Any:
    """What the worker was asked to send, by the page that says so."""
    place = page.locator("#page-problem [data-say]")
    await place.wait_for()
    return json.loads(await place.inner_text())


async def answer_all(page: Page, source: Source) -> None:
    """One in words, one by yes or no, one by two options, and one by that it would identify."""
    await page.locator("#page-asked-1 textarea").fill("In May")
    await source.button("Continue").click()
    await source.at("Question 2 of 4")
    await page.locator("#page-asked-2").get_by_label("No", exact=True).check()
    await page.locator("#page-asked-2").get_by_label("I am not sure").check()
    await page.go_back()
    await source.at("Question 1 of 4")
    await source.button("Continue").click()
    await source.button("Continue").click()
    await source.at("Question 3 of 4")
    for label in ("At work", "At home"):
        await page.locator("#page-asked-3").get_by_label(label).check()
    await source.button("Continue").click()
    await page.locator("#page-asked-4").get_by_label("Answering would identify me").check()
    await source.button("Continue").click()
    await source.at("Write to the unit")


@pytest.mark.either
async def test_each_is_answered_on_a_page_of_its_own(page: Page, tmp_path: Path) -> None:
    """Counted, Skip first, then that it would identify; Back goes to the one before; the check page shows all and leads
    back to each; what is sent names the unit's text, and what was skipped is not there."""
    async with answers(page, tmp_path, visited(asking(*KINDS), conversation("B", 1, slug="unit-1")), SENT) as source:
        await source.button("Answer the questions").click()
        await source.at("Question 1 of 4")
        shown = page.locator("#page-asked-1")
        assert (await shown.locator("button, input, textarea").all_inner_texts())[1] == "Skip this question"
        assert "Which month was it?" in await shown.inner_text()
        await answer_all(page, source)
        rows = page.locator("#page-write [data-answers] dd:not(.govuk-summary-list__actions)")
        said = ["In May", "I am not sure", "At work\nAt home", "Answering would identify me"]
        assert await rows.all_inner_texts() == said
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "answers to check")
        await page.locator("#page-write [data-change-asked='1']").click()
        await source.button("Skip this question").click()
        await source.at("Write to the unit")
        assert (await rows.all_inner_texts())[0] == "Skipped"
        await source.button("Send").click()
        assert await sent(page) == {
            "slug": "unit-0",
            "text": "",
            "answers": {"q-7-still": ["unsure"], "q-7-where": ["home", "work"], "q-7-who": None},
        }


async def test_nobody_is_kept_from_an_emergency(chromium_page: Page, tmp_path: Path) -> None:
    """A question that names 999 is not remarked upon; one with a longer number, or a call besides, is."""
    page = chromium_page
    asks = {
        "Is it now? Please call 999.": False,
        "Ring 101 or 112?": False,
        "Please call 999 555 0123.": True,
        "Call 999, or meet me?": True,
    }
    questions = [{"id": f"q{at}", "ask": text, "kind": "text", "options": []} for at, text in enumerate(asks)]
    async with answers(page, tmp_path, visited(asking(*questions)), SENT) as source:
        await source.button("Answer the questions").click()
        for at, flagged in enumerate(asks.values(), start=1):
            await source.at(f"Question {at} of {len(asks)}")
            remark = page.locator(f"#page-asked-{at}").get_by_text("holds an address or a number")
            assert await remark.count() == flagged
            await source.button("Continue").click()


@pytest.mark.either
async def test_whatever_a_unit_asks_does_nothing(page: Page, tmp_path: Path) -> None:
    """Markup, addresses and long words as questions and labels stand letter for letter; nothing is an element, a link
    or a dialog, or wider than a small page; an address is remarked upon."""
    happened: list[str] = []
    page.on("dialog", lambda dialog: happened.append(dialog.message))
    hostile = [text for text in HOSTILE if text]
    options = [{"id": f"o{at}", "label": text} for at, text in enumerate(hostile)]
    questions = [{"id": f"q{at}", "ask": text, "kind": "choice", "options": options} for at, text in enumerate(hostile)]
    async with answers(page, tmp_path, visited(asking(*questions)), SENT) as source:
        page.on("request", lambda request: happened.append(request.url))
        await page.set_viewport_size({"width": 320, "height": 700})
        await source.button("Answer the questions").click()
        for at, text in enumerate(hostile, start=1):
            shown = page.locator(f"#page-asked-{at}")
            assert await shown.locator("pre").text_content() == text
            assert await shown.locator("[data-answer-here] label").all_text_contents() == hostile
            assert await shown.locator("a, script, img, b, i").count() == 0
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await page.evaluate(wide), text
            await source.button("Continue").click()
        assert "holds an address or a number" in await page.locator("#page-asked-2").inner_html()
        assert happened == []


async def test_nothing_is_left_of_them(chromium_page: Page, tmp_path: Path) -> None:
    """A page that goes takes them and the answers away; a unit that has ended is answered nothing."""
    page = chromium_page
    async with answers(page, tmp_path, visited(asking(*KINDS), asking(*KINDS, slug="unit-9")), SENT) as source:
        assert await source.section("messages").locator("button", has_text="Answer the questions").count() == 1
        await source.button("Answer the questions").click()
        for _ in KINDS:
            await source.button("Skip this question").click()
        await source.button("Send").click()
        assert "Write a message" in await page.locator("#page-write").inner_text()
        await page.locator("#page-write [data-change-asked='1']").click()
        await page.locator("#page-asked-1 textarea").fill("In May")
        await source.button("Continue").click()
        assert "In May" in await page.content()
        await page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert await page.locator("[data-asked-page]").count() == 0
        assert "In May" not in await page.content()
