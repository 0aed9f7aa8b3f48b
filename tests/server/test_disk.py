# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server's disk tells once the period has closed: no visitor, no envelope's time, no order of arrival."""

import asyncio
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from dropbox.protocol.primitives import sha256
from tests.needle import present
from tests.postgres import Cluster, running_cluster
from tests.server.service import Running, post_bytes, running
from tests.server.world import START, World

COUNT = 3_000
TOGETHER = 40
ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
AGENT = "canary-agent/7.31"
ADDRESS = "2001:db8:71::c4:77"
CANARY = b"canary-canary-16"
# The same envelopes in every run: their ids are as good as random, and the correlations below are fixed numbers.
# A canary in every 512 bytes shows each piece that a database leaves behind.
SOURCE = random.Random(20_260_101)  # noqa: S311 - repeatable on purpose, and no secret
ENVELOPES = [b"".join(SOURCE.randbytes(496) + CANARY for _ in range(32)) for _ in range(COUNT)]
ARRIVAL = {sha256(envelope): number for number, envelope in enumerate(ENVELOPES)}


@pytest.fixture(autouse=True)
def all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A period's whole supply lies ready when it begins."""
    monkeypatch.setattr("dropbox.server.supply.AT_ONCE", 1)


async def send_in_order(server: Running, envelopes: list[bytes]) -> None:
    """Forty at a time, with all that a visitor could leave; the next forty only when these are stored."""
    connections = [await server.connect() for _ in range(TOGETHER)]

    async def send(number: int, envelope: bytes) -> None:
        reader, writer = connections[number]
        writer.write(post_bytes("/v1/envelopes", envelope, user_agent=AGENT, x_forwarded_for=ADDRESS))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(256)

    for at in range(0, len(envelopes), TOGETHER):
        await asyncio.gather(*(send(number, one) for number, one in enumerate(envelopes[at : at + TOGETHER])))
    for _, writer in connections:
        writer.close()


