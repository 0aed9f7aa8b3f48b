# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real browsers: Debian's Chromium and Firefox ESR, started once a session and only when a test asks.

A test that takes ``page`` or ``context`` runs in both. One that takes ``safer_page`` runs in Firefox as Tor Browser's
"Safer" level sets it: no just-in-time compilation, no WebAssembly. Each test has a context of its own: no storage, no
cache and no history of another.
"""

import inspect
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.chromium import START, start_chromium
from tests.long_form import LONG
from tests.scenarios.one_demo import OneDemo
from tests.scenarios.service import Demo

CHROMIUM, WHOLE, FIREFOX, SAFER = "chromium", "chromium-whole", "firefox", "firefox-safer"
SAFER_PREFERENCES = {
    f"javascript.options.{name}": False for name in ("wasm", "ion", "baselinejit", "asmjs", "native_regexp")
}
BOTH = [pytest.param(CHROMIUM, marks=pytest.mark.chromium), pytest.param(FIREFOX, marks=pytest.mark.firefox)]
Launch = Callable[[str], Awaitable[Browser]]

PATIENCE = 120_000.0
"""Milliseconds for what comes without a claim about when: what a page does at once may take long on a busy machine."""
expect.set_options(timeout=PATIENCE)


LONGEST = (
    "conversation",
    "desk_day",
    "twin_worker",
    "vectors_browsers",
    "twin_browsers",
    "pages_traces",
    "desk_locking",
    "desk_writing",
    "visits_alike",
    "desk_looks",
    "pages_leave",
)
"""Files that begin first, or some worker would be left with one of them alone."""


def _name(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("test_")


def _turn(item: pytest.Item) -> int:
    return LONGEST.index(_name(item)) if _name(item) in LONGEST else len(LONGEST)


def _in_its_own_browser(item: pytest.Item) -> bool:
    """Whether a test marked ``either`` runs in this browser: of its two runs the one that the mark names, or else
    Chromium, for Firefox takes three times the work. In the long form both."""
    browser = item.callspec.params.get("context") if hasattr(item, "callspec") else None
    either = item.get_closest_marker("either")
    if LONG or browser is None or either is None:
        return True
    return bool(browser == (either.args[0] if either.args else CHROMIUM))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The browsers live in the session's event loop, so the tests that drive them run in it too. The longest files come
    first."""
    left = [item for item in items if "tests/browser/" in item.path.as_posix() and not _in_its_own_browser(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    items.sort(key=_turn)
    for item in items:
        if "tests/browser/" not in item.path.as_posix():
            continue
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if "safer_page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.firefox)
        if "chromium_page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.chromium)


async def start_browser(driver: Playwright, name: str) -> Browser:
    """One of the four, headless, with a profile of its own."""
    if name in (CHROMIUM, WHOLE):
        return await start_chromium(driver, whole=LONG or name == WHOLE)
    program = shutil.which("firefox-esr")
    assert program, "firefox-esr is not installed"
    preferences = SAFER_PREFERENCES if name == SAFER else {}
    return await driver.firefox.launch(
        channel="moz-firefox", executable_path=program, firefox_user_prefs={**preferences}, timeout=START
    )


def _be_patient(browser: Browser) -> None:
    """Nor does any page of it give up what it was asked to press or to open before."""
    new = browser.new_context

    async def new_context(**options: Any) -> BrowserContext:
        context = await new(**options)
        context.set_default_timeout(PATIENCE)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]  # a driver has no setting for all of its pages


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launch() -> AsyncIterator[Launch]:
    """A browser by name; the same one for the whole session."""
    started: dict[str, Browser] = {}
    async with async_playwright() as driver:

        async def browser(name: str) -> Browser:
            if name not in started:
                started[name] = await start_browser(driver, name)
                _be_patient(started[name])
            return started[name]

        yield browser
        for one in started.values():
            await one.close()


@pytest_asyncio.fixture(loop_scope="session", params=BOTH)
async def context(launch: Launch, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A fresh profile, in Chromium and in Firefox."""
    opened = await (await launch(request.param)).new_context()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """An empty page of a fresh profile, in Chromium and in Firefox."""
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium_page(launch: Launch) -> AsyncIterator[Page]:
    """An empty page of a fresh profile in Chromium, for what does not differ between browsers."""
    opened = await (await launch(CHROMIUM)).new_context()
    yield await opened.new_page()
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def safer_page(launch: Launch) -> AsyncIterator[Page]:
    """An empty page in Firefox without just-in-time compilation and WebAssembly."""
    opened = await (await launch(SAFER)).new_context()
    yield await opened.new_page()
    await opened.close()


_ONE = OneDemo("--declaration")


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A whole service whose desks ask for a declaration, the same for all files that stay together."""
    return _ONE.running(tmp_path_factory)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last of them it is stopped."""
    _ONE.left(item, nextitem)
