# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of a ceremony: who may read them, what is never overwritten, and what a damaged one says."""

import os
import pty
import sys
import termios
from pathlib import Path

import pytest

from dropbox.protocol.armour import armour, dearmour
from keys import keyfiles
from keys.errors import FileProblem, RollbackRefused
from keys.keyfiles import RootKey, note_signed, open_root, read_file, write_file
from tests.keys.conftest import Run, done, passphrase
from tests.keys.test_refusals import refused, state


def _signing(folder: Path, number: int = 1) -> tuple[object, ...]:
    anchor = ("--anchor", folder / "service.anchor")
    return ("anchor", "sign", *anchor, "--root-key", folder / f"r{number}.key")


def test_a_root_s_key_is_for_its_owner_alone(folder: Path, run: Run) -> None:
    """0600 whatever the umask; its public half is for all; one that others may read is refused until it is mended."""
    assert (folder / "r1.key").stat().st_mode & 0o777 == 0o600
    assert (folder / "r1.key.pub").stat().st_mode & 0o777 == 0o644
    for mode in (0o640, 0o604, 0o620, 0o601):
        (folder / "r1.key").chmod(mode)
        line = refused(run, folder, *_signing(folder), stdin=passphrase(1))
        assert line.endswith(f"readable by others. Run: chmod 600 {folder / 'r1.key'}")
    (folder / "r1.key").chmod(0o400)
    done(run(*_signing(folder), stdin=passphrase(1)))


@pytest.mark.parametrize("name", ["service.anchor", "r1.key.pub", "service.directory", ""])
def test_whoever_names_a_wrong_file_is_not_told_to_close_it(folder: Path, run: Run, name: str) -> None:
    """A public file, a folder: the sentence is about what it is, and nobody changes who may read it."""
    words = ("anchor", "sign", "--anchor", folder / "service.anchor", "--root-key", folder / name)
    line = refused(run, folder, *words, stdin=passphrase(1))
    assert "chmod" not in line
    assert "root key" in line or "Is a directory" in line


def test_a_root_opens_under_its_passphrase_alone(folder: Path, run: Run) -> None:
    """Another, an empty and a longer one are refused; the line end does not belong to it."""
    key = open_root(folder / "r1.key", passphrase(1).encode())
    assert key.public == dearmour("ROOT PUBLIC", (folder / "r1.key.pub").read_bytes())
    for typed in (passphrase(2), passphrase(1) + " ", passphrase(1)[:-1], passphrase(1).upper()):
        assert "the passphrase does not open it" in refused(run, folder, *_signing(folder), stdin=typed)
    assert "A line is missing on stdin" in refused(run, folder, *_signing(folder), stdin="")
    assert "No passphrase" in refused(run, folder, *_signing(folder), stdin="\n" + passphrase(1))
    assert "not UTF-8" in refused(run, folder, *_signing(folder), stdin=b"\xff\xff\n")
    assert "UTF-16" in refused(run, folder, *_signing(folder), stdin="x".encode("utf-16") + b"\n")
    assert "at most 1024 characters" in refused(run, folder, *_signing(folder), stdin="x" * 1_025)
    done(run(*_signing(folder), stdin=passphrase(1) + "\r\n"))


def test_a_new_root_needs_a_long_passphrase(tmp_path: Path, run: Run) -> None:
    """Twelve characters at least; the longest that is read is taken whole."""
    new = ("root", "new", "--out", tmp_path / "r.key")
    for short in ("\n", "eleven char", "e\u0301le\u0301ven cha"):
        assert "at least 12 characters" in refused(run, tmp_path, *new, stdin=short)
    done(run(*new, stdin="x" * 1_024 + "\r\n"))
    assert open_root(tmp_path / "r.key", b"x" * 1_024).path == tmp_path / "r.key"


def test_another_root_s_key_file_cannot_stand_in(folder: Path) -> None:
    """The public key in front is bound to the sealed one: it cannot be exchanged."""
    one, two = (dearmour("ROOT KEY", (folder / f"r{number}.key").read_bytes()) for number in (1, 2))
    (folder / "r1.key").write_bytes(armour("ROOT KEY", two[:32] + one[32:]))
    with pytest.raises(keyfiles.WrongPassphrase):
        open_root(folder / "r1.key", passphrase(1).encode())


