# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demo for all scenarios of a run."""

from collections.abc import Iterator

import pytest

from tests.scenarios.service import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A whole service, stopped by Ctrl-C at the end."""
    started = Demo(tmp_path_factory.mktemp("demo") / "service")
    yield started
    assert started.stop() == 0
