# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a seized disk tells of blobs once their period has closed: neither order of arrival nor one byte elsewhere."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.blobs import BLOBS_HEADER, blob_id, parse_pass
from dropbox.protocol.constants import BLOB
from tests.long_form import LONG
from tests.needle import present
from tests.postgres import Cluster, running_cluster
from tests.server.service import Running, running
from tests.server.test_disk import CANARY, files_under, rank_correlation
from tests.server.world import POLICY, START, World

COUNT = 2_000 if LONG else 120
"""What fills memory and disk for a minute is for the long form."""
NEAR = 0.1
# The same in every run: the correlations are fixed numbers. A canary in every 8 KiB shows what a database leaves.
_SEED = 6


def _blobs(at: int, count: int) -> Iterator[bytes]:
    for number in range(at, at + count):
        source = random.Random(f"{_SEED} {number}")  # noqa: S311 - repeatable on purpose, and no secret
        yield (source.randbytes(8_176) + CANARY) * 32


async def _fill_and_close(folder: Path, url: str = "") -> list[bytes]:
    """Send them one after another, close the period, stop the server; their ids in the order of arrival."""
    ids: list[bytes] = []
    policy = replace(POLICY, blobs_per_period=2 * COUNT, intake_per_period=1_000)
    async with running(folder, World(units=1, policy=policy), url=url) as server:
        for at in range(0, COUNT, 40):
            ids += await _send(server, list(_blobs(at, 40)))
        server.clock.set_period(START + 1)
        await server.tick()
    return ids


async def _send(server: Running, blobs: list[bytes]) -> list[bytes]:
    path = f"/v1/blobs/{parse_pass((await server.admit(len(blobs))).body).name.hex()}"
    for blob in blobs:
        assert (await server.post(path, blob)).status == 200
    return [blob_id(blob) for blob in blobs]


def _check(ids: list[bytes], folder: Path, others: dict[str, bytes]) -> None:
    raw = (folder / f"data/blobs/{START}.bin").read_bytes()
    found = [blob_id(raw[at : at + BLOB]) for at in range(BLOBS_HEADER, len(raw), BLOB)]
    arrival = {one: number for number, one in enumerate(ids)}
    assert found == sorted(ids)
    assert abs(rank_correlation([arrival[one] for one in found])) <= NEAR
    seen = 0
    for name, content in others.items():
        assert present([CANARY], [content]) == [], name
        places = sorted((content.find(one), number) for one, number in arrival.items() if one in content)
        if len(places) >= COUNT // 2:
            seen += 1
            assert abs(rank_correlation([number for _, number in places])) <= NEAR, name
    assert seen


@pytest.fixture(autouse=True)
def all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A period's whole supply lies ready when it begins."""
    monkeypatch.setattr("dropbox.server.supply.AT_ONCE", 1)


async def test_sqlite_tells_nothing_after_the_close(tmp_path: Path) -> None:
    """The object of the period is sorted, and the database has ids alone, in an order that tells nothing."""
    ids = await _fill_and_close(tmp_path)
    files = files_under(tmp_path / "data")
    _check(ids, tmp_path, {path.name: content for path, content in files if path.suffix != ".bin"})


@pytest.fixture(scope="module")
def quiet_cluster() -> Iterator[Cluster]:
    """PostgreSQL as `dropbox-admin doctor` asks for it."""
    with running_cluster() as cluster:
        cluster.run("psql", "--command", "ALTER SYSTEM SET wal_recycle = off")
        cluster.run("psql", "--command", "SELECT pg_reload_conf()")
        yield cluster


@pytest.mark.postgres
async def test_postgres_tells_nothing_after_the_close(tmp_path: Path, quiet_cluster: Cluster) -> None:
    """Tables, their overflow, indexes and the write-ahead log alike."""
    with quiet_cluster.database() as url:
        ids = await _fill_and_close(tmp_path, url)
        _check(ids, tmp_path, {str(path): content for path, content in files_under(quiet_cluster.folder)})