def test_nothing_is_overwritten(folder: Path, run: Run) -> None:
    """A name in use is refused before anything is asked: keys, public files, anchors, directories."""
    for taken in ("r1.key", "r1.key.pub"):
        out = folder / taken.removesuffix(".pub")
        if taken.endswith(".pub"):
            out.unlink()
        assert f"{taken}: already there" in refused(run, folder, "root", "new", "--out", out, stdin="x" * 12)
    publics = [value for number in (2, 3, 4) for value in ("--root-public", folder / f"r{number}.key.pub")]
    held = ("--out", folder / "service.anchor")
    assert "already there" in refused(run, folder, "anchor", "new", *publics, *held)
    before = ("--anchor", folder / "service.anchor")
    assert "already there" in refused(run, folder, "anchor", "next", *before, *publics, *held)
    new = ("directory", "new", *before, "--out", folder / "service.directory")
    assert "already there" in refused(run, folder, *new)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """What cannot be put in its place leaves nothing behind; a missing folder is said."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem, match="Check the folder"):
        write_file(tmp_path / "folder", b"x", replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(FileProblem, match=r"No such file or directory\. Check the folder"):
        write_file(tmp_path / "none" / "x", b"x")
    write_file(tmp_path / "x", b"one")
    write_file(tmp_path / "x", b"two", replace=True)
    assert read_file(tmp_path / "x") == b"two"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_files_that_are_not_what_they_should_be(folder: Path, run: Run) -> None:
    """Missing, too large, of another kind, cut short, damaged inside: one line each."""
    show = ("anchor", "show", "--anchor")
    assert "No such file or directory. Check its name" in refused(run, folder, *show, folder / "none")
    assert "Is a directory" in refused(run, folder, *show, folder)
    (folder / "huge").write_bytes(b"x" * ((8 << 20) + 1))
    assert "larger than 8 MiB" in refused(run, folder, *show, folder / "huge")
    assert "not a whole anchor file" in refused(run, folder, *show, folder / "service.directory")
    (folder / "cut").write_bytes((folder / "service.anchor").read_bytes()[:-40])
    assert "not a whole anchor file" in refused(run, folder, *show, folder / "cut")
    (folder / "inside").write_bytes(armour("ANCHOR", b"\0"))
    assert "(truncated: anchor)" in refused(run, folder, *show, folder / "inside")
    assert "File name too long" in refused(run, folder, "root", "new", "--out", folder / ("x" * 300))
    for data in (b"", bytes(107), bytes(109)):
        (folder / "r1.key").write_bytes(armour("ROOT KEY", data))
        assert "r1.key: damaged" in refused(run, folder, *_signing(folder), stdin=passphrase(1))
    (folder / "r1.key").unlink()
    assert "No such file" in refused(run, folder, *_signing(folder), stdin=passphrase(1))


RECORDS = (b"", b"{", b"[]", b"7", b'{"anchor":7}', b'{"anchor":["x","y"]}', b'{"anchor":[1]}', b"\xff", b"[" * 5_000)


@pytest.mark.parametrize("record", RECORDS)
def test_a_damaged_record_of_what_was_signed_stops_the_root(folder: Path, run: Run, record: bytes) -> None:
    """Whoever could not read what it signed before might be made to sign something older."""
    (folder / "r1.key.signed").write_bytes(record)
    assert "Find out what this root has signed" in refused(run, folder, *_signing(folder), stdin=passphrase(1))


def test_what_a_root_remembers(tmp_path: Path) -> None:
    """The newest of each kind: the same again and anything above it is signed, all else is not."""
    root = RootKey(bytes(32), bytes(32), tmp_path / "r.key")
    note_signed(root, "directory", 5, b"five")
    note_signed(root, "directory", 5, b"five")
    note_signed(root, "anchor", 1, b"one")
    note_signed(root, "directory", 9, b"nine")
    for version, body in ((8, b"eight"), (5, b"five"), (9, b"other")):
        with pytest.raises(RollbackRefused):
            note_signed(root, "directory", version, body)
    note_signed(root, "anchor", 2, b"two")
    assert (tmp_path / "r.key.signed").stat().st_mode & 0o777 == 0o600


def test_a_prompt_shows_nothing_and_asks_twice(tmp_path: Path) -> None:
    """On a terminal the passphrase is not echoed, a new one is asked again, and a different one is asked anew."""
    program = str(Path(sys.executable).with_name("dropbox-keys"))
    child, terminal = pty.fork()
    if child == 0:
        # The other process: the command itself, on a terminal of its own.
        os.execv(program, [program, "root", "new", "--out", str(tmp_path / "r.key")])  # noqa: S606 - no shell is wanted
    shown = b""
    first, again = b"Passphrase of this root: ", b"Repeat for confirmation: "
    talk = ((first, b"spoken quietly"), (again, b"misheard"), (first, b"spoken quietly"), (again, b"spoken quietly"))
    for asked, typed in talk:
        shown += _until(terminal, asked)
        assert termios.tcgetattr(terminal)[3] & termios.ECHO == 0
        os.write(terminal, typed + b"\n")
    shown += _until(terminal, b"r.key.pub")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert b"spoken" not in shown
    assert b"misheard" not in shown
    assert state(tmp_path).keys() == {"r.key", "r.key.pub"}


def _until(terminal: int, end: bytes) -> bytes:
    """What the terminal shows up to ``end``."""
    shown = b""
    while end not in shown:
        shown += os.read(terminal, 4_096)
    return shown


@pytest.fixture
def stick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files look as on FAT: what is made for its owner alone may be read by all, whatever is said."""
    fstat, stat = os.fstat, Path.stat

    def open_to_all(status: os.stat_result) -> os.stat_result:
        return os.stat_result((status.st_mode | 0o777, *status[1:]))

    monkeypatch.setattr(os, "fstat", lambda handle: open_to_all(fstat(handle)))
    monkeypatch.setattr(Path, "stat", lambda path, **how: open_to_all(stat(path, **how)))


