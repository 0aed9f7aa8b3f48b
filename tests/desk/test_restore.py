# SPDX-License-Identifier: AGPL-3.0-or-later
"""A restore that goes wrong takes no way from the next one, and no passphrase is blamed for a wrong file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from journalist_ui.daemon import restore as restoring
from journalist_ui.daemon.settings import read_settings
from tests.command_line.processes import run
from tests.desk.test_commands import TWO_LINES, anchor as anchor, ask, briefly as briefly, init_words

WRONG = "not the desk passphrase at all\n"


@pytest.fixture
def backups(tmp_path: Path, anchor: Path, briefly: None) -> Path:
    """One backup each of the desks ``north`` and ``south``, in one folder."""
    made = tmp_path / "backups"
    made.mkdir()
    for name in ("north", "south"):
        assert ask(*init_words(tmp_path / name, anchor, **{"--backup": str(made)}), stdin=TWO_LINES).exit_code == 0
        assert ask("backup", "--vault", tmp_path / name, stdin=TWO_LINES).exit_code == 0
    return made


def backup_of(backups: Path, name: str) -> Path:
    unit = read_settings(backups.parent / name).unit_id.hex()[:8]
    return next(backups.glob(f"vault-{unit}-*.db"))


def failing(*given: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fault", ["passphrase", "damage", "stop"])
def test_a_failed_restore_leaves_no_settings_of_another_desk(
    backups: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The other desk's file named first, its passphrase wrong, its backup damaged, or a person who stops: then the
    right file restores the right desk."""
    folder, north, south = backups.parent / "new", backup_of(backups, "north"), backup_of(backups, "south")
    if fault == "damage":
        north.write_bytes(b"x" * 8_192)
    words = ("restore", "--vault", folder, "--from", backups, "--file")
    with monkeypatch.context() as patch:
        if fault == "stop":
            patch.setattr(restoring, "restore_backup", failing)
        assert ask(*words, north, stdin=WRONG if fault == "passphrase" else TWO_LINES).exit_code == 1
    assert not list(folder.glob("*.t*"))
    done = ask(*words, south, stdin=TWO_LINES)
    assert done.exit_code == 0, done.stderr
    assert read_settings(folder) == read_settings(backups.parent / "south")


@pytest.mark.parametrize("verb", [("verify-backup",), ("restore", "--replace")], ids=["verify-backup", "restore"])
def test_a_wrong_file_is_named(backups: Path, verb: tuple[str, ...]) -> None:
    """Another desk's backup, one that is not there: neither the vault nor the passphrase is blamed for it."""
    vault, other = backups.parent / "north", backup_of(backups, "south")
    before = (vault / "vault.db").read_bytes()
    for file, said in ((other, "another desk"), (backups / "vault-00000000-00000001.db", "There is no backup")):
        done = ask(*verb, "--vault", vault, "--file", file, stdin=TWO_LINES)
        assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
        assert "desk key" not in done.stderr
    assert (vault / "vault.db").read_bytes() == before


@pytest.mark.parametrize("place", ["", "backups", "link"])
def test_backups_do_not_go_into_the_desks_own_folder(tmp_path: Path, anchor: Path, place: str) -> None:
    """They would be lost with it: the folder itself, one in it, and a link that leads there."""
    folder, backup = tmp_path / "desk", tmp_path / "desk" / place
    if place == "link":
        backup = tmp_path / "link"
        backup.symlink_to(folder)
    done = ask(*init_words(folder, anchor, **{"--backup": str(backup)}), stdin=TWO_LINES)
    assert (done.exit_code, "own folder" in done.stderr, folder.exists()) == (1, True, False)


VERBS = {
    "backup": ("backup",),
    "restore": ("restore", "--replace"),
    "replace-keyring": ("replace-keyring", "--give-up-old"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_done_is_said_where_it_cannot_be_printed(tmp_path: Path, anchor: Path, verb: str) -> None:
    """A full disk behind the output: nobody takes it for undone, and gives up a second keyring."""
    folder, backups = tmp_path / "desk", tmp_path / "backups"
    backups.mkdir()
    assert ask(*init_words(folder, anchor, **{"--backup": str(backups)}), stdin=TWO_LINES).exit_code == 0
    assert ask("backup", "--vault", folder, stdin=TWO_LINES).exit_code == 0
    before = (len(list(backups.glob("*.db"))), (folder / "vault.db").stat().st_ino, (folder / "keyring").read_bytes())
    ended = run("dropbox-desk", *VERBS[verb], "--vault", folder, ends=">/dev/full", stdin=TWO_LINES.encode())
    assert "It is done" in ended.one_line()
    after = (len(list(backups.glob("*.db"))), (folder / "vault.db").stat().st_ino, (folder / "keyring").read_bytes())
    assert [one != two for one, two in zip(before, after, strict=True)].count(True) == 1


@pytest.mark.parametrize("lost", [False, True], ids=["here", "lost"])
def test_trying_a_restore_says_its_day_and_leaves_nothing(
    backups: Path, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    """Beside the vault, and where the folder is lost; what an end from outside left of one before goes too."""
    north, scratch = backups.parent / "north", backups.parent / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    folder = backups.parent / "gone" if lost else north
    ((scratch if lost else north) / ".try-of-before").mkdir()
    looks = {one: one.stat().st_mtime_ns for one in backups.parent.rglob("*") if one.is_file()}
    words = ("--from", backups, "--file", backup_of(backups, "north")) if lost else ()
    done = ask("restore", "--try", "--vault", folder, *words, "--json", stdin=TWO_LINES)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["cases"], found["members"], found["files"]) == (0, 1, 0)
    assert found["day"] == datetime.now(UTC).date().isoformat()
    after = {one: one.stat().st_mtime_ns for one in backups.parent.rglob("*") if one.is_file()}
    assert after == looks
    assert not list(backups.parent.rglob(".try-*"))
    assert not (backups.parent / "gone").exists()


def test_trying_refuses_what_a_restore_would(backups: Path) -> None:
    """A damaged backup, another passphrase, another desk's file; and that nothing is given up by it."""
    north = backups.parent / "north"
    words = ("restore", "--try", "--vault", north)
    assert ask(*words, "--replace", stdin=TWO_LINES).exit_code == 2
    assert ask(*words, stdin=WRONG).exit_code == 1
    assert ask(*words, "--file", backup_of(backups, "south"), stdin=TWO_LINES).exit_code == 1
    backup_of(backups, "north").write_bytes(b"x" * 8_192)
    assert ask(*words, stdin=TWO_LINES).exit_code == 1
    assert not list(backups.parent.rglob(".try-*"))
