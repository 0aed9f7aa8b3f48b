# SPDX-License-Identifier: AGPL-3.0-or-later
"""The real server behind a line that is cut: the browser goes on where it was, and begins again where it must; a server
that lies about rows, or about the rest of them, is told of in one sentence."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, expect

from dropbox.protocol.errors import RowsMismatch, TrailingBytes, Truncated
from dropbox.protocol.wire import encode_answer
from tests.browser.lying_server import (
    READING,
    Change,
    LyingServer,
    Way,
    cut,
    cut_after,
    hurried,
    lying_server,
    place_of,
)
from tests.browser.pages_service import NAMES
from tests.browser.test_lies import check, honest as honest, new_codename, publish, service
from tests.browser.visitor import Report, SourcePage
from tests.flows.lies import flip
from tests.long_form import short_of
from tests.server.service import Running

ROWS, REST = "/v1/rows", "/v1/rows/"
QUOTA, PIECE = 128, 100_000
"""Rows of each of three units, nearly 400 kB together, and bytes that come of an answer before it is cut."""
HEAD = 34
"""Bytes before the rows themselves."""
ENDLESS = 10_000


def places(server: LyingServer) -> list[str]:
    """What was asked for, boards and offsets left out."""
    return [place_of(one.path) for one in server.of_visits()]


def offsets(server: LyingServer) -> list[int]:
    """From where the rest was asked for, each time."""
    return [int(one.path.split("/")[-1]) for one in server.of_visits() if place_of(one.path) == REST]


@pytest.mark.either
async def test_a_line_that_is_cut_again_and_again(context: BrowserContext, tmp_path: Path) -> None:
    """Every 100 kB: no byte that came is asked for again, the report is stored, and nobody is warned of anything."""
    async with service(tmp_path, quota=QUOTA) as honest, lying_server(honest.address) as server:
        server.ways["/v1/board"] = [cut_after(1_000)]
        server.ways[ROWS], server.ways[REST] = [cut_after(PIECE)], [cut_after(PIECE)] * 9
        source = SourcePage(await context.new_page(), server.address)
        await source.report(Report("over a line that is cut"))
        assert await source.warnings() == []
        assert places(server) == [*READING[:2], "/v1/board/", ROWS, REST, REST, REST, "/v1/envelopes"]
        assert offsets(server) == [PIECE, 2 * PIECE, 3 * PIECE]


@pytest.mark.parametrize("boards", [1, 2])
@pytest.mark.either
async def test_boards_that_pass_while_the_line_is_down(context: BrowserContext, tmp_path: Path, boards: int) -> None:
    """The rest of the board before is still served, and the visit goes on with it. Of an older one it is not: the rows
    are asked for from the beginning, are of another board by then, and directory, board and rows are fetched once
    more."""
    async with service(tmp_path, quota=QUOTA) as honest, lying_server(honest.address) as server:
        now = int(time.time()) // honest.world.policy.period

        async def replaced(request: web.Request, answer: web.Response) -> web.StreamResponse:
            for later in range(boards):
                await publish(honest, now + 1 + later)
            return await cut_after(PIECE)(request, answer)

        server.ways[ROWS] = [replaced]
        source = SourcePage(await context.new_page(), server.address)
        assert await source.check(new_codename()) == []
        await expect(source.section("messages")).to_contain_text("This visit is over.")
        assert await source.warnings() == []
        again = {1: [], 2: [ROWS, *READING]}[boards]
        assert places(server) == [*READING, REST, *again, "/v1/envelopes"]
        assert offsets(server) == [PIECE]


LIES: dict[str, tuple[Change, str]] = {
    "named for another board": (lambda rows: flip(rows, HEAD - 1), RowsMismatch.say),
    "longer": (lambda rows: rows + b"x", TrailingBytes.say),
    "shorter": (lambda rows: rows[:-1], Truncated.say),
    "none": (lambda rows: b"", Truncated.say),
}


@pytest.mark.parametrize("name", short_of(LIES, "named for another board", "shorter"))
@pytest.mark.either
async def test_rows_that_are_not_the_boards(context: BrowserContext, honest: Running, name: str) -> None:
    """What does not belong to the board is not used: one sentence, in the page and at the command line, and nothing is
    posted. Only where it may have been replaced meanwhile all is asked for once more."""
    change, sentence = LIES[name]
    async with lying_server(honest.address) as server:
        server.changes[ROWS] = change
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("problem").locator("[data-say]")).to_have_text(sentence)
        await expect(source.section("problem")).to_contain_text("You were only reading")
        assert places(server) == READING * (2 if sentence == RowsMismatch.say else 1)
        code, out, complained = await asyncio.to_thread(check, honest, server.address)
        assert (code, out) == (1, "")
        assert sentence in " ".join(complained.split())
        assert "POST" not in [one.method for one in server.asked]


@pytest.mark.either
async def test_rows_of_other_batches_under_the_boards_name(context: BrowserContext, tmp_path: Path) -> None:
    """They are proved to be others, unit by unit. With no batch left nothing can be sealed to anybody: nobody is asked
    about the date, each unit's proof is told, and nothing is sent."""
    async with service(tmp_path) as honest, lying_server(honest.address) as server:
        old = (await honest.get(ROWS)).body
        await publish(honest, int(time.time()) // honest.world.policy.period + 1)
        server.changes[ROWS] = lambda rows: rows[:HEAD] + old[HEAD:]
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("messages")).to_be_visible()
        said = await source.warnings()
        for name in NAMES:
            assert sum(f"Answers of “{name}” are being held back or changed" in warning for warning in said) == 1
        assert places(server) == READING


