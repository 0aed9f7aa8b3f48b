# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving, covering and forgetting: what anybody finds who comes to the screen afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.lying_server import LyingServer, lying_server
from tests.browser.pages_looks import HEIGHT, assert_good_looks, photograph
from tests.browser.pages_service import NAMES, NORTH, small_service
from tests.browser.pages_source import ACCOUNT, Source
from tests.server.service import Running

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
START = "Report serious corruption or abuse by someone in policing"


@asynccontextmanager
async def with_neutral_site(folder: Path) -> AsyncIterator[tuple[Running, LyingServer]]:
    """A service whose way out ends at another server on loopback, which writes down who comes."""
    async with (
        small_service(folder / "neutral") as other,
        lying_server(other.address) as neutral,
        small_service(folder / "own", exit_url=f"{neutral.address}/notices.txt") as server,
    ):
        yield server, neutral


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("neutral", "own"):
        (tmp_path / name).mkdir()


def has_no_referrer(neutral: LyingServer) -> bool:
    """The neutral site was asked, and not told from where."""
    asked = [one for one in neutral.asked if one.path == "/notices.txt"]
    return bool(asked) and all(name.lower() != b"referer" for one in asked for name, _ in one.headers)


@pytest.mark.either
async def test_exit_leaves_at_once(page: Page, tmp_path: Path) -> None:
    """By its link, by the keyboard on it or by Shift three times: the neutral site in place of the page, not told where
    the visitor came from; going back shows the start, and nothing of what was typed."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        source = Source(page, server.address)
        for way in ("link", "space", "shift"):
            await source.type_something()
            exits = source.button("Exit this page")
            if way == "link":
                await exits.click()
            elif way == "space":
                await exits.focus()
                await page.keyboard.press("Space")
            else:
                for _ in range(3):
                    await page.keyboard.press("Shift")
            await page.wait_for_url(f"{neutral.address}/**")
            assert has_no_referrer(neutral)
            assert await page.evaluate("() => document.referrer") == ""
            await source.back()
            await source.at(START)
            assert ACCOUNT not in await source.everything()


@pytest.mark.parametrize("way", ["link", "shift"])
@pytest.mark.either
async def test_exit_needs_no_service(page: Page, tmp_path: Path, way: str) -> None:
    """A service that has gone meanwhile, or does not answer, is asked nothing: its address stands in no error page."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        source = Source(page, server.address)
        await source.type_something()
        await page.route(f"{server.address}/**", lambda route: route.abort("connectionrefused"))
        if way == "link":
            await source.button("Exit this page").click()
        else:
            for _ in range(3):
                await page.keyboard.press("Shift")
        await page.wait_for_url(f"{neutral.address}/**")
        assert has_no_referrer(neutral)


async def test_shift_in_writing_does_not_leave(chromium_page: Page, tmp_path: Path) -> None:
    """Capital letters, and Shift pressed twice, are not the way out; each press says, and shows by dots, how many are
    left."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.type_something("")
        box = source.box("What do you know about who they are?")
        await box.press_sequentially("ABC DEF", delay=5)
        dots = chromium_page.locator("#exit-dots")
        for _ in range(2):
            await chromium_page.keyboard.press("Shift")
            await expect(chromium_page.locator("#exit-count")).to_contain_text("Press Shift")
            await expect(dots).to_be_visible()
            assert await dots.get_attribute("data-presses") == "1"
            await chromium_page.keyboard.press("Shift+A")
            await expect(dots).to_be_hidden()
        await expect(box).to_have_value("ABC DEFAA")


async def _wheel(page: Page) -> None:
    await page.keyboard.down("Shift")
    await page.mouse.wheel(0, 40)
    # The wheel's event comes when the page next draws.
    await page.evaluate(TWO_FRAMES)
    await page.keyboard.up("Shift")


async def _click(page: Page) -> None:
    await page.keyboard.down("Shift")
    await page.mouse.click(5, 300)
    await page.keyboard.up("Shift")


async def _long(page: Page) -> None:
    await page.keyboard.down("Shift")
    await page.wait_for_timeout(1_100)
    await page.keyboard.up("Shift")


async def _repeating(page: Page) -> None:
    for _ in range(2):
        await page.keyboard.down("Shift")
    await page.keyboard.up("Shift")


async def _with_control(page: Page) -> None:
    await page.keyboard.down("Control")
    await page.keyboard.press("Shift")
    await page.keyboard.up("Control")


async def _both(page: Page) -> None:
    for key in ("ShiftLeft", "ShiftRight"):
        await page.keyboard.down(key)
    for key in ("ShiftLeft", "ShiftRight"):
        await page.keyboard.up(key)


@pytest.mark.either
async def test_only_bare_presses_of_shift_leave(page: Page, tmp_path: Path) -> None:
    """The wheel turned under a held Shift, a click, Shift held for long or until it repeats, with another key, and both
    Shift keys at once, each more than three times: the page stays, with what was typed. Three bare presses leave."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        source = Source(page, server.address)
        await source.type_something()
        await page.mouse.move(200, 300)
        for gesture in (_wheel, _click, _long, _repeating, _with_control, _both):
            for _ in range(4):
                await gesture(page)
            assert page.url == f"{server.address}/", gesture.__name__
            assert await page.locator("#exit-count").text_content() == "", gesture.__name__
        assert ACCOUNT in await source.everything()
        for _ in range(3):
            await page.keyboard.press("Shift")
        await page.wait_for_url(f"{neutral.address}/**")


