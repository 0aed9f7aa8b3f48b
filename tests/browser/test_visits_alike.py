# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server or a network observer sees of a visit in a browser: the same requests, whatever the visit is."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from dropbox.protocol.constants import ENVELOPE
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.lying_server import READING, Asked, drip, half, hurried, late, lying_server, try_later
from tests.browser.test_lies import new_codename, service
from tests.browser.test_pages_wire import LOADED
from tests.browser.visitor import SLOW, Report, SourcePage
from tests.long_form import LONG

CODENAMES = int(os.environ.get("VISITS", "12" if LONG else "6"))
"""Of the visits with many codenames: `make visits N=200` makes more."""
AT_ONCE = 3
Visited = TypeVar("Visited")
BURST = [*(("GET", path, 0) for path in READING), ("POST", "/v1/envelopes", ENVELOPE)]
TIMES = 1 if "VISITS" in os.environ else 10
"""How many times as fast the worker's clock runs under load; `make visits` makes it a person's."""
SLACK = 100.0
"""Seconds of that clock which a busy machine may add to a pause."""


def bursts(asked: list[Asked]) -> list[list[Asked]]:
    """The requests of visits, four by four."""
    of_visits = [one for one in asked if one.path.startswith("/v1/")]
    assert len(of_visits) % len(BURST) == 0
    return [of_visits[at : at + len(BURST)] for at in range(0, len(of_visits), len(BURST))]


@pytest.mark.either("firefox")
async def test_every_kind_of_visit_sends_the_same_requests(context: BrowserContext, tmp_path: Path) -> None:
    """A report, a return with its codename, two with codenames that nobody used, a follow-up in the same page: the same
    four requests in the same order with the same headers and sizes, and the same files, each once, before them when
    the page is opened."""
    async with service(tmp_path) as honest, lying_server(honest.address) as server:
        source = SourcePage(await context.new_page(), server.address)
        opened: list[list[Asked]] = []

        async def opening(visit: Coroutine[object, object, Visited]) -> Visited:
            server.asked.clear()
            done = await visit
            opened.append([*server.asked])
            return done

        codename = await opening(source.report(Report("the first")))
        await opening(source.check(codename))
        await opening(source.check(new_codename()))
        await source.reply("a follow-up", "The northern unit")
        followed = server.asked[len(opened[2]) :]
        await opening(source.check(new_codename()))
        # The page's files come over more than one connection, in any order; the burst keeps its own, see below.
        seen = [sorted([one.outside() for one in requests], key=repr) for requests in opened]
        assert seen[1:] == seen[:1] * 3
        assert sorted(one.path for one in opened[0] if not one.path.startswith("/v1/")) == LOADED
        every = [burst for requests in (*opened, followed) for burst in bursts(requests)]
        assert len(every) == 5
        assert {tuple(one.outside() for one in burst) for burst in every} == {tuple(one.outside() for one in every[0])}
        assert [(one.method, one.path, len(one.body)) for one in every[0]] == BURST


@pytest.mark.timeout(1800)
@pytest.mark.chromium
async def test_many_codenames_send_identical_requests_and_are_warned_of_nothing(launch: Launch, tmp_path: Path) -> None:
    """Half of the visits report, of these every other one that a child is at risk, half read: outside the envelope no
    byte differs, no envelope is like another, no visit asks another origin, and no honest visit shows a warning."""
    browser = await launch(CHROMIUM)
    async with service(tmp_path) as honest, lying_server(honest.address) as server:

        async def one(number: int) -> None:
            context = await browser.new_context()
            elsewhere: list[str] = []
            page = await context.new_page()
            page.on("request", lambda request: elsewhere.append(request.url))
            source = SourcePage(page, server.address)
            if number % 2:
                risk = {"at-risk": "A child, or somebody under 18"} if number % 4 == 1 else {}
                await source.report(Report(f"report {number} " + "r" * number, choices=risk))
            else:
                await source.check(new_codename())
            assert await source.warnings() == []
            await context.close()
            assert [url for url in elsewhere if not url.startswith(server.address)] == []

        for first in range(0, CODENAMES, AT_ONCE):
            await asyncio.gather(*(one(number) for number in range(first, min(first + AT_ONCE, CODENAMES))))

        def by_path(path: str) -> list[Asked]:
            return [one for one in server.asked if one.path == path]

        for method, path, size in BURST:
            asked = by_path(path)
            assert len(asked) == CODENAMES
            assert {one.outside() for one in asked} == {asked[0].outside()}
            assert (asked[0].method, len(asked[0].body)) == (method, size)
        assert len({one.body for one in by_path("/v1/envelopes")}) == CODENAMES


ASKED = ["/v1/directory", *READING, *["/v1/envelopes"] * 3]
"""A list that drips, so that the visit is made again; then a refusal, no answer, and a receipt that is waited for."""
LEAST = [100.0, 0.0, 0.0, 1.0, 0.5, 1.0]
"""Seconds between two of these at least; the first lasts from when the page asks, which may be before it is heard."""


async def _check(source: SourcePage) -> None:
    await source.come_back(new_codename())
    await expect(source.section("messages")).to_contain_text("This visit is over.", timeout=SLOW)


async def _report(source: SourcePage) -> None:
    await source.walk_to_check(Report("under load"))
    await source.send(await source.take_codename())


async def _reply(source: SourcePage) -> None:
    await source.reply("a follow-up", "The northern unit")


async def _loaded(browser: Browser, address: str, kind: Callable[[SourcePage], Awaitable[None]]) -> list[Asked]:
    """What a loaded server is asked by a visit in a window of its own."""
    own = await browser.new_context()
    async with lying_server(address) as server:
        server.changes["/worker.js"] = hurried(TIMES)
        source = SourcePage(await own.new_page(), server.address)
        await source.open()
        if kind is _reply:
            await _check(source)
            server.asked.clear()
        server.ways["/v1/directory"] = [drip(0.2)]
        server.ways["/v1/envelopes"] = [try_later, half, late(60 / TIMES)]
        await kind(source)
        await own.close()
        return server.of_visits()


def _outside(one: Asked) -> tuple[object, ...]:
    """All but what is inside, and the port, which each of these servers has to itself."""
    kept = [pair for pair in one.headers if pair[0].lower() not in (b"host", b"referer", b"origin")]
    return one.method, one.path, kept, len(one.body)


@pytest.mark.timeout(900)
@pytest.mark.either
async def test_a_loaded_server_sees_the_same_of_every_visit(context: BrowserContext, tmp_path: Path) -> None:
    """A report, an answer and a return to a server that drips, refuses, breaks off and lets wait: the same requests of
    the same sizes after the same pauses."""
    assert context.browser is not None
    async with service(tmp_path) as honest:
        loaded = [_loaded(context.browser, honest.address, kind) for kind in (_report, _reply, _check)]
        traces = await asyncio.gather(*loaded)
    for asked in traces:
        assert [one.path for one in asked] == ASKED
        assert [_outside(one) for one in asked] == [_outside(one) for one in traces[0]]
        pauses = [(later.at - earlier.at) * TIMES for earlier, later in pairwise(asked)]
        late_by = [pause - least for pause, least in zip(pauses, LEAST, strict=True)]
        assert min(late_by) >= -0.1, pauses
        assert max(late_by) < SLACK, pauses
