# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who comes back when an answer is off the board is told first that more waits, and reads on the second visit."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from dropbox.source_cli.conversations import read_again
from dropbox.source_cli.terminal import MORE_WAITS, NOTHING_FOUND
from tests.browser.absence import ANSWER, Absence, absence
from tests.browser.pages_looks import photograph
from tests.browser.pages_service import NAMES, NORTH
from tests.browser.visitor import SourcePage
from tests.in_process import ask


async def _come(source: SourcePage, gone: Absence) -> tuple[list[str], str]:
    """The texts that the page shows of the northern unit, and all that it says of the visit, until that is over."""
    (found,) = await source.check(gone.codename)
    assert (found.unit, found.collected) == (NAMES[NORTH], "The unit has collected 1 of your messages.")
    page = source.section("messages")
    await expect(page).to_contain_text("This visit is over.")
    assert await source.warnings() == []
    return [one.text for one in found.answers], await page.inner_text()


@pytest.mark.either
async def test_who_comes_after_forty_days_reads_on_the_second_visit(context: BrowserContext, tmp_path: Path) -> None:
    """The page says first that more waits and to come back, and nothing of an answer; then it shows the answer, and for
    how long it can be read again; once the unit knows that it was read, it is still there."""
    async with absence(tmp_path) as gone:
        source = SourcePage(await context.new_page(), gone.server.address)
        texts, said = await _come(source, gone)
        assert texts == []
        assert MORE_WAITS in said
        assert "Come back" in said
        assert "There is no answer" not in said
        await photograph(source.page, "more waits")
        await gone.day()
        texts, said = await _come(source, gone)
        assert texts == [ANSWER]
        assert MORE_WAITS not in said
        assert read_again(gone.server.world.policy) in said
        await photograph(source.page, "read")
        await gone.day()
        (text,) = gone.context.ledger.texts.values()
        assert text.state == "read"
        assert (await _come(source, gone))[0] == [ANSWER]


async def test_the_command_says_the_same(tmp_path: Path) -> None:
    """`dropbox-source check`: more waits, then the answer, then the answer again."""
    async with absence(tmp_path) as gone:

        async def check() -> str:
            config = gone.server.config
            words = ("check", "--service", gone.server.address, "--anchor", config.anchor)
            code, out, told = await asyncio.to_thread(ask, "dropbox-source", *words, stdin=f"{gone.codename}\n")
            assert code == 0, told
            assert "Warning" not in told
            return out

        said = await check()
        assert MORE_WAITS in said
        assert ANSWER not in said
        assert NOTHING_FOUND not in said
        await gone.day()
        for _ in range(2):
            said = await check()
            assert ANSWER in said
            assert MORE_WAITS not in said
            assert read_again(gone.server.world.policy) in said
            await gone.day()
