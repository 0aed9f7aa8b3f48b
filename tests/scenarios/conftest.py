# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demo for all scenarios of a run; those that make a service of their own may run beside it."""

from collections.abc import Iterator

import pytest

from tests.scenarios.service import Demo

OF_THEIR_OWN = ("test_first_service", "test_over_tor")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two groups for two workers."""
    for item in items:
        if "tests/scenarios/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("own" if item.path.stem in OF_THEIR_OWN else "demo"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A whole service, stopped by Ctrl-C at the end."""
    started = Demo(tmp_path_factory.mktemp("demo") / "service")
    yield started
    assert started.stop() == 0
