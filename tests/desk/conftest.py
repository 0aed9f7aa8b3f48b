# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's room for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.clocks import Clocks
from tests.desk.room import Room, brief_stretch, entropy, make_room
from tests.desk.worked import days, sync


@pytest.fixture
def room(tmp_path: Path, brief_stretch: None) -> Iterator[Room]:
    """Passphrases are stretched briefly in it: what a test claims of the real stretch, it asks without a room."""
    made = make_room(tmp_path / "desk")
    yield made
    made.vault.close()


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture(name="brief_stretch")
def _brief_stretch() -> Iterator[None]:
    with brief_stretch():
        yield


@pytest.fixture
def worked(room: Room) -> Room:
    """A desk of six days' work, each with a batch that the board showed."""
    room.report(entropy(1), "x")
    sync(room)
    days(room, 6)
    days(room, 1, acts=False)
    return room