@pytest.mark.chromium
async def test_exit_without_script(launch: Launch, tmp_path: Path) -> None:
    """The link is a real one: it leads to the neutral site where no script runs, and the page says what to do."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        context = await (await launch(CHROMIUM)).new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{server.address}/")
        shown = await page.locator("main").inner_text()
        assert "Getting ready" not in shown
        assert "This page needs JavaScript, which has not started" in shown
        assert "dropbox-source report" in shown
        assert await page.get_by_role("button", name="Start a report").count() == 0
        assert await page.locator("section:visible").count() == 1
        for width in (320, 1280):
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            await photograph(page, f"{width}")
        await page.get_by_role("button", name="Exit this page").click()
        await page.wait_for_url(f"{neutral.address}/**")
        assert has_no_referrer(neutral)
        await context.close()


async def hide(page: Page, hidden: bool) -> None:
    """Another app or tab is in front, or this one again, as the browser tells a page."""
    await page.evaluate(
        """(hidden) => {
          const value = hidden ? 'hidden' : 'visible'
          Object.defineProperty(document, 'visibilityState', {configurable: true, value})
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        hidden,
    )


@pytest.mark.either
async def test_a_page_out_of_sight_is_covered(page: Page, tmp_path: Path) -> None:
    """Hidden, it shows a button and nothing else, to eyes and to a screen reader; back in sight it stays covered until
    that is pressed; nothing that was typed is lost. The start needs no cover."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await hide(page, True)
        await expect(source.button("Start a report")).to_be_visible()
        await hide(page, False)
        await source.type_something()
        await hide(page, True)
        await hide(page, False)
        assert (await source.shown_text()).split("\n") == ["Show the page again", "Exit this page"]
        assert await page.title() == "…"
        assert ACCOUNT not in await page.locator("body").aria_snapshot()
        await expect(source.button("Show the page again")).to_be_focused()
        if page.context.browser and page.context.browser.browser_type.name == "chromium":
            await assert_good_looks(page, "cover")
        await source.button("Show the page again").click()
        await expect(source.box("What do you know about who they are?")).to_have_value(ACCOUNT)
        assert await page.title() == "Report serious corruption or abuse in policing"


async def test_a_page_left_alone_is_covered(chromium_page: Page, tmp_path: Path) -> None:
    """After ten minutes without a touch, and not before: whoever comes to an empty chair sees nothing. The cover has
    the way out."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        await chromium_page.clock.install()
        source = Source(chromium_page, server.address)
        await source.type_something()
        covered = source.button("Show the page again")
        await chromium_page.clock.run_for(540_000)
        await chromium_page.keyboard.press("ArrowLeft")
        await chromium_page.clock.run_for(540_000)
        await expect(covered).to_be_hidden()
        await chromium_page.clock.run_for(61_000)
        await expect(covered).to_be_focused()
        await source.button("Exit this page").click()
        await chromium_page.wait_for_url(f"{neutral.address}/**")


