# SPDX-License-Identifier: AGPL-3.0-or-later
"""A demo that several files share: three desks and a server that work every five seconds, whoever looks. So it is
stopped as soon as no file that follows is of those files, and not at the end of a session."""

import pytest

from tests.conftest import TOGETHER
from tests.scenarios.service import Demo


def _files(item: pytest.Item | None) -> str:
    """The name of those that a test's file stays together with, or the file; empty for no test."""
    file = item.nodeid.partition("::")[0] if item else ""
    return TOGETHER.get(file, file)


class OneDemo:
    """Takes ``more`` words for the command."""

    def __init__(self, *more: str) -> None:
        self._more = more
        self._started: Demo | None = None

    def running(self, folders: pytest.TempPathFactory) -> Demo:
        """Started when a test first asks."""
        if self._started is None:
            self._started = Demo(folders.mktemp("demo") / "service", *self._more)
        return self._started

    def left(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """A test is over: stop by Ctrl-C, which must end it with 0, unless what follows may look at it too."""
        if self._started is not None and _files(item) != _files(following):
            stopping, self._started = self._started, None
            assert stopping.stop() == 0
