# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk by keyboard alone, in both browsers, and without scripts."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.desk.room import PASSPHRASE
from tests.desk_web.house import House, open_house

pytestmark = pytest.mark.either
PART = 884


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Three cases, all unread."""
    async with open_house(tmp_path_factory.mktemp("keyboard") / "desk") as opened:
        for number in (1, 2, 3):
            await opened.report(number, f"report {number}")
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, page: Page) -> Officer:
    return Officer(house, page)


async def focused(page: Page) -> str:
    """What has the focus: its text, or its id."""
    found: str = await page.evaluate(
        "() => document.activeElement.innerText?.trim() || document.activeElement.id || document.activeElement.tagName"
    )
    return found


async def walk(page: Page, most: int = 60) -> list[tuple[str, bool]]:
    """Tab from the top of the page to its end: each stop, and whether the focus can be seen there."""
    stops: list[tuple[str, bool]] = []
    await page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
    for _ in range(most):
        await page.keyboard.press("Tab")
        stop, seen = await page.evaluate(
            """() => {
              const one = document.activeElement
              const style = getComputedStyle(one)
              const box = one.getBoundingClientRect()
              const inside = box.top < innerHeight && box.bottom > 0 && box.left >= 0 && box.right <= innerWidth
              const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
              const name = one.innerText?.trim() || one.id || one.value || one.tagName
              return [one === document.body ? '' : name, ring && inside]
            }"""
        )
        if not stop or (stops and stop == stops[0][0]):
            break
        stops.append((stop, seen))
    return stops


CONTROLS = "a[href]:visible, button:visible, input:visible, textarea:visible, select:visible, summary:visible"


async def test_every_control_is_reached_in_sight(officer: Officer) -> None:
    """Tab reaches each link, box and button of each page once, in the order of the page, the skip link first, each with
    a ring and on the screen."""
    await officer.sign_in()
    for path in (
        "/",
        "/cases/1",
        "/members",
        "/passphrase",
        "/settings",
        "/flood",
        "/audit",
        "/audit/check",
        "/status",
        "/help",
        "/sign-in",
    ):
        # In a tab of its own: the last Tab of a walk may lead out of the page, to the browser's own controls.
        tab = Officer(officer.house, await officer.page.context.new_page())
        await tab.open(path)
        # The sign-in page begins in its first box; the walk begins before all of them.
        await tab.page.evaluate("() => { document.body.tabIndex = -1; document.body.focus() }")
        stops = await walk(tab.page)
        assert stops[0][0] == "Skip to the main part", path
        assert [stop for stop, seen in stops if not seen] == [], path
        controls = await tab.page.locator(CONTROLS).count()
        # A group of boxes to tick is one box a stop; nothing traps the focus.
        assert len(stops) == controls, (path, stops)
        await tab.page.close()


async def test_a_report_is_answered_without_a_mouse(officer: Officer) -> None:
    """Sign in, walk the inbox, open, write, preview, send and lock: keys alone."""
    page, keys = officer.page, officer.page.keyboard
    await officer.open("/sign-in")
    await page.locator("#member").focus()
    for text in ("ada", PASSPHRASE, officer.house.code("ada")):
        await keys.type(text)
        await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await page.wait_for_load_state()
    rows = await page.locator("a[data-row]").all_inner_texts()
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        await keys.press(key)
        assert await focused(page) == rows[row]
    await keys.press("Enter")
    case = re.findall(r"Case \d+", rows[1])[0]
    await expect(page.get_by_role("heading", name=case, exact=True)).to_be_visible()
    await expect(page.locator("#count")).not_to_be_empty()
    await keys.press("r")
    await expect(page.locator("#text")).to_be_focused()
    await keys.type("jkr is what I say: thank you.")
    await expect(page.locator("#text")).to_have_value("jkr is what I say: thank you.")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Send this?")).to_be_visible()
    await expect(page.locator(".unit .quoted")).to_have_text("jkr is what I say: thank you.")
    await page.get_by_role("button", name="Send to the source").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("status").first).to_contain_text("The text is stored")
    await expect(page.locator("li.unit .quoted")).to_have_text("jkr is what I say: thank you.")
    await page.wait_for_load_state()
    await officer.escape_twice()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert officer.complaints == []


async def test_r_on_a_row_goes_to_its_reply_box(officer: Officer) -> None:
    """From the inbox straight to the box of the row's case; without a row the letter does nothing."""
    await officer.sign_in()
    await officer.page.keyboard.press("r")
    assert officer.page.url == officer.house.url
    await officer.page.keyboard.press("j")
    await officer.page.keyboard.press("r")
    await officer.page.wait_for_url("**/cases/*#text")
    await expect(officer.page.locator("#text")).to_be_focused()


