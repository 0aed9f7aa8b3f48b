# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demo for all scenarios of a run."""

from collections.abc import Iterator

import pytest

from tests.scenarios.service import Demo, end_unwatched


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A whole service; it ends with the last test that looks at it."""
    started = Demo(tmp_path_factory.mktemp("demo") / "service")
    yield started
    assert started.stop() == 0


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    end_unwatched(item, nextitem)
