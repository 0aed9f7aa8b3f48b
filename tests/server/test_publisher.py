# SPDX-License-Identifier: AGPL-3.0-or-later
"""Segments: what desks download, how a period closes, what a crash leaves, how long things are kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import Segment, parse_intake_state, parse_receipt, parse_segment
from dropbox.server.ports import ClosedSegment
from tests.server.service import Clock, Running, running
from tests.server.world import START, World, random_envelope

PATH = "/v1/envelopes"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


async def send(server: Running, count: int) -> list[bytes]:
    sent = [random_envelope() for _ in range(count)]
    for seen in await asyncio.gather(*(server.post(PATH, one) for one in sent)):
        assert seen.status == 200
    return sent


async def fetch(server: Running, period: int) -> Segment:
    return parse_segment((await server.segment(server.world.desks[0], period)).body)


def by_id(envelopes: list[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(envelopes, key=sha256))


async def test_the_open_segment_shows_after_collect(server: Running) -> None:
    """What was sent is in the open segment after the next rebuild, sorted by id, not before."""
    sent = await send(server, 5)
    assert (await fetch(server, START)).envelopes == ()
    server.clock.set_period(START, 11)
    await server.tick()
    found = await fetch(server, START)
    assert (found.closed, found.envelopes, found.period) == (False, by_id(sent), START)


async def test_a_closed_segment_is_whole_and_never_changes(server: Running) -> None:
    """When the period ends its segment holds every envelope that was answered; later ones go to the next."""
    sent = await send(server, 70)
    server.clock.set_period(START + 1)
    await server.tick()
    found = await fetch(server, START)
    assert (found.closed, found.envelopes) == (True, by_id(sent))
    raw = (await server.segment(server.world.desks[0], START)).body
    late = await server.post(PATH, random_envelope())
    assert parse_receipt(late.body).period == START + 1
    again = await server.post(PATH, sent[3])
    assert parse_receipt(again.body).period == START
    server.clock.set_period(START + 2)
    await server.tick()
    assert (await server.segment(server.world.desks[0], START)).body == raw
    assert (await server.store.segment(START)) == ClosedSegment(START, 70, found.root)


async def test_the_intake_says_what_it_serves(server: Running) -> None:
    """open is the segment that grows, oldest the first that is kept, and each number between is served."""
    for period in range(START, START + 8):
        server.clock.set_period(period)
        await server.tick()
        if period % 2:
            await send(server, 1)
    state = parse_intake_state((await server.get("/v1/intake")).body)
    assert (state.open, state.oldest) == (START + 7, START + 7 - server.world.policy.retention)
    for period in range(state.oldest, state.open):
        found = await fetch(server, period)
        assert (found.closed, len(found.envelopes)) == (True, period % 2)


async def test_retention_removes_rows_ids_and_files(server: Running) -> None:
    """After retention nothing of a segment is left on the disk."""
    (one,) = await send(server, 1)
    last = START + server.world.policy.retention
    for period in (START + 1, last):
        server.clock.set_period(period)
        await server.tick()
    assert server.config.segments.joinpath(f"{START}.bin").exists()
    server.clock.set_period(last + 1)
    await server.tick()
    assert list(server.config.segments.iterdir()) == []
    assert (await server.store.counts())["envelopes_in_closed_segments"] == 0
    assert parse_receipt((await server.post(PATH, one)).body).period == last + 1


async def test_files_show_no_time_finer_than_the_period(server: Running) -> None:
    """Every segment's file bears the first second of its period, and only the owner may read it."""
    await send(server, 3)
    server.clock.set_period(START, 50)
    await server.tick()
    server.clock.set_period(START + 1, 33)
    await server.tick()
    await send(server, 1)
    server.clock.set_period(START + 1, 70)
    await server.tick()
    seen = {path.name: path.stat() for path in server.config.segments.iterdir()}
    assert set(seen) == {f"{START}.bin", f"open-{START + 1}.bin"}
    for name, status in seen.items():
        period = int(name.removeprefix("open-").removesuffix(".bin"))
        assert status.st_mtime == status.st_atime == period * server.world.policy.period
        assert status.st_mode & 0o077 == 0


async def test_a_long_stop_loses_nothing(tmp_path: Path) -> None:
    """After weeks of standing still what had been accepted is in the newest closed segment, kept in full from then."""
    world = World()
    clock = Clock(world)
    async with running(tmp_path, world, clock=clock) as server:
        sent = await send(server, 5)
    clock.set_period(START + 50)
    async with running(tmp_path, world, clock=clock) as server:
        state = parse_intake_state((await server.get("/v1/intake")).body)
        assert (state.open, state.oldest) == (START + 50, START + 50 - world.policy.retention)
        assert (await fetch(server, START + 49)).envelopes == by_id(sent)
        assert (await fetch(server, START + 48)).envelopes == ()
        assert parse_receipt((await server.post(PATH, sent[0])).body).period == START + 49


