# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vectors hold in the real browsers: bundled, in a module worker, under the page's own policy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.bundled import bundle, served
from tests.long_form import LONG

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "vectors" / "scenarios"
VECTORS = {path.stem: json.loads(path.read_text()) for path in sorted(SCENARIOS.glob("*.json"))}
AT_ONCE = 40
STRETCHES = {"argon2id", "codename-stretch"}
"""Operations that take such a browser minutes: test_twin_worker.py compares its stretch with the Python's."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page whose worker answers vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    bundle(folder, page=HERE / "vectors_page.js", worker=HERE / "vectors_worker.js")
    with served(folder) as url:
        yield url


def one_of_each() -> list[str]:
    """A vector of each operation but the stretches, of one that ends well if there is one."""
    found: dict[str, str] = {}
    for name in sorted(VECTORS, key=lambda one: "error" in VECTORS[one]):
        if VECTORS[name]["operation"] not in STRETCHES:
            found.setdefault(VECTORS[name]["operation"], name)
    return sorted(found.values())


async def _differing(page: Page, address: str, names: list[str]) -> dict[str, Any]:
    """Every vector of these that is answered otherwise than its file says, and the answer."""
    await page.goto(address)
    answered: dict[str, Any] = {}
    for start in range(0, len(names), AT_ONCE):
        some = {name: VECTORS[name] for name in names[start : start + AT_ONCE]}
        answered |= await page.evaluate("(vectors) => answerAll(vectors)", some)
    assert sorted(answered) == names
    stated = {name: {key: VECTORS[name][key] for key in ("output", "error") if key in VECTORS[name]} for name in names}
    return {name: found for name, found in answered.items() if found != stated[name]}


@pytest.mark.either
async def test_the_vectors_hold_in_both_browsers(page: Page, address: str) -> None:
    """Chromium, and by `make long` Firefox, answer what the files say."""
    assert await _differing(page, address, sorted(VECTORS)) == {}


async def test_the_vectors_hold_without_compilation_and_webassembly(safer_page: Page, address: str) -> None:
    """So does Firefox as Tor Browser's Safer level sets it: here one of each operation, by `make long` all of them."""
    assert await _differing(safer_page, address, sorted(VECTORS) if LONG else one_of_each()) == {}
