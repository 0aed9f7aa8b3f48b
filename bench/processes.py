# SPDX-License-Identifier: AGPL-3.0-or-later
"""Starts and stops the processes that are measured, and reads what they use."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from dropbox.protocol.constants import MAX_SEGMENT_ENVELOPES
from dropbox.protocol.policy import PRODUCTION
from dropbox.server.config import Listen, ServerConfig
from dropbox.server.ports import StoredBatch
from dropbox.server.store.schema import upgrade
from dropbox.server.store.sql import open_store
from tests.server.world import World

HERE = Path(__file__).parent
STOP_WITHIN = 30
QUOTAS = [32] * 60 + [256] * 6 + [1_024] * 2
"""Rows of sixty small units, six larger, two large: what 60 reports a day take."""


@contextmanager
def process(*command: str | Path, errors: IO[str] | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process and the first line that it prints; stopped at the end."""
    running = subprocess.Popen([str(one) for one in command], stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert running.stdout is not None
        line = running.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{command[0]} did not start")
        yield running, line
    finally:
        running.terminate()
        running.wait(STOP_WITHIN)
        if running.stdout is not None:
            running.stdout.close()


@contextmanager
def bare(kind: str, *targets: str | Path) -> Iterator[int]:
    """The port of a bare handler."""
    with process(sys.executable, HERE / "bare.py", kind, *targets) as (_, line):
        yield int(line)


@dataclass(frozen=True)
class Served:
    """A running `dropbox serve`."""

    process: subprocess.Popen[str]
    port: int
    world: World
    config: ServerConfig

    def memory(self, name: str = "VmRSS") -> float:
        """MB that the process holds now, or held at most (VmHWM)."""
        return memory_of(self.process.pid, name)


def memory_of(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024 / 1_000_000
    raise RuntimeError(name)


async def _fill(config: ServerConfig, world: World, period: int, full_board: bool) -> None:
    store = open_store(config.database)
    await store.add_directory(1, world.sign_directory(period))
    for desk in world.desks if full_board else ():
        upload = world.upload(desk, period)
        data, certs = upload.encode(), b"".join(upload.batch.certs)
        await store.add_batch(StoredBatch(desk.unit.unit_id, period, certs, data[len(certs) :]))
        world.sent(desk, upload, period)
    await store.close_store()


def make_service(
    folder: Path, url: str = "", *, full_board: bool = False, quotas: Sequence[int] = QUOTAS, **policy: int
) -> tuple[World, ServerConfig]:
    """A server's folder with a published directory, and with a full board if asked."""
    world = World(units=len(quotas), policy=replace(PRODUCTION, intake_per_period=MAX_SEGMENT_ENVELOPES, **policy))
    for desk, quota in zip(world.desks, quotas, strict=True):
        desk.unit = replace(desk.unit, rows=quota, marks=2 * quota)
    data = folder / "data"
    for one in (data, data / "segments", data / "board"):
        one.mkdir(mode=0o700)
    anchor = folder / "anchor.txt"
    anchor.write_bytes(world.anchor_text())
    database = url or f"sqlite:///{data}/server.sqlite"
    config = ServerConfig(Listen(None, "127.0.0.1", 0), database, data, anchor, disk_reserve=0)
    upgrade(config.database)
    asyncio.run(_fill(config, world, int(time.time() // world.policy.period), full_board))
    file = folder / "server.toml"
    file.touch(mode=0o600)
    file.write_text(config.encode())
    return world, config


@contextmanager
def served(folder: Path, world: World, config: ServerConfig) -> Iterator[Served]:
    """`dropbox serve` on that folder."""
    command = Path(sys.executable).with_name("dropbox")
    with process(command, "serve", "--config", folder / "server.toml") as (running, line):
        yield Served(running, int(line.rpartition(":")[2]), world, config)


def load(kind: str, port: int, connections: int, seconds: float) -> float:
    """Rounds a second under load: ``kind`` is ``post``, or the paths of what is fetched, with commas between them."""
    command = [sys.executable, HERE / "load.py", kind, str(port), str(connections), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60)
    return float(done.stdout)
