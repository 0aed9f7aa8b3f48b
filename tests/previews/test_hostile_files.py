# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile files, each through a real sandbox: it ends as pixels or as a sentence, in time, and nothing of it acts."""

import socket
import time
from collections.abc import Iterator

import pytest

from journalist_ui.previews import sandbox
from journalist_ui.previews.frames import Picture, Text
from journalist_ui.previews.renderer.wire import Why
from journalist_ui.verbs.previews import code_of
from journalist_ui.words.previews import WHY
from tests.previews.hostile_files import ALL, Hostile
from tests.previews.samples import seen_by

pytestmark = pytest.mark.bubblewrap


@pytest.fixture(scope="module")
def door() -> Iterator[socket.socket]:
    """What hears whoever phones out."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        yield listening


def _named(name: str, one: Hostile) -> object:
    marks = [getattr(pytest.mark, one.needs)] if one.needs else []
    return pytest.param(one, id=name, marks=[*marks, *([pytest.mark.long] if one.slow else [])])


def heard(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("one", [_named(name, one) for name, one in ALL.items()])
def test_a_hostile_file_ends_as_pixels_or_a_sentence(one: Hostile, door: socket.socket) -> None:
    """Within its time; whatever it names is neither fetched nor read."""
    data = one.make(door.getsockname()[1])
    began = time.monotonic()
    _, _, pages, why = seen_by(data)
    assert time.monotonic() - began < sandbox.SECONDS + 2
    assert why in one.ends
    assert pages or why is not Why.ALL
    assert why is Why.ALL or WHY[code_of(why.name)]
    assert not heard(door)
    texts = [page.text for page in pages if isinstance(page, Text)]
    assert all("root:x:0" not in text for text in texts)
    assert all(isinstance(page, Picture | Text) for page in pages)


def test_they_are_many() -> None:
    """Of every kind."""
    assert len(ALL) >= 40


def test_a_call_would_be_heard(door: socket.socket) -> None:
    """What the tests above rest on."""
    with socket.create_connection(door.getsockname()):
        until = time.monotonic() + 10
        while not heard(door):
            assert time.monotonic() < until
