# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that is wrong when the server starts, or becomes so, closes and deletes nothing that it could not undo."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from dropbox.protocol.wire import Segment, parse_intake_state, parse_receipt, parse_segment
from dropbox.server.publishing.lived_periods import MOST_EMPTY, explained, first_kept, passed_over
from tests.server.service import Clock, Running, running
from tests.server.test_refusals import check_same_size
from tests.server.test_steady_clock import Machine
from tests.server.world import POLICY, START, World, random_envelope

PATH = "/v1/envelopes"
YEAR = 365 * 86_400 // POLICY.period
WRONG = {"a year ahead": YEAR, "far behind": -400, "a little behind": -POLICY.clock_slack - 1}


async def send(server: Running, count: int) -> list[bytes]:
    sent = [random_envelope() for _ in range(count)]
    for seen in await asyncio.gather(*(server.post(PATH, one) for one in sent)):
        assert seen.status == 200
    return sent


async def fetch(server: Running, period: int) -> Segment:
    return parse_segment((await server.segment(server.world.desks[0], period)).body)


async def state(server: Running) -> tuple[int, int]:
    found = parse_intake_state((await server.get("/v1/intake")).body)
    return found.open, found.oldest


async def collect(server: Running) -> set[bytes]:
    """Every envelope that a desk finds from the oldest segment to the open one."""
    last, first = await state(server)
    return {envelope for period in range(first, last + 1) for envelope in (await fetch(server, period)).envelopes}


class Site:
    """One store, on which a server is started again and again."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.world = folder, url, World()
        self.clock = Clock(self.world)

    @asynccontextmanager
    async def server(self, period: int) -> AsyncIterator[Running]:
        self.clock.set_period(period)
        async with running(self.folder, self.world, url=self.url, clock=self.clock) as found:
            yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])])
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Site:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return Site(tmp_path, url)


async def fill(site: Site) -> set[bytes]:
    """70 envelopes in a closed segment, 60 that wait."""
    async with site.server(START) as server:
        sent = await send(server, 70)
        site.clock.set_period(START + 1)
        await server.tick()
        return {*sent, *await send(server, 60)}


@pytest.mark.parametrize("wrong", WRONG)
async def test_one_start_with_a_wrong_clock_loses_nothing(site: Site, wrong: str) -> None:
    """130 accepted envelopes are there after it, and what the intake says is what it said before."""
    sent = await fill(site)
    async with site.server(START + 1 + WRONG[wrong]) as server:
        assert await state(server) == (START + 1, START)
    async with site.server(START + 1) as server:
        assert await state(server) == (START + 1, START)
        assert await collect(server) == sent
        assert (await server.post(PATH, random_envelope())).status == 200


@pytest.mark.parametrize("wrong", WRONG)
async def test_such_a_start_is_for_reading_only(tmp_path: Path, wrong: str) -> None:
    """Directory, board and segments are served, each unit's key holding still; envelopes and batches get an answer of
    the receipt's size that says: try later."""
    site = Site(tmp_path, "")
    sent = await fill(site)
    async with site.server(START + 1 + WRONG[wrong]) as server:
        for path in ("/v1/directory", "/v1/board", "/"):
            assert (await server.get(path)).status == 200
        assert await collect(server) == sent
        body = random_envelope()
        refused = await server.post(PATH, body)
        assert (refused.status, refused.json["code"]) == (503, "try-later")
        upload = site.world.upload(site.world.desks[0], START + 1).encode()
        assert (await server.post("/v1/batches", upload)).json["code"] == "try-later"
        site.clock.set_period(START + 1)
        await server.tick()
        check_same_size(refused, await server.post(PATH, body))
        assert (await server.post("/v1/batches", upload)).status == 200


async def test_a_first_start_believes_the_roots_dates(tmp_path: Path) -> None:
    """A new store has no period of its own: before the directory's issue and after its end nothing is begun."""
    site = Site(tmp_path, "")
    for wrong in (START - POLICY.clock_slack - 1, START + POLICY.head_life + 1):
        async with site.server(wrong) as server:
            assert (await server.post(PATH, random_envelope())).status == 503
            assert await server.store.newest_closed() is None
    async with site.server(START + POLICY.head_life) as server:
        assert (await server.post(PATH, random_envelope())).status == 200
        assert await server.store.newest_closed() == START + POLICY.head_life - 1


