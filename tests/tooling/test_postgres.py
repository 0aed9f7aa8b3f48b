# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PostgreSQL that tests are given is real, and empty each time."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.postgres import Cluster
from tests.rules.tree import ROOT


async def _make_table(url: str) -> str:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_here (id integer)"))
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    await engine.dispose()
    return str(version)


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_gets_an_empty_database(postgres_url: str, turn: int) -> None:
    assert int((await _make_table(postgres_url)).split(".")[0]) >= 15


async def test_databases_may_be_lent_side_by_side(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as one, postgres_cluster.database() as other:
        assert one != other
        await _make_table(one)
        await _make_table(other)


HELD = """
import time
from tests.postgres import running_cluster
with running_cluster() as cluster:
    print(cluster.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.postgres
def test_a_killed_test_run_takes_its_cluster_with_it() -> None:
    holder = subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout
    with holder.stdout as said:
        folder = Path(said.readline().strip())
    server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    try:
        holder.kill()
        holder.wait()
        deadline = time.monotonic() + 10
        while (folder / "data" / "postmaster.pid").exists():
            assert time.monotonic() < deadline, f"PostgreSQL still runs as {server}"
            time.sleep(0.05)
    finally:
        shutil.rmtree(folder)
