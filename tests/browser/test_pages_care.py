# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words that could hurt somebody: who reads a report, the way on from danger, whom to tell, when to come back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from dropbox.protocol.constants import UnitKind
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.pages_scene import scene
from tests.browser.pages_service import INTAKE, NAMES, NORTH, small_service
from tests.browser.pages_source import ACCOUNT, RACIST, Source
from tests.browser.test_pages_walk import stored


async def test_it_is_said_who_reads_a_report(chromium_page: Page, tmp_path: Path) -> None:
    """At the start for both kinds of unit, before sending for the one that receives it; nobody takes a name out."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.start()
        said = await source.section("start").text_content() or ""
        for words in (
            "They are police.",
            "the independent charity\u2019s desk. They are not police.",
            "takes no name out",
        ):
            assert words in said
        await source.fill()
        check = source.section("check")
        assert await source.receiver() == NAMES[NORTH]
        await expect(check).to_contain_text("They are police")
        await expect(check).to_contain_text("nobody on the way opens it or takes a name out")
        await source.button("Change Force").click()
        await source.choose("I do not know the force")
        await source.go_on("Check your report")
        assert await source.receiver() == NAMES[INTAKE]
        await expect(check).to_contain_text("The independent charity\u2019s desk. They are not police.")
        assert "They are police" not in await check.inner_text()


@pytest.mark.chromium
async def test_a_page_that_calls_police_a_charity_sends_nothing(launch: Launch, tmp_path: Path) -> None:
    """Who reads is said by a page that nobody signed: a server that changes the kind of a unit gets a decoy, and the
    person reads what the signed list says."""
    async with scene(launch, tmp_path) as it:
        honest, lie = b'data-slug="unit-1" data-kind="force-unit"', b'data-slug="unit-1" data-kind="intake-desk"'
        it.between.changes["/"] = lambda body: body.replace(honest, lie)
        await it.source.fill()
        await expect(it.source.section("check")).to_contain_text("They are not police")
        await it.source.press_send(await it.source.take_codename())
        await it.shows("Another unit would receive this", NAMES[NORTH], "They are police", "Do not send it today")
        assert await stored(it.server) == 1, "the decoy"


async def test_every_kind_of_unit_has_its_sentence(chromium_page: Page, tmp_path: Path) -> None:
    """No report goes to somebody of whom the page does not say whether they are police."""
    async with small_service(tmp_path) as server:
        await chromium_page.goto(f"{server.address}/")
        for kind in UnitKind:
            name = kind.name.lower().replace("_", "-")
            words = await chromium_page.evaluate(
                "(name) => document.getElementById('words').content.querySelector(`[data-word=${name}]`)?.textContent",
                f"reads-{name}",
            )
            assert "police" in (words or ""), kind


@pytest.mark.either
async def test_danger_is_no_dead_end(page: Page, tmp_path: Path) -> None:
    """999 to tap and what to do without a voice; on from there to the report: what it is about is asked
    for besides, and the page for danger comes once."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        call = source.section("start").get_by_role("link", name="Call 999", exact=True)
        assert await call.get_attribute("href") == "tel:999"
        await source.button("Start a report").click()
        await source.choose("Someone is in danger, or a crime is happening now")
        await source.go_on("Call 999 now")
        danger = source.section("danger")
        assert await danger.get_by_role("link", name="Call 999").get_attribute("href") == "tel:999"
        await expect(danger).to_contain_text("press 55 when asked")
        await source.button("It is not about somebody in policing").click()
        await source.at("Where to take it")
        await source.button("It is serious corruption or abuse after all").click()
        await source.at("What do you want to report?")
        await source.button("Continue").click()
        await expect(page.get_by_role("alert")).to_contain_text("Choose what it is about too")
        await source.choose("Hurting or controlling a partner, or somebody close to them")
        await source.go_on("Before you go on")
        await source.button("Back").click()
        await source.at("What do you want to report?")
        assert await source.section("suits").get_by_role("link", name="Call 999").get_attribute("href") == "tel:999"


