# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service with two closed days and one that is open, its backup key, and its folder of backups."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import Result

from dropbox.admin_cli.backups import age
from dropbox.protocol.constants import BLOB
from dropbox.protocol.primitives import sha256
from dropbox.server.app import hold_alone
from tests.admin.operator import DAILY, NOW, admin
from tests.server.service import Clock, Running, running
from tests.server.world import World, random_envelope

HOUR = 3_600.0


@dataclass
class Kept:
    """The service while it runs, and what an operator has of it. ``sent``: the envelopes of each period."""

    server: Running
    config: Path
    folder: Path
    key: Path
    anchor: Path
    recipient: str
    sent: dict[int, list[bytes]] = field(default_factory=dict)

    async def backup(self, *more: str | Path) -> Result:
        """By the command, beside the running server."""
        return await asyncio.to_thread(admin, "backup", "--config", self.config, *more)

    def opening(self) -> tuple[str | Path, ...]:
        return ("--from", self.folder, "--key", self.key, "--anchor", self.anchor)

    async def run(self, verb: str, *more: str | Path) -> Result:
        """A command that opens backups."""
        return await asyncio.to_thread(admin, verb, *self.opening(), *more)

    async def envelopes(self, period: int, count: int) -> list[bytes]:
        """So many come, and are shown."""
        fresh = [random_envelope() for _ in range(count)]
        for one in fresh:
            await self.server.store.put(sha256(one), one, period, 10_000)
        self.sent.setdefault(period, []).extend(fresh)
        return fresh

    async def show(self, seconds: float) -> None:
        """The clock moves on in the open day, and the publisher does what is due."""
        self.server.clock.set_period(NOW, seconds)
        await self.server.tick()


def plain_key(folder: Path) -> tuple[Path, str]:
    """A backup key without a passphrase, as the program of that name writes it."""
    identity = age.Identity.generate()
    file = folder / "backup.key"
    file.write_text(f"{identity}\n")
    file.chmod(0o600)
    return file, str(identity.to_public())


async def batch(kept: Kept, number: int, period: int) -> None:
    desk = kept.server.world.desks[number]
    upload = kept.server.world.upload(desk, period)
    seen = await kept.server.post("/v1/batches", upload.encode())
    assert seen.status == 200, seen.json
    kept.server.world.sent(desk, upload, period)


async def fill(kept: Kept) -> None:
    """Both days before this one, and what came today up to the first hour."""
    await kept.server.publish(period=NOW - 2)
    for period, count in ((NOW - 2, 5), (NOW - 1, 3)):
        kept.server.clock.set_period(period)
        await kept.server.tick()
        await kept.envelopes(period, count)
        await kept.server.store.put_blob(*blob(), period, 1_000)
        await batch(kept, 0, period)
    await kept.show(10)
    await batch(kept, 1, NOW)
    await kept.envelopes(NOW, 4)
    await kept.show(HOUR + 10)


def blob() -> tuple[bytes, bytes]:
    body = secrets.token_bytes(BLOB)
    return sha256(body), body


@asynccontextmanager
async def kept_service(tmp_path: Path, url: str = "") -> AsyncIterator[Kept]:
    world = World(policy=DAILY)
    home, folder = tmp_path / "service", tmp_path / "backups"
    home.mkdir()
    folder.mkdir(mode=0o700)
    clock = Clock(world)
    clock.set_period(NOW - 2)
    async with running(home, world, url=url, published=False, clock=clock) as server:
        key, recipient = plain_key(tmp_path)
        text = server.config.encode().replace('backup = ""', f'backup = "{folder}"')
        config = home / "server.toml"
        config.write_text(text.replace('backup_recipient = ""', f'backup_recipient = "{recipient}"'))
        config.chmod(0o600)
        kept = Kept(server, config, folder, key, server.config.anchor, recipient)
        await fill(kept)
        # As a process that serves it does.
        lock = hold_alone(server.config)
        try:
            yield kept
        finally:
            os.close(lock)
