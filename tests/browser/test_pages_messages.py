# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of answers, with whatever a unit may have written. A worker that only recites stands in for the real one."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from dropbox.http_edge.answers import SCRIPT
from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol.policy import PRODUCTION
from dropbox.server.handlers.policies import WORKER_LOADS
from dropbox.shown.told import MEANS, PROMISED, PROMISED_ONE, SAYS_FIRST, UNREADABLE
from dropbox.source_cli.conversations import read_again
from dropbox.source_cli.terminal import MORE_WAITS
from tests.browser.conftest import CHROMIUM
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_service import small_service
from tests.browser.pages_source import Source, new_codename

RECITES = """
const said = %s
addEventListener('message', ({data: {id, ask, slug}}) => {
  const words = {words: 8, wrong: [], read: [], complete: true, codename: 'a codename'}
  if (ask === 'reply') postMessage({id, failed: {code: 'told', say: slug}})
  else postMessage({id, done: ask === 'check' ? said : ask === 'check-words' ? words : {}})
})
"""
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)><b>bold</b>",
    "Look at https://evil.example/?x and call 0800 123 456, tel:+44, mailto:a@b.example",
    "{{ 7*7 }} ${7*7} {n} {name} %s",
    "line\n\tindented   three spaces\n\nend",
    "x" * 3_000,
    "Z\u0351\u036b\u0343" + "\u0310" * 60 + "algo",
    "\u05e9\u05dc\u05d5\u05dd, which is right to left",
    "",
)

NOTHING: dict[str, Any] = {"kinds": [], "questions": []}


def visited(*conversations: dict[str, Any]) -> dict[str, Any]:
    """What a worker tells of a return."""
    kinds = ("intake-desk", "force-unit")
    units = [{"slug": f"unit-{at}", "name": f"Unit {at}", "kind": kind} for at, kind in enumerate(kinds)]
    return {
        "stored": False,
        "slug": "",
        "name": "",
        "refused": None,
        "warnings": [],
        "clockSuspect": False,
        "period": 100,
        "conversations": list(conversations),
        "units": units,
    }


def conversation(name: str, collected: int, *texts: str, **more: Any) -> dict[str, Any]:
    """What a worker tells of a unit; ``more`` takes the place of what it tells of most."""
    messages = [
        {
            "number": number,
            "kind": "text",
            "text": text,
            "day": "2026-03-01",
            "kinds": [],
            "questions": [],
            "readable": True,
        }
        for number, text in enumerate(texts, 1)
    ]
    usual = {"slug": "unit-0", "name": name, "collected": collected, "again": 3, "more": False, "unread": 0}
    usual |= {"promised": 0, "firstWords": [], "successor": None}
    return usual | {"messages": messages} | more


@asynccontextmanager
async def answers(page: Page, folder: Path, told: dict[str, Any], recites: str = RECITES) -> AsyncIterator[Source]:
    """The page of answers after a visit of which the worker told that."""
    async with small_service(folder) as server:
        script = recites % json.dumps(told)
        bundle: Any = server.service.routes._bundle
        bundle["/worker.js"] = StaticFile(script.encode(), {}, SCRIPT, WORKER_LOADS)
        source = Source(page, server.address)
        await source.start()
        await source.look(new_codename())
        yield source


@pytest.mark.either
async def test_whatever_a_unit_writes_is_shown_and_does_nothing(page: Page, tmp_path: Path) -> None:
    """Markup, addresses, templates, long words, towers of marks and right-to-left text stand on the page letter for
    letter; nothing becomes an element, a link, a request or a dialog, or is wider than the page."""
    happened: list[str] = []
    page.on("dialog", lambda dialog: happened.append(dialog.message))
    async with answers(page, tmp_path, visited(conversation("<i>Unit</i> & co", 2, *HOSTILE))) as source:
        page.on("request", lambda request: happened.append(request.url))
        shown = source.section("messages")
        assert await shown.locator("pre").all_text_contents() == list(HOSTILE)
        assert await shown.locator("pre *").count() == 0
        await page.set_viewport_size({"width": 320, "height": 700})
        await page.evaluate("async () => { await document.fonts.ready }")
        wide = await shown.locator("pre").evaluate_all("all => all.map((one) => one.scrollWidth > one.clientWidth + 1)")
        assert not any(wide)
        assert await shown.locator("[data-conversations] h2").all_text_contents() == ["<i>Unit</i> & co"]
        assert await shown.locator("a, script, img, b, i").count() == 0
        assert (await shown.locator("h3").first.inner_text()).startswith("Answer 1, as it stood on Sunday")
        if page.context.browser and page.context.browser.browser_type.name == CHROMIUM:
            await assert_good_looks(page, "answers")
        assert happened == []