@pytest.mark.either
async def test_the_way_out_is_among_the_first_stops(page: Page, tmp_path: Path) -> None:
    """The second press of Tab stands on a link that leaves as the button does."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        source = Source(page, server.address)
        await source.start()
        for _ in range(2):
            await page.keyboard.press("Tab")
        out = page.get_by_role("link", name="Exit this page", exact=True)
        await expect(out).to_be_focused()
        await expect(out).to_be_in_viewport()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{neutral.address}/**")


async def test_any_other_address_has_the_way_out(chromium_page: Page, tmp_path: Path) -> None:
    """A slip in the address leads to a page of the service with its first page, 999 and *Exit this page*."""
    async with with_neutral_site(tmp_path) as (server, neutral):
        await chromium_page.goto(f"{server.address}/reprot")
        await expect(chromium_page.get_by_role("heading", name="There is no page here")).to_be_visible()
        await assert_good_looks(chromium_page, "no page")
        await chromium_page.get_by_role("link", name="Go to the first page").click()
        await Source(chromium_page, server.address).at(START)
        await chromium_page.goto(f"{server.address}/reprot")
        await chromium_page.get_by_role("button", name="Exit this page").click()
        await chromium_page.wait_for_url(f"{neutral.address}/**")


async def test_the_cover_does_not_stop_a_visit(chromium_page: Page, tmp_path: Path) -> None:
    """A phone that is put away while the report goes out finds it stored."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        async with source.envelope_held():
            await source.press_send(await source.take_codename())
            await source.at("Sending")
            await hide(chromium_page, True)
            await hide(chromium_page, False)
            await source.button("Show the page again").click()
        await source.stored()


@pytest.mark.either("firefox")
async def test_reload_and_a_reopened_tab_show_nothing(context: BrowserContext, tmp_path: Path) -> None:
    """After a reload, in a second tab, and after leaving and coming back by Back and Forward: the start, and no word of
    what was typed in the document."""
    async with small_service(tmp_path) as server:
        page = await context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        source = Source(page, server.address)
        await source.fill()
        codename = await source.take_codename()
        await source.box("Word 1").fill(codename)

        async def shows_nothing(one: Source) -> None:
            await one.at(START)
            await expect(one.button("Start a report")).to_be_visible()
            held = await one.everything()
            assert ACCOUNT not in held
            assert codename not in held
            assert not await one.page.locator("input:checked").count()

        await page.reload()
        await shows_nothing(source)
        second = Source(await context.new_page(), server.address)
        await second.open()
        await shows_nothing(second)
        await source.type_something()
        await page.goto(f"{server.address}/notices.txt")
        await source.back()
        await shows_nothing(source)
        await source.type_something()
        await page.goto(f"{server.address}/notices.txt")
        await page.evaluate("() => history.go(-2)")
        await shows_nothing(source)
        await page.evaluate("() => history.forward()")
        await shows_nothing(source)


async def test_after_stored_the_page_has_forgotten(chromium_page: Page, tmp_path: Path) -> None:
    """On "stored" neither the account nor the codename is anywhere in the document; Back leads to an empty start."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        codename = await source.take_codename()
        await source.send(codename)
        await source.stored()

        async def forgot() -> None:
            held = await source.everything()
            assert ACCOUNT not in held
            assert codename not in held
            assert codename.replace(" ", "</li><li>") not in held

        await forgot()
        await source.back()
        await source.at(START)
        await forgot()


WATCH = """() => {
  window.cameBack = []
  document.addEventListener('input', (event) => { window.cameBack.push(event.target.value) }, true)
}"""
"""Notes what every field of the page becomes, if only for a moment."""


async def press_undo(source: Source, name: str) -> None:
    """Undo and redo what one can, with the focus on that field: no field is ever anything but empty."""
    await source.box(name).focus()
    await source.page.evaluate(WATCH)
    for key in ("z", "y", "Shift+z"):
        for _ in range(10):
            await source.page.keyboard.press(f"Control+{key}")
    await expect(source.box(name)).to_have_value("")
    assert [value for value in await source.page.evaluate("() => window.cameBack") if value] == []


@pytest.mark.either("firefox")
async def test_nothing_comes_back_by_undo(page: Page, tmp_path: Path) -> None:
    """After a report and after a return, undoing in the emptied fields brings back neither account nor codename nor
    message; and the fields still work."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.fill()
        codename = await source.take_codename()
        await source.box("Word 1").press_sequentially(codename)
        await source.button("Send the report").click()
        await source.stored()
        await source.back()
        await source.at(START)
        await source.button("Read your answers").click()
        await press_undo(source, "Word 1")
        await source.box("Word 1").press_sequentially(codename)
        await expect(page.locator("#codename-in-help")).to_have_text("This is right")
        await source.button("Look for answers").click()
        await source.at("Answers", 30_000)
        for _ in range(2):
            await source.button("Write to the unit").click()
            await press_undo(source, "Your message")
            await source.choose(NAMES[NORTH])
            await source.box("Your message").press_sequentially("Quillfeather")
            await source.button("Send").click()
            await source.at("Your message is stored", 30_000)
            await source.button("Back to the answers").click()
        await source.back()
        await source.at(START)
        await source.button("Read your answers").click()
        await press_undo(source, "Word 1")
        held = await source.everything()
        assert codename not in held
        assert "Quillfeather" not in held