async def test_letters_that_are_off_do_nothing(officer: Officer) -> None:
    """Turned off on the help page: j moves nothing; Escape twice still locks."""
    await officer.sign_in()
    await officer.open("/help")
    await officer.press("Turn shortcuts of one letter off")
    await officer.open("/")
    before = await focused(officer.page)
    await officer.page.keyboard.press("j")
    assert await focused(officer.page) == before
    await officer.escape_twice()
    await expect(officer.page.get_by_role("heading", name="Sign in")).to_be_visible()


COUNTED = (
    ("", "0 bytes: part 1 of at most 8; 884 bytes are left in this part."),
    ("x" * PART, "884 bytes: part 1 of at most 8; 0 bytes are left in this part."),
    ("x" * (PART + 1), "885 bytes: part 2 of at most 8; 883 bytes are left in this part."),
    ("a\nb", "3 bytes: part 1 of at most 8; 881 bytes are left in this part."),
    ("é\U0001f9d1", "6 bytes: part 1 of at most 8; 878 bytes are left in this part."),
    ("x" * PART * 8, "7,072 bytes: part 8 of at most 8; 0 bytes are left."),
    ("x" * PART * 8 + "x", "7,073 bytes: 9 parts, at most 8 can be sent. Shorten it."),
)


async def test_the_counter_says_what_the_desk_will_say(officer: Officer) -> None:
    """Bytes and parts while typing are those of the preview, line ends and letters of several bytes included."""
    await officer.sign_in()
    for text, said in COUNTED:
        await officer.open("/cases/3")
        await officer.page.locator("#text").fill(text)
        await expect(officer.page.locator("#count")).to_have_text(said)
        await officer.press("Preview")
        words = await officer.words()
        if len(text.encode()) > PART * 8:
            assert "The text needs 9 parts, at most 8 can be sent." in words
            await expect(officer.page.locator("#text")).to_have_value(text)
        elif text:
            parts = -(-len(text.encode()) // PART)
            assert f"It is {len(text.encode()):,} bytes long" in words
            assert f"travels in {parts} part" in words


@pytest.mark.chromium
async def test_everything_works_without_scripts(house: House, launch: Launch) -> None:
    """Sign in, read, keep a draft, preview, change, send, lock, with scripts turned off."""
    context = await (await launch(CHROMIUM)).new_context(java_script_enabled=False)
    officer = Officer(house, await context.new_page())
    await officer.sign_in("bob")
    await officer.press("Collect now")
    await officer.page.locator("a[data-row]", has_text="Case 1").click()
    assert "report 1" in await officer.words()
    await officer.fill({"text": "\nWritten without scripts.\n"})
    await officer.press("Keep as a draft")
    await expect(officer.page.locator("#text")).to_have_value("\nWritten without scripts.\n")
    await officer.press("Preview")
    await officer.press("Change it")
    await expect(officer.page.locator("#text")).to_have_value("\nWritten without scripts.\n")
    await officer.press("Preview")
    await officer.press("Send to the source")
    assert await officer.page.locator("li.unit .quoted").last.text_content() == "\nWritten without scripts.\n"
    await officer.press("Lock now")
    assert "The desk is locked." in await officer.words()
    await context.close()


TRY_ALL = """async () => {
  const tried = {}
  const violated = new Promise((resolve) =>
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      if (effectiveDirective === 'connect-src') resolve(effectiveDirective)
    }),
  )
  const attempt = async (name, act) => {
    try { tried[name] = String(await act()) } catch (error) { tried[name] = error.name }
  }
  await attempt('markup', () => { document.body.innerHTML = '<b>x</b>' })
  await attempt('script', () => { document.createElement('script').text = '1' })
  // The same desk under another name: only the policy stands in the way.
  const elsewhere = new URL('/sign-in', location.href)
  elsewhere.hostname = location.hostname === 'localhost' ? '127.0.0.1' : 'localhost'
  await attempt('fetch', () => fetch(elsewhere, { mode: 'no-cors' }))
  tried.directive = await violated
  await attempt('policy', () => trustedTypes.createPolicy('mine', {}))
  const line = document.createElement('p')
  line.setAttribute('style', 'position: fixed')
  await attempt('handler', () => line.setAttribute('onclick', 'window.acted = 1'))
  document.body.append(line)
  line.click()
  tried.style = getComputedStyle(line).position
  tried.acted = String(window.acted)
  return tried
}"""


async def test_the_browser_holds_to_the_policy(officer: Officer) -> None:
    """On a page of the desk no text becomes markup or script, nothing is loaded or fetched from elsewhere, and no
    inline style or handler acts."""
    await officer.sign_in()
    refused = await officer.page.evaluate(TRY_ALL)
    assert refused == {
        "markup": "TypeError",
        "script": "TypeError",
        "fetch": "TypeError",
        "directive": "connect-src",
        "policy": "TypeError",
        "style": "static",
        "handler": "TypeError",
        "acted": "undefined",
    }
