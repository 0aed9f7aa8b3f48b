# SPDX-License-Identifier: AGPL-3.0-or-later
"""One demo for all scenarios that look at one; its desks ask for a declaration."""

import pytest

from tests.scenarios.one_demo import OneDemo
from tests.scenarios.service import Demo

_ONE = OneDemo("--declaration")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The day comes first: it counts the cases of its unit, and somebody leaves it."""
    items.sort(key=lambda item: item.path.stem != "test_day_by_command")


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A whole service, the same for all files that stay together."""
    return _ONE.running(tmp_path_factory)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last of them it is stopped."""
    _ONE.left(item, nextitem)