async def test_a_short_stop_asks_nobody(tmp_path: Path) -> None:
    """As long as a stop explains it, the server goes on by itself."""
    site = Site(tmp_path, "")
    sent = await fill(site)
    async with site.server(START + 1 + MOST_EMPTY) as server:
        assert (await state(server))[0] == START + 1 + MOST_EMPTY
        assert await collect(server) == sent
        assert (await server.post(PATH, random_envelope())).status == 200


async def test_a_long_stop_goes_on_when_it_is_confirmed(site: Site) -> None:
    """The running server takes the word of a person up; no desk missed a day, so nothing that was closed is deleted."""
    sent = await fill(site)
    now = START + 2 + MOST_EMPTY
    async with site.server(now) as server:
        assert (await server.post(PATH, random_envelope())).status == 503
        await server.store.confirm(now)
        await server.tick()
        assert await server.store.confirmed() is None
        assert (await state(server))[0] == now
        assert (await server.post(PATH, random_envelope())).status == 200
        assert await server.store.skips() == []
    async with site.server(now + 1) as server:
        found = await collect(server)
        assert len(sent & found) == 60  # beyond what desks walk through, only what waited is carried


async def test_a_confirmed_word_holds_for_its_day_only(tmp_path: Path) -> None:
    """A word about another day than the machine's moves nothing, however it came there."""
    site = Site(tmp_path, "")
    await fill(site)
    async with site.server(START + YEAR) as server:
        await server.store.confirm(START + YEAR - 2)
        await server.tick()
        assert await state(server) == (START + 1, START)


async def test_segments_closed_ahead_are_taken_back(site: Site) -> None:
    """After a wrong confirmation, or under an older release, the open segment lies ahead: with the right day confirmed
    the service is where it was, with every envelope, and their repeats are known."""
    sent = await fill(site)
    async with site.server(START + 400) as server:
        late = await send(server, 5)
        site.clock.set_period(START + 402)
        await server.tick()
        waiting = await send(server, 5)
    async with site.server(START + 1) as server:
        assert (await server.post(PATH, random_envelope())).status == 503
        await server.store.confirm(START + 1)
        await server.tick()
        assert await state(server) == (START + 1, START)
        assert await server.store.skips() == []
        every = sent | {*late, *waiting}
        assert await collect(server) == every
        assert parse_receipt((await server.post(PATH, late[0])).body).period == START + 1
        assert (await server.store.counts())["envelopes_waiting"] == 70
        site.clock.set_period(START + 2)
        await server.tick()
        assert (await fetch(server, START + 1)).closed
        assert await collect(server) == every
        names = {path.name for path in server.config.segments.iterdir()}
        assert names == {f"{START}.bin", f"{START + 1}.bin"}


