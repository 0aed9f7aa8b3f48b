# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands as words: help, exit codes, one line that says what to do, and secrets from stdin alone."""

import json
import os
import re
import shutil
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.enrolment import verify_enrolment
from journalist_ui.cli.commands import main
from journalist_ui.daemon.notices import WORDS
from journalist_ui.daemon.settings import read_settings, write_settings
from journalist_ui.refusals import VaultUnusable
from tests.desk.room import PASSPHRASE, brief_stretch
from tests.flows.twin import make_service
from tests.rules.tree import ROOT

TWO_LINES = f"{PASSPHRASE} desk\n{PASSPHRASE}\n"


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def briefly() -> Iterator[None]:
    """Passphrases are stretched briefly, for tests of something else that start no process."""
    with brief_stretch():
        yield


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    """The anchor file of a service."""
    signed = make_service(("north",)).twin.directory.anchors[0]
    path = tmp_path / "anchor.txt"
    path.write_bytes(armour("ANCHOR", signed.encode()))
    return path


def ask(*words: object, stdin: str = "") -> Result:
    """Run a command in this process; it must not end in a traceback."""
    done = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def init_words(folder: Path, anchor: Path, **changes: str) -> list[object]:
    words = {
        "--vault": folder,
        "--service": "http://127.0.0.1:9",
        "--anchor": anchor,
        "--name": "Unit north",
        "--member": "ada",
        "--backup": "none",
    }
    return ["init", *(word for pair in (words | changes).items() for word in pair), "--json"]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, (*path, name))
    else:
        yield path, command


