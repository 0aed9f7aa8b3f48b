# SPDX-License-Identifier: AGPL-3.0-or-later
"""The PostgreSQL that tests are given is real, and empty each time."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.postgres import Cluster


async def _make_table(url: str) -> str:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_here (id integer)"))
        version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    await engine.dispose()
    return str(version)


@pytest.mark.parametrize("time", [1, 2])
async def test_each_test_gets_an_empty_database(postgres_url: str, time: int) -> None:
    assert int((await _make_table(postgres_url)).split(".")[0]) >= 15


async def test_databases_may_be_lent_side_by_side(postgres_cluster: Cluster) -> None:
    with postgres_cluster.database() as one, postgres_cluster.database() as other:
        assert one != other
        await _make_table(one)
        await _make_table(other)
