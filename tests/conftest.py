# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every suite shares: a hypothesis profile, a real PostgreSQL, leaving out what the machine lacks."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.postgres"]

# The same examples in every run, with no deadline that a busy machine could miss.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark who uses PostgreSQL; leave out and write down the tests whose need the runner says is missing."""
    for item in items:
        if {"postgres_url", "postgres_cluster"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("postgres")
    absent = os.environ.get("LEAVE_OUT", "").split()
    left_out = [item for item in items if any(item.get_closest_marker(need) for need in absent)]
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=left_out)
        Path(os.environ["LEFT_OUT_FILE"]).write_text("".join(f"{item.nodeid}\n" for item in left_out))