async def test_a_clock_set_back_reopens_nothing(server: Running) -> None:
    """When the clock goes back, envelopes go on into the open segment; closed ones stay closed."""
    await send(server, 2)
    server.clock.set_period(START + 2)
    await server.tick()
    server.clock.set_period(START - 3)
    await server.tick()
    seen = await server.post(PATH, random_envelope())
    assert parse_receipt(seen.body).period == START + 2
    assert (await fetch(server, START)).closed


STEPS = ("seal", "write", "close", "scrub", "drop_segments", "keep_only")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
async def test_every_cut_in_a_closing_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    """Cut off before or after any step, the next start closes the period with the very same bytes."""
    world = World()
    clock = Clock(world)
    async with running(tmp_path, world, clock=clock) as server:
        sent = await send(server, 10)
        publisher = server.service.publisher
        assert publisher is not None
        owner = publisher._objects if step in ("write", "keep_only") else server.store
        done = getattr(owner, step)
        cuts = 0

        async def cut(*arguments: object) -> None:
            nonlocal cuts
            if after:
                await done(*arguments)
            cuts += 1
            raise asyncio.CancelledError

        monkeypatch.setattr(owner, step, cut)
        clock.set_period(START + 1)
        # The publisher's own round may come first: then it is cut, and nothing is left for this one.
        with suppress(asyncio.CancelledError):
            await server.tick()
        assert cuts
        monkeypatch.undo()
    (tmp_path / "data/segments/1.tmp").write_bytes(b"half")
    async with running(tmp_path, world, clock=clock) as server:
        found = await fetch(server, START)
        assert (found.closed, found.envelopes) == (True, by_id(sent))
        assert {path.name for path in server.config.segments.iterdir()} == {f"{START}.bin"}
        assert parse_receipt((await server.post(PATH, sent[0])).body).period == START


async def test_closing_while_envelopes_arrive(server: Running) -> None:
    """Envelopes that arrive during the closing are in exactly one segment, the one that their receipt names."""

    async def keep_sending() -> dict[bytes, int]:
        receipts = {}
        for _ in range(40):
            one = random_envelope()
            receipts[one] = parse_receipt((await server.post(PATH, one)).body).period
        return receipts

    jobs = [asyncio.create_task(keep_sending()) for _ in range(4)]
    for period in (START + 1, START + 2, START + 3):
        await asyncio.sleep(0.05)
        server.clock.set_period(period)
        await server.tick()
    receipts = {envelope: period for one in await asyncio.gather(*jobs) for envelope, period in one.items()}
    server.clock.set_period(START + 4)
    await server.tick()
    found = {
        envelope: period for period in range(START, START + 4) for envelope in (await fetch(server, period)).envelopes
    }
    assert found == receipts
    assert len(set(receipts.values())) > 1


async def test_a_unix_socket_serves_the_same(tmp_path: Path) -> None:
    """Behind Tor the server listens on a socket file that goes away with it."""
    async with running(tmp_path, World(), unix=True) as server:
        assert (await server.post(PATH, random_envelope())).status == 200
        socket = server.config.listen.path
        assert socket is not None
        assert socket.is_socket()
    assert not socket.is_socket()


async def test_what_is_just_removed_is_never_shown_as_empty(server: Running) -> None:
    """A segment whose rows are gone, asked for before its process has taken up that it is: expired, not a period in
    which nothing came."""
    await send(server, 2)
    last = START + server.world.policy.retention
    for period in (START + 1, last):
        server.clock.set_period(period)
        await server.tick()
    assert len((await fetch(server, START)).envelopes) == 2
    server.clock.set_period(last + 1)
    assert server.service.publisher is not None
    await server.service.publisher.tick()
    seen = await server.segment(server.world.desks[0], START)
    assert seen.json["code"] == "expired"


async def test_an_object_that_cannot_be_written_leaves_nothing(server: Running) -> None:
    """A disk that fills up, a database that fails: no half of it stays."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"half"
        raise OSError("no room")

    before = sorted(server.config.data_dir.rglob("*"))
    with pytest.raises(OSError, match="no room"):
        await server.objects.write("board/some.bin", pieces(), 0)
    assert sorted(server.config.data_dir.rglob("*")) == before