async def fill_and_close(folder: Path, url: str = "") -> tuple[float, float]:
    """Send them all, close the period, stop the server; answers when it began and ended."""
    began = time.time()
    world = World(units=1)
    async with running(folder, world, url=url) as server:
        server.world.policy = world.policy
        for at in range(0, COUNT, 1_000):  # the cap of a period
            await send_in_order(server, ENVELOPES[at : at + 1_000])
            server.clock.set_period(START + 1 + at // 1_000)
            await server.tick()
    return began, time.time()


def rank_correlation(values: list[int]) -> float:
    """Spearman's: 1 in the order of arrival, about 0 in none."""
    count = len(values)
    ranks = {value: rank for rank, value in enumerate(sorted(values))}
    squares = sum((rank - ranks[value]) ** 2 for rank, value in enumerate(values))
    return 1 - 6 * squares / (count * (count**2 - 1))


def files_under(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def check_segments(folder: Path) -> None:
    """The segments hold every envelope once, in the order of ids, which tells nothing of arrival."""
    order: list[int] = []
    for number in range(COUNT // 1_000):
        raw = (folder / "data/segments" / f"{START + number}.bin").read_bytes()
        bodies = [raw[at : at + 16_384] for at in range(27, len(raw), 16_384)]
        ids = [sha256(body) for body in bodies]
        assert ids == sorted(ids)
        inside = [ARRIVAL[one] for one in ids]
        assert abs(rank_correlation(inside)) <= 0.05
        order += inside
    assert sorted(order) == list(range(COUNT))


def check_no_visitor(name: str, content: bytes) -> None:
    assert present([AGENT.encode(), ADDRESS.encode()], [content]) == [], name


def check_no_envelope(name: str, content: bytes) -> None:
    """Not one piece of an envelope is left outside its segment."""
    assert present([CANARY], [content]) == [], name


def check_order_of_ids(contents: list[bytes]) -> None:
    """Wherever ids stand in the database's files, their order there tells nothing of arrival."""
    found = 0
    sample = list(ARRIVAL)[:: COUNT // 30]
    for content in contents:
        if not any(one in content for one in sample):
            continue
        places = sorted((content.find(one), number) for one, number in ARRIVAL.items() if one in content)
        if len(places) > 100:
            found += 1
            for period in range(COUNT // 1_000):
                inside = [number for _, number in places if number // 1_000 == period]
                assert abs(rank_correlation(inside)) <= 0.05
    assert found


def numbers_within(content: bytes, width: int, order: Literal["little", "big"], low: int, high: int) -> Iterator[int]:
    """Every number of that width in the content, at any place, that lies in the range."""
    lows, highs = low.to_bytes(width, "big"), high.to_bytes(width, "big")
    same = next((at for at in range(width) if lows[at] != highs[at]), width)
    shared = lows[:same]
    sought, before = (shared, 0) if order == "big" else (shared[::-1], width - len(shared))
    at = content.find(sought)
    while at >= 0:
        start = at - before
        if 0 <= start <= len(content) - width:
            value = int.from_bytes(content[start : start + width], order)
            if low <= value <= high:
                yield value
        at = content.find(sought, at + 1)


def check_no_time(name: str, content: bytes, began: float, ended: float) -> None:
    """No second, millisecond, microsecond or nanosecond of the run, as text or as a number."""
    low, high = int(began), int(ended) + 1
    for second in range(low, high + 1):
        assert str(second).encode() not in content, f"a time in {name}"
    for width, scale in ((4, 1), (8, 1), (8, 1_000), (8, 1_000_000), (8, 1_000_000_000)):
        for order in ORDERS:
            assert not list(numbers_within(content, width, order, low * scale, high * scale)), f"a time in {name}"


def test_a_time_would_be_seen() -> None:
    """The search finds a planted time in each form."""
    now = 1_800_000_123
    for form in ("<I", ">I", "<Q", ">Q"):
        with pytest.raises(AssertionError, match="a time"):
            check_no_time("planted", b"x" * 5 + struct.pack(form, now) + b"y", now - 30, now + 30)
    for scale in (1_000, 1_000_000, 1_000_000_000):
        with pytest.raises(AssertionError, match="a time"):
            check_no_time("planted", b"x" * 5 + struct.pack(">Q", now * scale + 7), now - 30, now + 30)
    check_no_time("clean", bytes(1_000), now - 30, now + 30)


async def test_sqlite_tells_nothing_after_the_close(tmp_path: Path) -> None:
    """Database, write-ahead log and every file: no visitor, no envelope outside its segment, no order, no time."""
    began, ended = await fill_and_close(tmp_path)
    check_segments(tmp_path)
    contents = {path.name: content for path, content in files_under(tmp_path / "data") if path.suffix != ".bin"}
    assert "server.sqlite" in contents
    for name, content in contents.items():
        check_no_visitor(name, content)
        check_no_envelope(name, content)
        check_no_time(name, content, began, ended)
    check_order_of_ids(list(contents.values()))


async def test_sqlite_tells_nothing_while_the_server_still_runs(tmp_path: Path) -> None:
    """A disk seized from the running server right after the close holds no trace in its write-ahead log either."""
    async with running(tmp_path, World(units=1)) as server:
        await send_in_order(server, ENVELOPES[:1_000])
        server.clock.set_period(START + 1)
        await server.tick()
        for path, content in files_under(server.config.data_dir):
            check_no_visitor(path.name, content)
            if path.suffix != ".bin":
                check_no_envelope(path.name, content)
                places = sorted((content.find(one), number) for one, number in ARRIVAL.items() if one in content)
                assert len(places) < 100 or abs(rank_correlation([number for _, number in places])) <= 0.05


@pytest.fixture(scope="module")
def quiet_cluster() -> Iterator[Cluster]:
    """PostgreSQL as `dropbox-admin doctor` asks for it: old write-ahead files are removed, not kept for later."""
    with running_cluster() as cluster:
        cluster.run("psql", "--command", "ALTER SYSTEM SET wal_recycle = off")
        cluster.run("psql", "--command", "SELECT pg_reload_conf()")
        yield cluster


@pytest.mark.postgres
async def test_postgres_tells_nothing_after_the_close(tmp_path: Path, quiet_cluster: Cluster) -> None:
    """Tables, their overflow, indexes and the write-ahead log: no visitor, no envelope, no order of arrival."""
    with quiet_cluster.database() as url:
        await fill_and_close(tmp_path, url)
        check_segments(tmp_path)
        contents = {str(path): content for path, content in files_under(quiet_cluster.folder)}
        assert any("pg_wal" in name for name in contents)
        for name, content in contents.items():
            check_no_visitor(name, content)
            check_no_envelope(name, content)
        check_order_of_ids([content for name, content in contents.items() if "/base/" in name])