async def test_in_danger_and_abused_at_once(chromium_page: Page, tmp_path: Path) -> None:
    """Both are chosen on one page; 999 comes first, then the report goes on without another answer to that question."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.start()
        await source.button("Start a report").click()
        await source.choose("Hurting or controlling a partner, or somebody close to them")
        await source.choose("Someone is in danger, or a crime is happening now")
        await source.go_on("Call 999 now")
        await source.button("I am safe enough to go on").press("Enter")
        await source.at("Before you go on")
        await source.button("Back").click()
        await source.at("Call 999 now")
        await source.button("Back").click()
        await source.go_on("Before you go on")


async def test_answers_to_what_belongs_here_have_examples(chromium_page: Page, tmp_path: Path) -> None:
    """Each says by examples what it means, also to a screen reader, so that who was abused chooses no complaint."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.start()
        await source.button("Start a report").click()
        for label, example in (
            ("Passing information or influence for money or favours", "Looking somebody up"),
            ("Using a police job for personal gain", "favours"),
            ("Sexual touching, contact or pressure", "during a search"),
            ("Hurting or controlling a partner, or somebody close to them", "Threats|threats"),
            (RACIST, "To your face"),
            ("An ordinary complaint about the police, or something else", "outside policing"),
        ):
            box = chromium_page.get_by_role("checkbox", name=label, exact=True)
            await expect(box).to_have_accessible_description(re.compile(example))


@pytest.mark.either
async def test_what_leaving_does_and_does_not_do_is_said(page: Page, tmp_path: Path) -> None:
    """History and Back are named; a key that a phone does not have is not. Tor is explained, with a way back."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await source.button("How to use Tor Browser").click()
        await source.at("How to use Tor Browser")
        await expect(source.section("tor")).to_contain_text("can see that you use Tor")
        await source.button("Back").click()
        await source.button("Start a report").click()
        await source.choose(RACIST)
        await source.go_on("Before you go on")
        before = source.section("before")
        await expect(before).to_contain_text("Your browser\u2019s history stays")
        await expect(before).to_contain_text("its Back button may show this site")
        await before.get_by_role("button", name="How to use Tor Browser").click()
        await source.button("Back").click()
        await source.at("Before you go on")
        keys = before.locator(".own-with-keys")
        fine = await page.evaluate("() => matchMedia('(any-hover: hover) and (any-pointer: fine)').matches")
        assert await keys.is_visible() is fine


@pytest.mark.chromium
async def test_a_phone_is_told_of_no_shift_key(launch: Launch, tmp_path: Path) -> None:
    """Nothing on the page speaks of it where only a finger points."""
    context = await (await launch(CHROMIUM)).new_context(has_touch=True, is_mobile=True)
    async with small_service(tmp_path) as server:
        page = await context.new_page()
        source = Source(page, server.address)
        await source.start()
        await source.button("Start a report").click()
        await source.choose(RACIST)
        await source.go_on("Before you go on")
        assert "Shift" not in await source.shown_text()
        await context.close()


async def test_the_unit_is_written_down_beside_the_codename(chromium_page: Page, tmp_path: Path) -> None:
    """Its name stands on the page of the codename, since it may be asked for."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.button("Continue to the codename").click()
        await expect(source.section("codename").locator("[data-beside]")).to_have_text(NAMES[NORTH])


async def test_nobody_is_told_to_tell_nobody(chromium_page: Page, tmp_path: Path) -> None:
    """Whoever was told so by an abuser reads here that they can talk, and to whom: by roles, since no number is right
    for everybody. That one may come back sooner depends on nothing that was written."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        await source.press_send(await source.take_codename())
        await source.stored()
        said = await source.section("sent").inner_text()
        assert "in confidence to a doctor, a lawyer or a helpline" in said
        assert "Sooner is fine when things get worse or somebody is at risk" in said
        assert not re.search(r"\bor later\b", said)
        assert all(words in said for words in ("Thank you", "investigate", "keep somebody safe", "on record"))
        assert re.search(r"in [2-6] days", said)
        everything = await source.everything()
        assert "tell nobody" not in everything.lower()
        assert ACCOUNT not in everything
        numbers = set(re.findall(r"tel:(\d+)", everything))
        assert numbers == {"999", "112", "101"}