async def test_what_was_collected(chromium_page: Page, tmp_path: Path) -> None:
    """How many messages each unit has, what could not be opened, and that there is no text where there is none."""
    told = (
        (conversation("A", 0), "has not said yet that it has collected"),
        (conversation("B", 1), "has collected 1 of your messages"),
        (conversation("C", 7, unread=1), "A part of an answer could not be opened"),
        (conversation("D", 8, unread=2), "2 parts of answers could not be opened"),
    )
    async with answers(chromium_page, tmp_path, visited(*(one for one, _ in told))) as source:
        shown = await source.section("messages").locator("[data-conversations]").inner_text()
        for _, words in told:
            assert words in shown
        assert "has collected 8 of your messages" in shown
        assert shown.count("There is no answer from this unit") == 2


@pytest.mark.either
async def test_an_outcome_in_plain_words(page: Page, tmp_path: Path) -> None:
    """What each kind means, in the page's words, then the unit's, which do nothing; what is in no form says so."""
    plain = {"kind": "outcome", "day": "2026-03-01", "readable": True} | NOTHING
    messages = [
        plain | {"number": 1, "kinds": ["investigation", "recorded"], "text": HOSTILE[0]},
        plain | {"number": 2, "kinds": ["not-for-us"], "text": ""},
        plain | {"number": 3, "kinds": [], "text": "", "readable": False},
    ]
    async with answers(page, tmp_path, visited(conversation("A unit", 1, messages=messages))) as source:
        shown = source.section("messages").locator(".own-message")
        said = await shown.all_inner_texts()
        assert all(MEANS[kind] in said[0] for kind in ("investigation", "recorded"))
        assert said[0].index(MEANS["recorded"]) < said[0].index("The unit says with it:") < said[0].index(HOSTILE[0])
        assert await shown.nth(0).locator("pre").text_content() == HOSTILE[0]
        assert await shown.locator("a, script, img, b, i").count() == 0
        assert MEANS["not-for-us"] in said[1]
        assert "The unit says" not in said[1]
        assert UNREADABLE.format(number=3) in said[2]
        assert not await shown.nth(2).locator("pre").is_visible()
        assert "Outcome (answer 1), as it stood on Sunday" in said[0]


async def test_first_words_and_promised_days(chromium_page: Page, tmp_path: Path) -> None:
    """Of a unit that has collected: in the page's language, inert, and the days; of another nothing."""
    said = [{"language": "cy", "text": "Diolch."}, {"language": "en", "text": HOSTILE[0]}]
    told = (conversation("A", 1, promised=5, firstWords=said), conversation("B", 1, promised=1, firstWords=said[:1]))
    async with answers(chromium_page, tmp_path, visited(*told, conversation("C", 0))) as source:
        shown = source.section("messages").locator("[data-conversations]")
        assert await shown.locator("pre").all_text_contents() == [HOSTILE[0], "Diolch."]
        assert await shown.locator("a, script, img, b, i").count() == 0
        words = await shown.inner_text()
        assert PROMISED.format(n=5) in words
        assert PROMISED_ONE in words
        assert words.count(SAYS_FIRST) == 2


async def test_for_how_long_and_what_waits(chromium_page: Page, tmp_path: Path) -> None:
    """Below the texts of a unit, for how long they can be read again; above them, or without any, that more waits."""
    told = (
        (conversation("A", 1, "one", again=0), "it is taken down soon, and is gone then."),
        (conversation("B", 1, "two", again=1), "it stays up for one more day at most, and is gone then."),
        (conversation("C", 1, more=True), MORE_WAITS),
        (conversation("D", 1, "three", more=True), "it stays up for 3 more days at most, and is gone then."),
    )
    async with answers(chromium_page, tmp_path, visited(*(one for one, _ in told))) as source:
        shown = await source.section("messages").locator("[data-conversations]").inner_text()
        places = [shown.index(words) for _, words in told]
        assert places == sorted(places)
        assert shown.count("Once the unit learns that you have read this") == 3
        assert shown.count(MORE_WAITS) == 2
        assert shown.rindex(MORE_WAITS) < shown.index("three")
        assert "There is no answer" not in shown
        await assert_good_looks(chromium_page, "answers of which more waits")


