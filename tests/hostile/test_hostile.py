# SPDX-License-Identifier: AGPL-3.0-or-later
"""The short form of the campaign (`make hostile` is the long one), and that it would see what it looks for."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from jinja2 import ChoiceLoader, DictLoader
from playwright.async_api import Browser, async_playwright

from journalist_ui.web import render
from journalist_ui.web.answers import HTML, Answer
from tests.chromium import start_chromium
from tests.hostile.campaign import A_CASE, run
from tests.hostile.strings import FAMILIES, hostile_strings
from tests.long_form import LONG

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]
SHORT = 200 if LONG else 130
"""Texts: all seeds, and as many drawn ones as `make test` has time for."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for this file; each campaign has a context of its own."""
    async with async_playwright() as driver:
        started = await start_chromium(driver)
        yield started
        await started.close()


async def test_hostile_texts_neither_act_nor_hide(browser: Browser, tmp_path: Path) -> None:
    """Every seed of every family and some drawn ones, sent by a source and typed by an officer: no act, no request, no
    clipped or altered letter, in the browser, on paper and on the terminal."""
    assert sum(map(len, FAMILIES)) < SHORT
    campaign = await run(browser, tmp_path, hostile_strings(SHORT))
    assert campaign.faults == []
    assert campaign.strings == SHORT
    assert campaign.typed > SHORT * 0.9
    assert len(campaign.requests) > 30


LIVE = ["<img src=http://evil.example/x onerror=window.canary=1>", "<b>bold</b>", "\u202eevil\u200b"]


@pytest.mark.parametrize(
    ("template", "seen"),
    [
        # Not escaped: markup comes alive, and asks for what the policy forbids to load.
        ("{{ text | inert | safe }}", "markup came alive in"),
        # Not inert: letters that hide reach the page.
        ("{{ text }}", "the page does not hold the text"),
        # Cut off.
        ("{{ text[:3] | inert }}", "the page does not hold the text"),
    ],
)
async def test_a_template_that_is_not_inert_is_seen(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, seen: str
) -> None:
    """Each way in which a template could fail is a fault of the campaign."""
    planted = render.environment.__wrapped__()
    assert planted.loader is not None
    source, *_ = planted.loader.get_source(planted, "parts.html")
    assert "{{ text | inert }}" in source
    fault = DictLoader({"parts.html": source.replace("{{ text | inert }}", template)})
    planted.loader = ChoiceLoader([fault, planted.loader])
    monkeypatch.setattr(render, "environment", lambda: planted)
    campaign = await run(browser, tmp_path, LIVE * (A_CASE // len(LIVE)), typed=False)
    assert any(seen in fault for fault in campaign.faults), campaign.faults


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        (".quoted { white-space: nowrap; }", "something is outside of its box in"),
        (".quoted { max-height: 1rem; min-height: 0; overflow: hidden; }", "something is outside of its box in"),
        (".quoted { opacity: 0; }", "nothing is shown of"),
        (".quoted { display: none; }", "nothing is shown of"),
        (".quoted { visibility: hidden; }", "not all can be seen of"),
    ],
)
async def test_a_style_that_hides_is_seen(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str, seen: str
) -> None:
    """So is each way in which the style sheet could."""
    real = Answer.__init__

    def planted(self: Answer, body: bytes, kind: str = HTML, *rest: Any, **more: Any) -> None:
        real(self, body + style.encode() if kind.startswith("text/css") else body, kind, *rest, **more)

    monkeypatch.setattr(Answer, "__init__", planted)
    campaign = await run(browser, tmp_path, ["y" * 3_000, *LIVE], typed=False)
    assert any(seen in fault for fault in campaign.faults), campaign.faults
