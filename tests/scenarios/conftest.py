# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demo for all scenarios of a run."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent)] if str(Path(__file__).parent) not in sys.path else []

from service import Demo  # noqa: E402 - found on the path set above


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A whole service, stopped by Ctrl-C at the end."""
    started = Demo(tmp_path_factory.mktemp("demo") / "service")
    yield started
    assert started.stop() == 0