async def test_one_page_with_messages_and_without(chromium_page: Page, tmp_path: Path) -> None:
    """The same heading, the same button and the same advice whether something was found or not."""
    frame = []
    for number, told in enumerate((visited(), visited(conversation("A unit", 1, "Hello")))):
        (tmp_path / str(number)).mkdir()
        async with answers(chromium_page, tmp_path / str(number), told) as source:
            shown = source.section("messages")
            frame.append([await shown.locator(one).all_inner_texts() for one in ("h1", "button", "p:visible")])
    assert frame[0][:2] == frame[1][:2]
    assert set(frame[0][2]) ^ set(frame[1][2]) == {
        next(text for text in frame[0][2] if text.startswith("Nothing found")),
        "The unit has collected 1 of your messages.",
        read_again(PRODUCTION),
    }


async def test_whom_a_message_goes_to(chromium_page: Page, tmp_path: Path) -> None:
    """With exactly one unit that has answered the page asks nothing, names it, and sends to it; otherwise it asks, and
    offers only units that can still be written to; where none has answered, also not to remember."""
    second, retired = (conversation("Another", 1) | {"slug": slug} for slug in ("unit-1", "unit-9"))
    first = conversation("Unit 0", 1)
    for number, (told, asked) in enumerate(
        (
            (visited(first), []),
            (visited(first, second), ["Unit 0", "Another"]),
            (visited(retired), ["Unit 0", "Unit 1", "I do not remember"]),
            (visited(second, retired), ["Another"]),
        )
    ):
        (tmp_path / str(number)).mkdir()
        async with answers(chromium_page, tmp_path / str(number), told) as source:
            await source.button("Write to the unit").click()
            page = source.section("write")
            assert await page.locator("[data-which] label:visible").all_inner_texts() == asked
            assert await page.locator("[data-to]:visible").all_inner_texts() == (
                [] if asked else ["It goes to: Unit 0"]
            )
            if asked:
                await source.choose(asked[-1])
            consequence = "".join(await page.locator("[data-unremembered]:visible").all_inner_texts())
            await source.box("Your message").fill("Hello")
            await source.button("Send").click()
            await source.at("There is a problem with the service")
            sent = await source.section("problem").locator("[data-say]").inner_text()
            # Who does not remember writes to the intake desk, and is told so first.
            forgot = asked[-1:] == ["I do not remember"]
            assert sent == ("unit-0" if forgot or not asked else "unit-1")
            assert ("independent charity" in consequence) is forgot


async def test_silence_is_counted_in_the_services_periods(chromium_page: Page, tmp_path: Path) -> None:
    """Days are only said where a period is one."""
    silent = {"code": "silent", "slug": "unit-0", "name": "Unit 0", "days": 3, "proof": False, "text": ""}
    for period, said in ((86_400, "for 3 days"), (5, "for longer than usual")):
        (tmp_path / str(period)).mkdir()
        told = visited() | {"warnings": [silent], "period": period}
        async with answers(chromium_page, tmp_path / str(period), told) as source:
            assert said in " ".join(await source.warnings())


async def test_a_message_that_was_begun_is_not_dropped(chromium_page: Page, tmp_path: Path) -> None:
    """Back from the answers would end it: it stays, and the page says so. The unit's own words stand beside the
    box; what could lead somebody out of hiding is marked in them."""
    texts = ("Thank you.", "Call 0113 496 0000, or see www.example.org.")
    async with answers(chromium_page, tmp_path, visited(conversation("Unit 0", 2, *texts))) as source:
        flags = await source.section("messages").locator(".own-flag").all_inner_texts()
        assert [bool(flag) for flag in flags] == [False, True]
        assert await source.section("messages").locator(".own-way").get_attribute("data-way") == "3"
        await source.button("Write to the unit").click()
        await chromium_page.get_by_text("What the unit wrote").click()
        assert await source.section("write").locator("pre").all_text_contents() == list(texts)
        await source.box("Your message").fill("Hello")
        await source.button("Back").click()
        await source.back()
        await expect(source.section("messages").locator("[data-unsent]")).to_be_visible()
        await source.button("Write to the unit").click()
        await expect(source.box("Your message")).to_have_value("Hello")
        await source.box("Your message").fill("")
        await source.button("Back").click()
        await source.back()
        await expect(source.button("Start a report")).to_be_visible()