@pytest.mark.usefixtures("stick")
def test_a_medium_without_permissions_is_told_once(folder: Path, run: Run) -> None:
    """The key is made, with a word about it, and used without another; everything is signed there."""
    made = run("root", "new", "--out", folder / "r.key", stdin="x" * 12)
    assert made.code == 0
    assert made.err.startswith(f"dropbox-keys: {folder} keeps no permissions, as a FAT or exFAT stick does not")
    assert len(made.err.splitlines()) == 1
    assert "passphrase protects it" in made.err
    done(run(*_signing(folder), stdin=passphrase(1)))


@pytest.mark.usefixtures("stick")
def test_a_medium_that_refuses_permissions_is_used_too(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some file systems answer with an error instead of passing over it."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    assert run("root", "new", "--out", folder / "r.key", stdin="x" * 12).code == 0
    done(run(*_signing(folder), stdin=passphrase(1)))


def test_a_medium_that_takes_nothing_is_said(folder: Path, run: Run) -> None:
    """Where a key is to be made, and where one is to be used, for what was signed is written down beside it."""
    new = ("root", "new", "--out", folder / "none" / "r.key")
    assert f"{folder / 'none'}: No such file or directory. Check the folder." in refused(run, folder, *new)


COMPOSED, DECOMPOSED = "caf\u00e9 na\u00efvet\u00e9", "cafe\u0301 nai\u0308vete\u0301"


@pytest.mark.parametrize("made", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_a_passphrase_is_its_letters(folder: Path, run: Run, made: str, typed: str) -> None:
    """A key made on one system opens with what another one sends for the same keys."""
    done(run("root", "new", "--out", folder / "r.key", stdin=made))
    assert open_root(folder / "r.key", typed.encode()).path == folder / "r.key"
    with pytest.raises(keyfiles.WrongPassphrase):
        open_root(folder / "r.key", typed.replace("v", "w").encode())


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
def test_a_key_of_before_opens_too(folder: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    """One that was sealed under a decomposed passphrase, when passphrases were taken as they came."""
    with monkeypatch.context() as before:
        before.setattr(keyfiles, "composed", lambda text: text)
        sealed = keyfiles.seal_root(bytes(32), DECOMPOSED.encode(), os.urandom)
    write_file(folder / "old.key", sealed)
    assert open_root(folder / "old.key", typed.encode()).seed == bytes(32)


MARK = b"\xef\xbb\xbf"


def test_a_byte_order_mark_changes_nothing(folder: Path, run: Run) -> None:
    """Anchor, list, enrolment, public file, root key, record and policy, as an editor of another system saves them."""
    (folder / "policy.json").write_text(done(run("directory", "policy")))
    for path in folder.iterdir():
        path.write_bytes(MARK + path.read_bytes())
    for name in ("service.anchor", "service.directory", "north.enrolment", "r1.key.pub"):
        done(run("fingerprint", folder / name))
    done(run(*_signing(folder), stdin=MARK + passphrase(1).encode()))
    new = ("directory", "new", "--anchor", folder / "service.anchor", "--policy", folder / "policy.json")
    done(run(*new, "--out", folder / "x.directory"))
    add = ("unit", "add", "--directory", folder / "x.directory", "--slug", "north", "--enrolment")
    done(run(*add, folder / "north.enrolment"))


def test_standard_input_that_never_ends(folder: Path, run: Run) -> None:
    """A passphrase is one line of bounded length, whatever comes."""
    assert "longer than 4096 bytes" in refused(run, folder, *_signing(folder), stdin="x" * (1 << 20))
