# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service of an earlier release, unpacked for each test."""

from pathlib import Path

import pytest

from tests.releases.old_service import OldService, unpack


@pytest.fixture
def old(tmp_path: Path) -> OldService:
    return unpack(tmp_path / "old")
