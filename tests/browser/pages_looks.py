# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every page must be on a phone and on a desk, light and dark: no fault that axe knows, no sideways scroll. Where
SCREENSHOTS names a folder (`make screenshots`), each page is photographed there as well, in every look."""

import os
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.long_form import LONG

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
HEIGHT = 900
ALL_LOOKS = tuple((width, scheme) for width in (320, 1280) for scheme in ("light", "dark"))
DESK_LOOKS = (*ALL_LOOKS, (900, "light"), (1600, "dark"))
"""The desk has one column, two from 1100 pixels and three from 1440."""
FOLDER = os.environ.get("SCREENSHOTS", "")
EVERY = bool(FOLDER) or LONG
"""`make long` and `make screenshots` judge each page in every look."""
Looks = tuple[tuple[int, str], ...]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def judged(name: str, every: Looks = ALL_LOOKS) -> Looks:
    """The looks in which the page of that name is judged; `make test` gives a page one, always the same, by its test
    and its name, so that each look has about its share of the pages."""
    if EVERY:
        return every
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    return (every[sha256(f"{test} {name}".encode()).digest()[0] % len(every)],)


def looked_at(every: Looks, chosen: Looks) -> Looks:
    """The looks that a page is shown in, the widest last: those that it is judged in, and one of each other width. What
    is too wide is so light and dark, and each change draws the whole page."""
    if EVERY:
        return every
    widths = {width for width, _ in chosen}
    others = {width: (width, scheme) for width, scheme in every if width not in widths}
    return tuple(sorted((*chosen, *others.values())))


async def in_each_look(page: Page, looks: Looks = ALL_LOOKS) -> AsyncIterator[tuple[int, str]]:
    """The page in one width and scheme after another."""
    for width, scheme in looks:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        yield width, scheme


async def faults(page: Page) -> list[str]:
    """What axe finds on the page as it is, each with the element."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def too_wide(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    found: list[str] = await page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth
          if (document.documentElement.scrollWidth <= width) return []
          return [...document.querySelectorAll('body *')]
            .filter((one) => one.getBoundingClientRect().right > width + 1)
            .map((one) => one.outerHTML.slice(0, 120))
        }"""
    )
    return found


async def photograph(page: Page, name: str) -> None:
    """The page as it is now, from its top, when pictures are wanted; the file is named after the test too."""
    if FOLDER:
        await page.evaluate("() => scrollTo(0, 0)")
        test = os.environ["PYTEST_CURRENT_TEST"].partition("::test_")[2].rpartition(" ")[0]
        file = re.sub(r"[^a-z0-9]+", "-", f"{test} {name}".lower()).strip("-")
        await page.screenshot(path=Path(FOLDER) / f"{file}.png", full_page=True)


async def assert_good_looks(page: Page, name: str, looks: Looks = ()) -> None:
    """Nothing is too wide in any width of this page, and axe finds no fault in ``looks``, or in those that it is judged
    in. ``name`` says in a failure which page it was."""
    every = DESK_LOOKS if name == "desk" else ALL_LOOKS
    chosen = looks or judged(name, every)
    async for width, scheme in in_each_look(page, looked_at(every, chosen)):
        await photograph(page, f"{name} {width} {scheme}")
        assert await too_wide(page) == [], f"{name} at {width} px"
        if (width, scheme) in chosen:
            found = await faults(page)
            assert found == [], f"{name} at {width} px, {scheme}: {found}"
