# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that the operator has just set up."""

from pathlib import Path

import pytest

from tests.admin.operator import DAILY, admin
from tests.server.world import World


@pytest.fixture
def world() -> World:
    return World(policy=DAILY)


@pytest.fixture
def config(tmp_path: Path, world: World) -> Path:
    """A server that `dropbox-admin init` made."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(world.anchor_text())
    result = admin("init", "--dir", tmp_path / "server", "--anchor", anchor)
    assert result.exit_code == 0, result.output
    return tmp_path / "server/server.toml"