@pytest.mark.parametrize("path", [path for path, _ in leaves(main)], ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    """--help ends with 0 and shows a whole command line."""
    done = ask(*path, "--help")
    assert done.exit_code == 0
    assert f"dropbox-desk {' '.join(path)} " in done.output
    assert "Example" in done.output


@pytest.mark.parametrize("path", [path for path, _ in leaves(main)], ids=" ".join)
def test_an_unknown_option_is_bad_usage(path: tuple[str, ...]) -> None:
    """Exit 2."""
    assert ask(*path, "--no-such-option").exit_code == 2


def test_no_secret_is_an_option() -> None:
    """No option takes a passphrase or a code (--new-code takes nothing), and none is read from the environment; two
    name where a key lies."""
    for path, command in leaves(main):
        for parameter in command.params:
            assert not {"passphrase", "password", "code", "secret", "key"} & set(str(parameter.name).split("_")) or (
                parameter.name in ("desk_key_fd", "web_key") or parameter.name == "new_code"
            ), path
            assert parameter.envvar is None


def test_init_makes_a_whole_desk(tmp_path: Path, anchor: Path) -> None:
    """Settings, vault, keyring and an enrolment that proves possession; JSON tells where; nothing is open to others."""
    folder = tmp_path / "desk"
    done = ask(*init_words(folder, anchor), stdin=TWO_LINES)
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert set(made) >= {"enrolment", "totp_secret", "unit_id"}
    enrolment = verify_enrolment(dearmour("ENROLMENT", Path(made["enrolment"]).read_bytes()))
    assert (enrolment.unit_id.hex(), enrolment.name) == (made["unit_id"], "Unit north")
    assert enrolment.fingerprint.hex() == made["fingerprint"]
    assert {path.name for path in folder.iterdir()} == {
        *("anchor.txt", "desk.toml", "enrolment.txt", "keyring", "vault.db"),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    settings = tomllib.loads((folder / "desk.toml").read_text())
    assert settings["backup"] == "none"
    assert "No backup is configured" in done.stderr


@pytest.mark.parametrize(
    ("changes", "stdin", "said"),
    [
        ({"--service": "example"}, TWO_LINES, "address"),
        ({"--service": "http://example\u3002onion"}, TWO_LINES, "address"),
        ({"--tor": "9050"}, TWO_LINES, "tor: give HOST:PORT"),
        ({"--tor": ""}, TWO_LINES, "--tor is empty"),
        ({"--backup": "relative/folder"}, TWO_LINES, "absolute"),
        ({"--member": "a b"}, TWO_LINES, "member's name"),
        ({"--name": "a\nb"}, TWO_LINES, "printable"),
        ({"--role": "investigator"}, TWO_LINES, "administrator"),
        ({}, f"short\n{PASSPHRASE}\n", "desk passphrase must have at least"),
        ({}, f"{PASSPHRASE}\nshort\n", "member's passphrase must have at least"),
        ({}, f"{PASSPHRASE}\n", "A line is missing on stdin: member's passphrase"),
        ({}, "", "A line is missing on stdin: desk passphrase"),
    ],
)
def test_init_refuses_and_leaves_nothing(
    tmp_path: Path, anchor: Path, changes: dict[str, str], stdin: str, said: str
) -> None:
    """Exit 1, one line that says what to do, and no folder, whole or half."""
    done = ask(*init_words(tmp_path / "desk", anchor, **changes), stdin=stdin)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["anchor.txt"]


def test_init_takes_no_folder_that_holds_something(tmp_path: Path, anchor: Path) -> None:
    """Neither a desk nor anything else is ever overwritten."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "mine").write_text("x")
    done = ask(*init_words(folder, anchor), stdin=TWO_LINES)
    assert (done.exit_code, "not an empty folder" in done.stderr) == (1, True)
    assert [path.name for path in folder.iterdir()] == ["mine"]


@pytest.mark.parametrize("content", [b"", b"nonsense", armour("ANCHOR", b"nonsense"), armour("DIRECTORY", b"x")])
def test_init_refuses_an_anchor_that_is_none(tmp_path: Path, content: bytes) -> None:
    """Damaged, of another kind, or not signed."""
    anchor = tmp_path / "anchor.txt"
    anchor.write_bytes(content)
    done = ask(*init_words(tmp_path / "desk", anchor), stdin=TWO_LINES)
    assert (done.exit_code, "anchor file" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("backup",),
        ("restore",),
        ("verify-backup",),
        ("replace-keyring", "--give-up-old"),
        ("status",),
        ("epoch",),
    ],
)
def test_a_folder_without_a_desk_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Exit 1 and where to go from here."""
    done = ask(*words, "--vault", tmp_path / "nothing", stdin="x\n")
    assert done.exit_code == 1
    assert "dropbox-desk init" in done.stderr or "dropbox-desk serve" in done.stderr


@pytest.mark.parametrize(
    "words", [("sync",), ("cases",), ("show", 1), ("reply", 1, "--text-file", "-"), ("member", "list")]
)
@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"socket": "/nowhere/x.sock", "token": "00"}'])
def test_a_session_that_is_none_is_told(tmp_path: Path, words: tuple[object, ...], content: str | None) -> None:
    """A missing, damaged or stale session file: exit 1, one line."""
    session = tmp_path / "a.session"
    if content is not None:
        session.write_text(content)
    done = ask(*words, "--session", session, stdin="text")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "dropbox-desk login" in done.stderr or "start dropbox-desk serve" in done.stderr


@pytest.mark.parametrize("verb", ["lock", "login"])
@pytest.mark.parametrize("content", [b"SQLite format 3\0", b'{"token": "x"}', b"[]", None])
def test_what_is_no_session_file_is_neither_removed_nor_replaced(
    tmp_path: Path, verb: str, content: bytes | None
) -> None:
    """A backup, other JSON or a pipe that was named by a slip stays; a file that is not there yet, an empty one and a
    session's own are what the words are for."""
    named = tmp_path / "vault-00000001.db"
    if content is None:
        os.mkfifo(named)
    else:
        named.write_bytes(content)
    words = ("--vault", tmp_path, "--member", "ada") if verb == "login" else ()
    found = ask(verb, *words, "--session", named)
    assert found.exit_code == 1
    assert "is no session file" in found.stderr
    assert named.exists()
    assert content is None or named.read_bytes() == content
    for held in (f'{{"socket": "{tmp_path}/s", "token": "x"}}', ""):
        session = tmp_path / "ada.session"
        session.write_text(held)
        assert "no session file" not in ask(verb, *words, "--session", session).stderr
        assert session.exists() == (verb == "login")


def test_a_wrong_desk_passphrase_is_told(tmp_path: Path, anchor: Path) -> None:
    """The daemon ends with 1 and one line; nothing is changed."""
    folder = tmp_path / "desk"
    assert ask(*init_words(folder, anchor), stdin=TWO_LINES).exit_code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = ask("serve", "--vault", folder, stdin="not the desk passphrase\n")
    assert done.exit_code == 1
    assert "does not open with this desk key" in done.stderr
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_the_credential_of_systemd_is_used(tmp_path: Path, anchor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$CREDENTIALS_DIRECTORY/desk-key is taken before stdin is asked."""
    folder, credentials, backups = tmp_path / "desk", tmp_path / "credentials", tmp_path / "backups"
    credentials.mkdir()
    backups.mkdir()
    (credentials / "desk-key").write_text(f"{PASSPHRASE} desk\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    done = ask(*init_words(folder, anchor, **{"--backup": str(backups)}), stdin=f"{PASSPHRASE}\n")
    assert done.exit_code == 0
    assert ask("backup", "--vault", folder).exit_code == 0
    verified = ask("verify-backup", "--vault", folder, "--json")
    assert json.loads(verified.stdout)["members"] == 1
    (credentials / "desk-key").write_text("another passphrase\n")
    assert ask("verify-backup", "--vault", folder).exit_code == 1


def test_a_desk_must_say_that_it_makes_no_backup(tmp_path: Path, anchor: Path) -> None:
    """desk.toml without backup is refused; with "none", backing up says so."""
    folder = tmp_path / "desk"
    assert ask(*init_words(folder, anchor), stdin=TWO_LINES).exit_code == 0
    for words in (("backup",), ("restore",), ("verify-backup",)):
        done = ask(*words, "--vault", folder, stdin=TWO_LINES)
        assert (done.exit_code, 'backup = "none"' in done.stderr) == (1, True)
    path = folder / "desk.toml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("backup")))
    done = ask("serve", "--vault", folder, stdin=TWO_LINES)
    assert (done.exit_code, 'say backup = "none"' in done.stderr) == (1, True)


@pytest.mark.usefixtures("briefly")
def test_a_desk_whose_folder_is_lost_comes_back_from_its_backups(tmp_path: Path, anchor: Path) -> None:
    """With the backups' folder and the desk passphrase alone: settings and anchor lie beside the backup, the vault
    opens, and a new keyring takes the place of the lost one. Several desks in one folder are told apart."""
    backups = tmp_path / "backups"
    backups.mkdir()
    for name in ("north", "south"):
        words = init_words(tmp_path / name, anchor, **{"--backup": str(backups)})
        assert ask(*words, stdin=TWO_LINES).exit_code == 0
    assert ask("backup", "--vault", tmp_path / "north", stdin=TWO_LINES).exit_code == 0
    lost = read_settings(tmp_path / "north")
    shutil.rmtree(tmp_path / "north")
    back = ("restore", "--vault", tmp_path / "again", "--from", backups)
    assert ask("restore", "--vault", tmp_path / "again", stdin=TWO_LINES).exit_code == 1
    done = ask(*back, stdin=TWO_LINES)
    assert done.exit_code == 0, done.output
    assert "There is no keyring here" in done.stdout
    assert read_settings(tmp_path / "again") == lost
    assert ask("serve", "--vault", tmp_path / "again", stdin=TWO_LINES).exit_code == 1
    assert ask("replace-keyring", "--vault", tmp_path / "again", "--give-up-old", stdin=TWO_LINES).exit_code == 0
    assert ask("backup", "--vault", tmp_path / "south", stdin=TWO_LINES).exit_code == 0
    done = ask("restore", "--vault", tmp_path / "third", "--from", backups, stdin=TWO_LINES)
    assert (done.exit_code, "--file" in done.stderr, (tmp_path / "third").exists()) == (1, True, False)
    south = read_settings(tmp_path / "south")
    (file,) = backups.glob(f"vault-{south.unit_id.hex()[:8]}-*.db")
    words = ("restore", "--vault", tmp_path / "third", "--from", backups, "--file", file)
    assert ask(*words, stdin=TWO_LINES).exit_code == 0
    assert read_settings(tmp_path / "third") == south


@pytest.mark.parametrize(
    "line",
    [
        'service = "nowhere"',
        "idle_minutes = 0",
        'unit_id = "00"',
        'salt = "xx"',
        "color = 1",
        "keep_backups = true",
        'handling_mark = "two\\nlines"',
        'title_count = "yes"',
        'reminder_hours = ["08:00"]',
        "reminder_hours = [8]",
        'reminder_relay = "192.0.2.1:25"',
        "acknowledge_days = -1",
        "answer_days = 367",
        'answer_days = "7"',
        'out_of_hours = "a\\nb"',
        f'out_of_hours = "{"x" * 121}"',
        "= =",
    ],
)
@pytest.mark.usefixtures("briefly")
def test_settings_are_strict(tmp_path: Path, anchor: Path, line: str) -> None:
    """A wrong kind, a value out of range, a setting that does not exist, no TOML: told with the file's name."""
    folder = tmp_path / "desk"
    assert ask(*init_words(folder, anchor), stdin=TWO_LINES).exit_code == 0
    settings = read_settings(folder)
    path = folder / "desk.toml"
    name = line.split(" ")[0]
    kept = [one for one in path.read_text().splitlines() if not one.startswith(f"{name} ")]
    path.write_text("\n".join([*kept, line]))
    with pytest.raises(VaultUnusable, match=r"desk\.toml"):
        read_settings(folder)
    write_settings(folder, settings)
    assert read_settings(folder) == settings


@pytest.mark.usefixtures("briefly")
def test_settings_of_before_have_the_clocks_of_a_new_desk(tmp_path: Path, anchor: Path) -> None:
    """An update turns no clock off."""
    folder = tmp_path / "desk"
    assert ask(*init_words(folder, anchor), stdin=TWO_LINES).exit_code == 0
    path, settings = folder / "desk.toml", read_settings(folder)
    assert (settings.acknowledge_days, settings.answer_days, settings.out_of_hours) == (2, 7, "")
    clocks = ("acknowledge_days", "answer_days", "out_of_hours")
    path.write_text("\n".join(one for one in path.read_text().splitlines() if not one.startswith(clocks)))
    assert read_settings(folder) == settings


def test_every_notice_of_the_flows_has_its_words() -> None:
    """Each code that a flow can tell stands in the one file of words, with what to do."""
    codes = {
        code
        for path in (ROOT / "dropbox" / "flows").rglob("*.py")
        for code in re.findall(r'Notice\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 10
    assert codes - set(WORDS) == set()
    engine = (ROOT / "journalist_ui" / "daemon" / "engine.py").read_text(encoding="utf-8")
    assert set(re.findall(r'Notice\("([a-z-]+)"', engine)) - set(WORDS) == set()


def test_every_notice_stands_in_the_runbook() -> None:
    """Who is told a code finds it in docs/runbooks/restore.md."""
    runbook = (ROOT / "docs" / "runbooks" / "restore.md").read_text(encoding="utf-8")
    assert [code for code in WORDS if f"`{code}`" not in runbook] == []