async def _of_another(request: web.Request, answer: web.Response) -> web.StreamResponse:
    answer.headers["dropbox-board"] = "0" * 64
    return answer


async def _gone(request: web.Request, answer: web.Response) -> web.StreamResponse:
    return web.Response(status=410, body=encode_answer("refused", code="board-gone", say="No."))


NEVER: dict[str, Way] = {"other": _of_another, "none": cut, "drips": cut_after(1), "gone": _gone}
RESTS: dict[str, tuple[Callable[[bytes, bytes], bytes], str]] = {
    "the whole from its beginning": (lambda rest, rows: rows, TrailingBytes.say),
    "longer": (lambda rest, rows: rest + b"x", TrailingBytes.say),
    "shorter": (lambda rest, rows: rest[:-1], Truncated.say),
}


@pytest.mark.parametrize("name", short_of(RESTS, "shorter"))
@pytest.mark.either
async def test_a_rest_that_does_not_fit(context: BrowserContext, honest: Running, name: str) -> None:
    """What was put together is longer or shorter than the board says: it is not used, and one sentence says so."""
    change, sentence = RESTS[name]
    async with lying_server(honest.address) as server:
        rows = (await honest.get(ROWS)).body
        server.ways[ROWS] = [cut_after(1_000)]
        server.changes[REST] = lambda rest: change(rest, rows)
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("problem").locator("[data-say]")).to_have_text(sentence)
        assert places(server) == [*READING, REST]


@pytest.mark.parametrize("way", short_of(NEVER, "other", "drips"))
@pytest.mark.either
async def test_a_rest_that_never_comes(context: BrowserContext, honest: Running, way: str) -> None:
    """Of another board, not at all, a byte for each request, or never but from the beginning: each visit for it ends in
    bounded time, and the page says that the service did not answer."""
    async with lying_server(honest.address) as server:
        server.changes["/worker.js"] = hurried(100)
        server.ways[ROWS], server.ways[REST] = [cut_after(1_000)] * ENDLESS, [NEVER[way]] * ENDLESS
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("unavailable")).to_contain_text("The service did not answer.")
        await expect(source.section("unavailable")).to_contain_text("You were only reading")
        assert places(server).count("/v1/directory") == 3
        assert "POST" not in [one.method for one in server.asked]
