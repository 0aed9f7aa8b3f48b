# SPDX-License-Identifier: AGPL-3.0-or-later
"""Health and figures have a listener of their own, and tell nothing of one envelope."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.primitives import sha256
from dropbox.server.app import telling
from dropbox.server.config import ConfigRefused, Listen, parse_config
from dropbox.server.health import FIGURES
from tests.rules.tree import ROOT
from tests.server.service import Running, Seen, running
from tests.server.world import START, World, random_envelope

DEPLOY = ROOT / "deploy" / "monitoring"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


@asynccontextmanager
async def asking(server: Running, **settings: object) -> AsyncIterator[Running]:
    """The same service as its watcher reaches it."""
    config = replace(server.config, health=Listen(server.config.data_dir / "health.sock"), **settings)
    async with telling(server.service, config) as address:
        assert address == f"unix:{config.health}".replace("unix:unix:", "unix:")
        yield replace(server, config=replace(config, listen=config.health))


def values(seen: Seen) -> dict[str, int]:
    """The figures; every line is one of the text form, and each figure is explained once."""
    assert seen.status == 200
    lines = seen.body.decode().splitlines()
    found = [re.fullmatch(r'([a-z_]+(?:\{unit="[a-z0-9-]+"\})?) (-?[0-9]+)', line) for line in lines if line[0] != "#"]
    assert {line.split()[2] for line in lines if line[0] == "#"} == set(FIGURES)
    return {one[1]: int(one[2]) for one in found if one}


async def test_nothing_moves_when_an_envelope_comes(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One envelope, and a blob, in the open period: the same bytes of figures and of health, shown or not; the closed
    period is counted."""
    monkeypatch.setattr("dropbox.server.health.FRESH", 0.0)
    async with asking(server) as watcher:
        before = [(await watcher.get(path)).raw for path in ("/metrics", "/health")]
        assert (await server.post("/v1/envelopes", random_envelope())).status == 200
        blob = secrets.token_bytes(262_144)
        await server.store.put_blob(sha256(blob), blob, START, 10)
        assert [(await watcher.get(path)).raw for path in ("/metrics", "/health")] == before
        server.clock.set_period(START, 15)
        await server.tick()
        assert [(await watcher.get(path)).raw for path in ("/metrics", "/health")] == before
        server.clock.set_period(START + 1, 1)
        await server.tick()
        found = values(await watcher.get("/metrics"))
        assert (found["dropbox_closed_envelopes"], found["dropbox_closed_blobs"]) == (1, 1)
        assert found["dropbox_newest_closed_period"] == START
        assert found['dropbox_unit_batch_age_periods{unit="unit-0"}'] == -1


async def test_the_public_listener_knows_neither(server: Running) -> None:
    """What is asked there is asked nowhere else, and the other way round; the socket is its owner's alone."""
    async with asking(server) as watcher:
        for path in ("/metrics", "/health"):
            assert (await server.get(path)).status == 404
        for path in ("/", "/v1/directory", "/v1/intake"):
            assert (await watcher.get(path)).status == 404
        assert (await watcher.post("/health", b"x")).status == 404
        socket = server.config.data_dir / "health.sock"
        assert socket.stat().st_mode & 0o777 == 0o600
    assert not socket.exists()


async def test_health_is_a_word(server: Running, tmp_path: Path) -> None:
    """well, or why nothing is taken."""
    async with asking(server) as watcher:
        assert ((await watcher.get("/health")).status, (await watcher.get("/health")).body) == (200, b"well\n")
        server.service.shelf.taking = False
        assert ((await watcher.get("/health")).status, (await watcher.get("/health")).body) == (503, b"no-room\n")
        server.service.shelf.taking, server.service.shelf.believed = True, False
        assert (await watcher.get("/health")).body == b"held\n"
    (tmp_path / "new").mkdir()
    async with running(tmp_path / "new", World(), published=False) as empty, asking(empty) as watcher:
        assert (await watcher.get("/health")).body == b"no-list\n"
        assert values(await watcher.get("/metrics"))["dropbox_list_days_left"] == -1


async def test_a_backup_is_counted_by_its_name(server: Running, tmp_path: Path) -> None:
    """In periods behind; none, and a folder that is gone, are -1."""
    folder = tmp_path / "backups"
    async with asking(server, backup=folder) as watcher:
        assert values(await watcher.get("/metrics"))["dropbox_backup_behind_periods"] == -1
    folder.mkdir()
    (folder / f"backup-{START - 3:08d}-x-list-1.age").touch()
    async with asking(server, backup=folder) as watcher:
        assert values(await watcher.get("/metrics"))["dropbox_backup_behind_periods"] == 2


async def test_many_askers_cost_one_look(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """For ten seconds the same figures are given again."""
    looks = 0
    inner = server.store.closed_segments

    async def counted() -> object:
        nonlocal looks
        looks += 1
        return await inner()

    monkeypatch.setattr(server.store, "closed_segments", counted)
    async with asking(server) as watcher:
        await asyncio.gather(*(watcher.get("/metrics") for _ in range(6)))
    assert looks == 1


def test_it_is_no_public_address(server: Running) -> None:
    """Loopback or a Unix socket, and not that of the service."""
    text = server.config.encode()
    for wrong in ("192.0.2.1:9000", str(server.config.listen), "nowhere"):
        with pytest.raises(ConfigRefused, match="health"):
            parse_config(text.replace('health = ""', f'health = "{wrong}"'))
    assert parse_config(text.replace('health = ""', 'health = "127.0.0.1:9000"')).health == Listen(
        None, "127.0.0.1", 9000
    )


def test_rules_and_board_name_figures_that_there_are() -> None:
    """Each alert and each panel; every figure but those of mere size is in one of them."""
    rules = (DEPLOY / "alerts.yml").read_text()
    board = json.loads((DEPLOY / "board.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    named = set(re.findall(r"dropbox_[a-z_]+", rules + " ".join(asked)))
    assert named == set(FIGURES)
    assert rules.count("- alert: ") == rules.count("runbook: docs/runbooks/") == rules.count("expr: ")
    for page in re.findall(r"runbook: docs/(\S+)", rules):
        assert (ROOT / "docs" / page).is_file()
