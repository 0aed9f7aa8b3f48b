# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crowds at the door: whoever holds connections, an honest request is answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bench.flood_tor import circuit_line as line
from dropbox.http_edge import pace
from dropbox.server.ports import board_names
from tests.server.service import ENVELOPES, Running, Seen, parse_seen, post_bytes, running
from tests.server.world import World, random_envelope

CROWD = 520
SOON = 6.0
"""Seconds, on a busy machine: before the first limit of a half head has passed. `make flood` prints what it takes."""
Held = tuple[asyncio.StreamReader, asyncio.StreamWriter]
HALF_HEAD = b"GET /v1/board HTTP/1.1\r\nhost: "
HALF_BODY = post_bytes(ENVELOPES, random_envelope())[:-8_000]
BOARD = b"GET /v1/board HTTP/1.1\r\nhost: x\r\n\r\n"
KINDS = {"connections": b"", "half heads": HALF_HEAD, "half bodies": HALF_BODY, "slow readers": BOARD}


@asynccontextmanager
async def crowd(server: Running, sent: bytes, circuits: int) -> AsyncIterator[list[Held]]:
    """Connections that send this and then nothing, and read nothing; on so many circuits, or on a bare socket."""
    held: list[Held] = []
    for number in range(CROWD):
        reader, writer = await server.connect()
        writer.write((line(number % circuits) if circuits else b"") + sent)
        held.append((reader, writer))
    await asyncio.sleep(0.3)
    try:
        yield held
    finally:
        for _, writer in held:
            writer.transport.abort()


async def once(server: Running, request: bytes, circuit: int) -> Seen:
    reader, writer = await server.connect()
    writer.write((line(circuit) if server.config.front else b"") + request)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = parse_seen(head).headers[1][1]
        return parse_seen(head + await reader.readexactly(int(length)))
    finally:
        writer.close()


async def honest(server: Running, request: bytes, circuit: int) -> Seen:
    """As the clients ask: again after half a second where a connection broke, and after a second more."""
    for pause in (0.5, 1.0):
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            return await once(server, request, circuit)
        await asyncio.sleep(pause)
    return await once(server, request, circuit)


async def in_time(answer: Awaitable[Seen], seconds: float = SOON) -> float:
    """How long an answer took, which is a good one; seconds over are a failure."""
    began = time.monotonic()
    seen = await asyncio.wait_for(answer, seconds)
    assert seen.status == 200
    return time.monotonic() - began


def large_board(server: Running) -> None:
    """One that no buffer holds."""
    server.config.data_dir.joinpath(board_names(server.service.shelf.shown.board)[0]).write_bytes(bytes(4 << 20))


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not done():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("circuits", [0, 33, CROWD], ids=["shared", "33 circuits", "as many circuits"])
@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_holds_connections(kind: str, circuits: int, tmp_path: Path) -> None:
    """520 of them, from who cannot be told from others, from 33 circuits, from one each: a board and an envelope are
    answered soon, three times over."""
    async with running(tmp_path, World(), unix=True, front="unix" if circuits else "") as server:
        large_board(server)
        async with crowd(server, KINDS[kind], circuits):
            for number in range(3):
                await in_time(honest(server, BOARD, 10_000 + number))
                await in_time(honest(server, post_bytes(ENVELOPES, random_envelope()), 10_000 + number))
            assert len(server.edge.places) <= server.edge.limits.connections


async def test_a_caller_has_its_part(tmp_path: Path) -> None:
    """The seventeenth connection of a circuit takes the place of its own that has waited longest, and no other's."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        other = await server.connect()
        other[1].write(line(2) + HALF_HEAD)
        held = []
        for _ in range(server.edge.limits.of_a_caller):
            held.append(await server.connect())
            held[-1][1].write(line(1))
        await asyncio.sleep(0.1)
        await in_time(honest(server, BOARD, 1))
        assert await asyncio.wait_for(held[0][0].read(), SOON) == b""
        other[1].write(b"x\r\n\r\n")
        assert (await asyncio.wait_for(other[0].read(15), SOON)) == b"HTTP/1.1 200 Su"
        for _, writer in (*held, other):
            writer.close()


async def test_a_caller_is_not_shut_out_by_its_own(tmp_path: Path) -> None:
    """Where all of a circuit's send half bodies, or read nothing, one more is answered after a second all the same."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        large_board(server)
        for sent in (HALF_BODY, BOARD):
            held = [await server.connect() for _ in range(server.edge.limits.of_a_caller)]
            for _, writer in held:
                writer.write(line(1) + sent)
            await asyncio.sleep(1.1)
            await in_time(honest(server, BOARD, 1))
            for _, writer in held:
                writer.transport.abort()


@pytest.mark.parametrize(("circuits", "number"), [(0, CROWD), (256, 512), (1, 16)])
async def test_who_drips_is_no_transfer_that_moves(circuits: int, number: int, tmp_path: Path) -> None:
    """Bodies that come a byte at a time, each within a second of the one before, give way as those that stand still:
    of nobody that can be told from others, of circuits that hold two each, of the caller's own."""
    async with running(tmp_path, World(), unix=True, front="unix" if circuits else "") as server:
        held: list[Held] = []
        for one in range(number):
            held.append(await server.connect())
            held[-1][1].write((line(one % circuits) if circuits else b"") + HALF_BODY[:1_000])
        for _ in range(2):
            await asyncio.sleep(0.8)
            for _, writer in held:
                writer.write(b"x")
        for _ in range(3):
            await in_time(once(server, BOARD, 0 if circuits == 1 else 10_000))
        for _, writer in held:
            writer.transport.abort()


