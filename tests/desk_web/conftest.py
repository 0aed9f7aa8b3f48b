# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk with its pages for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.desk_web.house import House, open_house


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path / "desk") as opened:
        yield opened
