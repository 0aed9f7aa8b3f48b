# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browsers that the other tests rely on are what they say."""

from playwright.async_api import Page


async def test_both_browsers_run_scripts(page: Page) -> None:
    """Each answers what it computes."""
    assert await page.evaluate("() => 6 * 7") == 42


async def test_the_safer_firefox_has_no_webassembly(safer_page: Page) -> None:
    """Without this, what passes there would show nothing about Tor Browser."""
    assert await safer_page.evaluate("() => typeof WebAssembly") == "undefined"