async def test_a_caller_at_work_gets_no_more(tmp_path: Path) -> None:
    """Where all of a circuit's are answered at this moment, one more is closed, and none of them."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        large_board(server)
        held = [await server.connect() for _ in range(server.edge.limits.of_a_caller)]
        for _, writer in held:
            writer.write(line(1) + BOARD)
        await asyncio.sleep(0.2)
        more = await server.connect()
        more[1].write(line(1) + BOARD)
        assert await asyncio.wait_for(more[0].read(), SOON) == b""
        more[1].close()
        for reader, writer in held:
            assert len(await asyncio.wait_for(reader.readexactly(4 << 20), 5)) == 4 << 20
            writer.close()


async def test_who_reads_on_is_never_cut(tmp_path: Path) -> None:
    """A few that read at their own pace keep their places while a crowd comes and goes, and get all of it."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        large_board(server)

        async def read_slowly(circuit: int) -> int:
            reader, writer = await server.connect()
            writer.write(line(circuit) + BOARD)
            await reader.readuntil(b"\r\n\r\n")
            received = 0
            while received < 4 << 20:
                received += len(await reader.read(64 << 10))
                await asyncio.sleep(0.03)
            writer.close()
            return received

        reading = [asyncio.create_task(read_slowly(1_000 + number)) for number in range(3)]
        for kind in KINDS.values():
            async with crowd(server, kind, 33):
                await in_time(honest(server, BOARD, 2_000))
        assert await asyncio.wait_for(asyncio.gather(*reading), 30) == [4 << 20] * 3


async def test_too_slow_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heads, silence and answers that are not read end by themselves, with nobody else there."""
    monkeypatch.setattr(pace, "WITHIN", 0.5)
    async with running(tmp_path, World(), unix=True) as server:
        large_board(server)
        server.edge.limits = replace(server.edge.limits, head_within=0.5, idle_within=0.5)
        monkeypatch.setattr("dropbox.http_edge.places._FLUSH", 0.1)
        held = []
        for sent in KINDS.values():
            held.append(await server.connect())
            held[-1][1].write(sent)
        await until(lambda: not len(server.edge.places))
        for _, writer in held:
            writer.close()


async def test_nobody_waits_for_a_turn_in_vain(tmp_path: Path) -> None:
    """Envelopes that wait for a turn fill no more than half of the places, and leave with their connection; the next
    that comes is answered."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        supply = server.service.waiting.turns.supply
        while supply.firsts.take() or supply.common.take():
            pass
        async with crowd(server, post_bytes(ENVELOPES, random_envelope()), CROWD):
            assert server.service.waiting.turns.waiting == 256
            await in_time(honest(server, BOARD, 10_000))
        await until(lambda: not server.service.waiting.turns.waiting)


async def test_a_flood_is_a_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody is kept waiting or refused the store says so, and no longer once it has been calm."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        assert await server.store.flooded() is False
        supply = server.service.waiting.turns.supply
        while supply.firsts.take() or supply.common.take():
            pass
        monkeypatch.setattr("dropbox.server.turns.MOST_WAITING", 0)
        assert (await honest(server, post_bytes(ENVELOPES, random_envelope()), 1)).json["code"] == "try-later"
        await server.tick()
        assert await server.store.flooded() is True
        monkeypatch.setattr("dropbox.server.turns.CALM_AFTER", 0.0)
        await server.tick()
        assert await server.store.flooded() is False


async def test_a_prefix_reads_while_its_envelopes_wait(tmp_path: Path) -> None:
    """Sixteen people behind one address wait for a turn; the next of them reads, whether the server is full or not."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        supply = server.service.waiting.turns.supply
        while supply.firsts.take() or supply.common.take():
            pass

        async def come(sent: bytes) -> Held:
            reader, writer = await server.connect()
            writer.write(b"PROXY TCP4 192.0.2.7 192.0.2.9 1 2\r\n" + sent)
            return reader, writer

        held = [await come(post_bytes(ENVELOPES, random_envelope())) for _ in range(16)]
        await asyncio.sleep(0.2)
        for connections in (512, 20):
            server.edge.limits = replace(server.edge.limits, connections=connections)
            held.append(await come(b"GET /v1/intake HTTP/1.1\r\nhost: x\r\n\r\n"))
            assert (await asyncio.wait_for(held[-1][0].read(15), SOON)) == b"HTTP/1.1 200 Su"
        for _, writer in held:
            writer.transport.abort()


async def test_who_sends_on_while_it_waits_is_ended(tmp_path: Path) -> None:
    """Requests sent ahead, with the envelope or after it, would hide that their sender has gone."""
    async with running(tmp_path, World(), unix=True, front="unix") as server:
        supply = server.service.waiting.turns.supply
        while supply.firsts.take() or supply.common.take():
            pass
        more = b"GET /v1/intake HTTP/1.1\r\nhost: x\r\n\r\n"
        for first, then in ((more, b""), (b"", more)):
            reader, writer = await server.connect()
            writer.write(line(1) + post_bytes(ENVELOPES, random_envelope()) + first)
            await asyncio.sleep(0.2)
            writer.write(then)
            with suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 3) == b""
            writer.close()
            await until(lambda: not server.service.waiting.turns.waiting)


async def test_a_board_does_not_wait_for_acknowledgements(tmp_path: Path) -> None:
    """Over TCP 16 MiB come in well under the eight seconds that they take where the system's buffer is too small: each
    piece waits for its peer's late acknowledgement then."""
    async with running(tmp_path, World()) as server:
        server.config.data_dir.joinpath(board_names(server.service.shelf.shown.board)[0]).write_bytes(bytes(16 << 20))
        await in_time(once(server, BOARD, 0))