async def test_taking_back_can_be_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the database and the files, the next start finishes it; a file that is cut short stops it whole."""
    site = Site(tmp_path, "")
    sent = await fill(site)
    async with site.server(START + 9):
        pass
    async with site.server(START + 1) as server:
        ahead = server.config.segments / f"{START + 8}.bin"
        whole = ahead.read_bytes()
        ahead.write_bytes(whole[:-1])
        await server.store.confirm(START + 1)
        with pytest.raises(OSError, match="cut short"):
            await server.tick()
        assert await state(server) == (START + 9, START)
        ahead.write_bytes(whole)

        cuts = []

        async def cut(*_: object) -> None:
            cuts.append("keep_only")
            raise asyncio.CancelledError

        monkeypatch.setattr(server.objects, "keep_only", cut)
        # The publisher's own round may come first.
        with suppress(asyncio.CancelledError):
            await server.tick()
        assert cuts
        monkeypatch.undo()
    async with site.server(START + 1) as server:
        assert await collect(server) == sent
        assert {path.name for path in server.config.segments.iterdir()} == {f"{START}.bin", f"open-{START + 1}.bin"}


async def test_retention_counts_periods_lived_through(tmp_path: Path) -> None:
    """What was closed before a stop is served for ``retention`` periods of running after it, and no longer."""
    site = Site(tmp_path, "")
    sent = await fill(site)
    async with site.server(START + 100) as server:
        for later in range(101, 100 + POLICY.retention - 1):
            site.clock.set_period(START + later)
            await server.tick()
        assert await collect(server) == sent
        assert (await fetch(server, START + 50)).envelopes == ()
        site.clock.set_period(START + 100 + POLICY.retention)
        await server.tick()
        assert await collect(server) == set()


async def test_a_running_server_believes_a_confirmed_leap(tmp_path: Path) -> None:
    """A leap is not believed, ahead or back, until somebody says that the machine's clock is right now; nothing is lost
    on the way."""
    world = World()
    machine = Machine(wall=(START + 0.5) * POLICY.period)
    async with running(tmp_path, world, clock=machine.clock()) as server:
        sent = set(await send(server, 5))
        for leap in (YEAR, -YEAR, 500, -500):
            machine.offset += leap * POLICY.period
            await server.tick()
            assert server.service.shelf.shown.open_period == START
            machine.offset -= leap * POLICY.period
        machine.offset += 300 * POLICY.period
        await server.store.confirm(START + 300)
        await server.tick()
        assert (await state(server))[0] == START + 300
        assert await collect(server) == sent
        machine.offset -= 300 * POLICY.period
        await server.store.confirm(START)
        await server.tick()
        assert (await state(server))[0] == START
        assert await collect(server) == sent


async def test_a_clock_that_is_put_right_needs_no_word(tmp_path: Path) -> None:
    """The server that waits takes the machine's clock afresh, however far it leaps, and goes on by itself."""
    site = Site(tmp_path, "")
    sent = await fill(site)
    for wrong in (YEAR, -400):
        machine = Machine(wall=(START + 1.5 + wrong) * POLICY.period)
        async with running(tmp_path, site.world, clock=machine.clock()) as server:
            assert (await server.post(PATH, random_envelope())).status == 503
            machine.offset -= wrong * POLICY.period
            await server.tick()
            assert (await server.post(PATH, random_envelope())).status == 200
            assert (await state(server))[0] == START + 1
            assert sent <= await collect(server) | set(await waiting(server))


async def waiting(server: Running) -> list[bytes]:
    """What stands in no segment yet."""
    return await server.store.bodies(await server.store.open_ids(server.service.shelf.shown.open_period))


async def test_a_machine_that_slept_deletes_nothing(tmp_path: Path) -> None:
    """Time goes on while it sleeps, and no desk can fetch meanwhile: what was closed before is served after it."""
    world = World()
    machine = Machine(wall=(START + 0.5) * POLICY.period)
    async with running(tmp_path, world, clock=machine.clock()) as server:
        sent = set(await send(server, 5))
        machine.passed += POLICY.period
        await server.tick()
        machine.passed += 20 * POLICY.period
        await server.tick()
        assert await state(server) == (START + 21, START)
        assert await collect(server) == sent


def test_what_a_stop_explains() -> None:
    """Three days or the clock slack ahead; the clock slack behind; never more periods than a desk walks through."""
    from dataclasses import replace

    days = replace(POLICY, period=86_400)
    assert [explained(days, 100, period) for period in (96, 97, 100, 103, 104)] == [False, True, True, True, False]
    hours = replace(POLICY, period=3_600)
    assert [explained(hours, 100, 100 + ahead) for ahead in (72, 73)] == [True, False]
    short = replace(POLICY, period=5, clock_slack=2**32 - 1)
    assert [explained(short, 5_000, 5_000 + ahead) for ahead in (1_000, 1_001, -1_000, -1_001)] == [True, False] * 2


def test_periods_passed_over_do_not_count() -> None:
    """The first kept period lies further back by what was passed over, once, twice and beyond the oldest."""
    assert first_kept(100, 4, []) == 96
    assert first_kept(100, 4, [(90, 50)]) == 96
    assert first_kept(100, 4, [(98, 10)]) == 86
    assert first_kept(100, 4, [(98, 10), (87, 3)]) == 83
    assert first_kept(100, 4, [(120, 7)]) == 96
    assert first_kept(100, 4, [(96, 7)]) == 96
    assert [passed_over(10, 10 + gap, 1) for gap in (1, 2, 1_000, 1_001)] == [0, 1, 999, 0]
