# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files and the scanner: a real ClamAV daemon with one signature of ours, and daemons that fail."""

import io
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from journalist_ui.previews import scanning
from journalist_ui.previews.scanning import NotScanned, scan
from tests.desk.people import People, people_of
from tests.desk.room import Room
from tests.desk.test_previews import begun
from tests.needs import find_program
from tests.previews import samples

pytestmark = pytest.mark.usefixtures("brief_stretch")
MARK = b"what this signature of a test knows"
TAINTED = samples.picture_file("PNG") + MARK


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a daemon that knows one thing."""
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "known").mkdir()
    (folder / "known" / "ours.ndb").write_text(f"Ours.Test.Mark:0:*:{MARK.hex()}\n")
    path = folder / "ctl"
    lines = (f"LocalSocket {path}", f"DatabaseDirectory {folder / 'known'}", f"TemporaryDirectory {folder}")
    more = ("Foreground yes", "StreamMaxLength 25M", "MaxFileSize 20M", "AlertExceedsMax yes", "AlertEncrypted yes")
    (folder / "conf").write_text("\n".join([*lines, *more, ""]))
    program = find_program("clamd")
    assert program
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([program, "--config-file", str(folder / "conf")], stdout=log, stderr=log)
    until = time.monotonic() + 60
    while not path.exists():
        assert running.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    yield path
    running.kill()
    running.wait()


def with_scanner(people: People, path: Path | str, *, opens: bool = True) -> None:
    engine = people.desk.engine
    engine.settings = replace(engine.settings, scanner=str(path), open_unscanned=opens)


@pytest.mark.clamav
def test_the_daemon_is_asked(clamd: Path) -> None:
    """Nothing in what is harmless, of any size; in what it knows the name that it has for it."""
    assert scan(str(clamd), b"harmless") == ""
    assert scan(str(clamd), bytes(16_000_000)) == ""
    assert scan(str(clamd), TAINTED) == "Ours.Test.Mark.UNOFFICIAL"


def packed(data: bytes, *, encrypted: bool = False) -> bytes:
    """A ZIP archive of one file; ``encrypted``: its headers say so."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.bin", data)
    made = bytearray(written.getvalue())
    if encrypted:
        made[6] |= 1
        made[made.index(b"PK\1\2") + 8] |= 1
    return bytes(made)


@pytest.mark.clamav
def test_what_the_daemon_could_not_look_through_is_not_scanned(clamd: Path) -> None:
    """A file past its bounds, and an archive that is encrypted, are neither clean nor found."""
    assert scan(str(clamd), packed(b"harmless")) == ""
    for data in (bytes(21 << 20), packed(b"harmless", encrypted=True)):
        with pytest.raises(NotScanned):
            scan(str(clamd), data)


@pytest.mark.clamav
@pytest.mark.bubblewrap
async def test_what_it_finds_is_not_looked_at_but_taken_out(room: Room, tmp_path: Path, clamd: Path) -> None:
    """Neither preview nor clean copy; as it came, with what was found in the record. The other file is shown."""
    async with people_of(room) as people:
        await begun(room, people, TAINTED, samples.picture_file("JPEG"))
        with_scanner(people, clamd, opens=False)
        out = tmp_path / "out"
        assert "found something" in await people.refused("ada", "file", "preview", 1, 1, "--out", out)
        told = ("file", "export", 1, 1, "--reason", "x", "--out", out)
        assert "found something" in await people.refused("ada", *told, "--clean")
        assert not out.exists()
        await people.ask("ada", *told)
        assert out.read_bytes() == TAINTED
        acts = [one for one in await people.ask("ada", "audit", "--case", 1) if one["act"].startswith("file")]
        assert [one["act"] for one in acts] == ["file export"]
        assert "scan found Ours.Test.Mark.UNOFFICIAL" in acts[0]["about"]
        found = await people.ask("ada", "file", "preview", 1, 2, "--out", tmp_path / "two")
        assert (found["scan"], found["kind"]) == ("clean", "jpeg")


@pytest.mark.bubblewrap
async def test_without_a_scanner_it_says_so(room: Room, tmp_path: Path) -> None:
    """Shown all the same, unless the desk opens nothing that was not scanned: then neither shown nor taken out."""
    async with people_of(room) as people:
        await begun(room, people, samples.picture_file("JPEG"))
        words = ("file", "preview", 1, 1, "--session", people.session("ada"), "--out")
        _, said, _ = await people.run(*words, tmp_path / "a")
        assert "Not scanned: this desk has no scanner." in said
        with_scanner(people, tmp_path / "nobody")
        _, said, _ = await people.run(*words, tmp_path / "b")
        assert "the scanner of this machine gave no answer" in said
        for path in ("", tmp_path / "nobody"):
            with_scanner(people, path, opens=False)
            for told in (
                ("preview", 1, 1),
                ("export", 1, 1, "--reason", "x"),
                ("export", 1, 1, "--clean", "--reason", "x"),
            ):
                out = tmp_path / "out"
                # What a session holds is shown no more either once it looks anew.
                people.desk.sessions.sessions()[0].looking = None
                assert "not scanned" in await people.refused("ada", "file", *told, "--out", out)
                assert not out.exists()


@contextmanager
def answering(path: Path, answer: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()

        def serve() -> None:
            line, _ = door.accept()
            with line:
                answer(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield str(path)
        thread.join(10)


def _says(told: bytes) -> Callable[[socket.socket], None]:
    def answer(line: socket.socket) -> None:
        # Whoever asks may go before it is told all.
        with suppress(OSError):
            line.recv(1 << 16)
            line.sendall(told)
            line.recv(1 << 16)

    return answer


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: \x1b[2J FOUND\0",
        b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0",
        b"stream: Heuristics.Limits.Exceeded FOUND\0",
        b"stream: Heuristics.Encrypted.PDF FOUND\0",
        b"stream: " + b"x" * 400 + b" FOUND\0",
        b"x" * 10_000,
    ],
)
def test_what_is_no_known_answer_is_not_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bytes) -> None:
    """Neither half an answer, nor a name that is none or stands for no finding, nor one without an end."""
    monkeypatch.setattr(scanning, "SECONDS", 1)
    with answering(tmp_path / "s", _says(told)) as path, pytest.raises(NotScanned):
        scan(path, b"x")
