# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service that makes sandboxes: started for each connection as systemd does it, asked as a desk asks it."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journalist_ui.previews import asking, sandbox
from journalist_ui.previews.asking import ask_bytes, looking
from journalist_ui.previews.renderer import wire
from journalist_ui.previews.renderer.wire import Kind, Purpose, Why
from tests.previews import samples
from tests.previews.samples import near, sides, sorted_out

pytestmark = pytest.mark.bubblewrap
Answer = Callable[[socket.socket], None]


def by_program(line: socket.socket) -> None:
    """The connection is the program's standard input and output."""
    words = [sys.executable, "-I", "-m", "journalist_ui.previews"]
    subprocess.run(words, stdin=line, stdout=line, check=False)


@contextmanager
def listening(path: Path, answer: Answer) -> Iterator[str]:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()

        def serve() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line:
                    answer(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield str(path)
        door.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_a_file_is_looked_at_by_the_service(tmp_path: Path) -> None:
    """As in a sandbox of the desk's own, whatever the file does."""
    with listening(tmp_path / "s", by_program) as path:
        kind, pages, shown, why = sorted_out(looking(path)(samples.pdf_file(3), Purpose.VIEW, 2))
        assert (kind, pages, len(shown), why) == (Kind.PDF, 3, 2, Why.ALL)
        assert all(near(sides(page)) for page in shown)
        assert sorted_out(looking(path)(b"PK\x03\x04", Purpose.VIEW, 1))[3] is Why.ARCHIVE


def test_no_service_is_no_preview(tmp_path: Path) -> None:
    """Nothing is shown in another way where nobody listens."""
    assert sorted_out(looking(str(tmp_path / "none"))(b"text", Purpose.VIEW, 1))[3] is Why.NO_SANDBOX
    (tmp_path / "file").write_bytes(b"")
    assert sorted_out(looking(str(tmp_path / "file"))(b"text", Purpose.VIEW, 1))[3] is Why.NO_SANDBOX


def _silent(line: socket.socket) -> None:
    time.sleep(3)


def _ends(line: socket.socket) -> None:
    line.recv(10)


def _lies(line: socket.socket) -> None:
    line.recv(1 << 20)
    line.sendall(wire.KIND + wire.KIND_LAYOUT.pack(Kind.PNG, 1) + wire.PICTURE + b"\xff" * 14)


@pytest.mark.parametrize(("answer", "why"), [(_silent, Why.LONG), (_ends, Why.STOPPED), (_lies, Why.STOPPED)])
def test_a_service_that_fails_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, why: Why
) -> None:
    """It says nothing, goes, or lies: the look ends in time and says so."""
    monkeypatch.setattr(sandbox, "SECONDS", 1)
    monkeypatch.setattr(asking, "_MORE", 1)
    with listening(tmp_path / "s", answer) as path:
        began = time.monotonic()
        assert sorted_out(looking(path)(b"text", Purpose.VIEW, 1))[3] is why
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n" + bytes(40),
        ask_bytes(b"text", Purpose.VIEW, 1)[:-1],
        wire.MAGIC + wire.ASK.pack(0, 1, wire.MOST_BYTES + 1) + bytes(64),
        wire.MAGIC + wire.ASK.pack(9, 1, 4) + b"text",
    ],
)
def test_what_asks_nothing_is_told_nothing(sent: bytes) -> None:
    """No question, half a one, too large a one, or one for a purpose there is not."""
    words = [sys.executable, "-I", "-m", "journalist_ui.previews"]
    done = subprocess.run(words, input=sent, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
