# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk as a person meets it: its real commands, a real daemon, a real server, real sockets."""

import json
import random
import re
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.desk.live import LiveService, here, must, run, sockets_of, start_service, wait_for


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """One service for the module; its folder's path is longer than a socket's address may be."""
    root = tmp_path_factory.mktemp("a-folder-whose-name-is-long-enough-for-any-socket-address-to-break-on-it")
    backups = root / "backups"
    backups.mkdir()
    made = start_service(root, folder="north" + "-of-everything" * 5, backup=str(backups))
    made.desk.start()
    made.desk.ready()
    # Each has three codes at once, and more than three sign-ins follow.
    for name in ("bob", "carol", "dave"):
        made.desk.add(name, "investigator")
    yield made
    made.close()


@pytest.fixture
def session(service: LiveService) -> Path:
    """Signed in, once a test."""
    return service.desk.login()


def texts(session: Path, case: int) -> list[tuple[str, str, str]]:
    shown = here("dropbox-desk", "show", case, "--session", session, "--json").json
    return [(one["from"], one["text"], one["state"]) for one in shown["messages"]]


def sync(session: Path) -> None:
    here("dropbox-desk", "sync", "--session", session, "--json")


def newest_case(session: Path, text: str, known: set[int] | None = None) -> int:
    """Collect until a case holds the text; its number. ``known`` are cases that hold another, and grows."""
    others = set() if known is None else known

    def find() -> int:
        sync(session)
        for line in here("dropbox-desk", "cases", "--session", session, "--json").json:
            if line["case"] not in others:
                if texts(session, line["case"])[0][1] == text:
                    return int(line["case"])
                others.add(line["case"])
        return 0

    return int(wait_for(find, "the report"))


def test_a_report_goes_in_and_the_answer_comes_out(service: LiveService, session: Path) -> None:
    """Report, collect, show, reply in two parts, check, acknowledged; every JSON key of the contract is there."""
    text = "It happened \u202e again \U0001f9d1 שלום\n"
    codename = service.report(text)
    case = newest_case(session, text)
    (line,) = [one for one in must("dropbox-desk", "cases", "--session", session, "--json").json if one["case"] == case]
    owed = ["acknowledge", "answer", "referral"]
    said = {"categories": ["discrimination"], "owed": owed, "due": owed, "excerpt": text.strip(), "to_answer": True}
    nothing = {"age": 0, "unread": 0, "waiting": 0, "days": 0, "given_up": False, "draft": "none", "shelf": ""}
    nothing |= {key: [] for key in ("flags", "tags", "assigned", "outcomes", "due_now")}
    told = {**line, "opened": "", "due": sorted(line["due"])}
    assert told == {"case": case, "state": "new", "opened": "", **said, **nothing}
    answer = "Thank you. " * 100
    sent = must("dropbox-desk", "reply", case, "--session", session, "--text-file", "-", "--json", stdin=answer).json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", sent.pop("leaves"))
    assert sent == {"case": case, "parts": 2, "state": "waiting"}

    def read() -> bool:
        found = service.check(codename)["conversations"]
        return bool(found and found[0]["collected"] == 1 and [one["text"] for one in found[0]["messages"]] == [answer])

    wait_for(read, "the answer")
    wait_for(lambda: sync(session) or texts(session, case)[1][2] == "read", "the acknowledgement")
    shown = must("dropbox-desk", "show", case, "--session", session, "--json")
    assert set(shown.json) >= {"case", "state", "categories", "messages", "files"}
    assert set(shown.json["messages"][0]) == {"number", "from", "text", "day", "state"}
    assert shown.out.isascii()
    plain = must("dropbox-desk", "show", case, "--session", session).out
    assert "\u202e" not in plain
    assert "⟦U+202E⟧" in plain


def test_a_second_daemon_is_refused(service: LiveService) -> None:
    """A running desk's vault is its own: another daemon, a restore and a new keyring say so and end with 1."""
    folder, key = service.desk.folder, "the desk has its own words\n"
    for words in (("serve",), ("restore", "--replace"), ("replace-keyring", "--give-up-old")):
        ran = run("dropbox-desk", *words, "--vault", folder, stdin=key)
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.splitlines()[-1].startswith("A desk already runs on this vault.")
    assert service.desk.status()["listed"]


def test_files_are_for_the_desk_alone(service: LiveService, session: Path) -> None:
    """The folder is 0700, and every file in it, the socket and the session file are 0600."""
    folder = service.desk.folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {session.name: stat.S_IMODE(session.stat().st_mode)}
    for path in folder.iterdir():
        # The desk works on: a file that it replaced meanwhile is gone.
        with suppress(FileNotFoundError):
            modes[path.name] = stat.S_IMODE(path.stat().st_mode)
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_ISSOCK((folder / "desk.sock").stat().st_mode)
    held = json.loads(session.read_text())
    assert set(held) == {"socket", "token"}


def test_no_network_port_and_no_core_dump(service: LiveService) -> None:
    """The daemon listens on its Unix socket alone, and its core limit is zero."""
    assert service.desk.process is not None
    proc = Path("/proc") / str(service.desk.process.pid)
    own = sockets_of(service.desk.process.pid)
    listening = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in (proc / "net" / table).read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert [fields for fields in listening if fields[9] in own] == []
    limits = {line[:26].strip(): line[26:].split()[0] for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max core file size"] == "0"


def test_lock_ends_a_session_and_its_file(service: LiveService, session: Path) -> None:
    """After lock the file is gone, and a copy of it opens nothing."""
    copy = session.with_name("copy.session")
    copy.write_bytes(session.read_bytes())
    must("dropbox-desk", "lock", "--session", session)
    assert not session.exists()
    for words in (("cases",), ("show", 1), ("sync",), ("member", "list")):
        ran = run("dropbox-desk", *words, "--session", copy)
        assert ran.code == 1
        assert "Sign in with `dropbox-desk login`" in ran.err
    must("dropbox-desk", "lock", "--session", copy)


def test_a_wrong_sign_in_says_the_same_for_every_fault(service: LiveService) -> None:
    """An unknown name, a wrong passphrase and a wrong code are one answer; no session file is written."""
    file = service.root / "nobody.session"
    faults = [("nobody", "four plain words together"), ("ada", "not the right words at all")]
    answers = {
        (
            ran := run(
                *("dropbox-desk", "login", "--vault", service.desk.folder, "--member", name, "--session", file),
                stdin=f"{passphrase}\n000000\n",
            )
        ).err
        for name, passphrase in faults
    }
    assert len(answers) == 1
    assert not file.exists()
    ran = run(
        "dropbox-desk", "login", "--vault", service.desk.folder, "--member", "ada", "--session", file, stdin="x\n"
    )
    assert (ran.code, ran.err) == (
        1,
        "A line is missing on stdin: one-time code (empty with a first passphrase).\n",
    )


@pytest.mark.long
def test_a_killed_desk_loses_and_doubles_nothing(service: LiveService) -> None:
    """kill -9 at random moments of collecting and publishing: every report is there once, every answer is read once.
    In the short form tests/crash claims it, of more kills and of acts too."""
    desk, drawn = service.desk, random.Random(5)  # noqa: S311  # any moments will do
    reports = {f"report number {number}": "" for number in range(3)}
    for text in reports:
        reports[text] = service.report(text)
        time.sleep(drawn.uniform(0, 2.5))
        desk.stop(signal.SIGKILL)
        desk.start()
    session = desk.login()
    numbers = {text: newest_case(session, text) for text in reports}
    assert len(set(numbers.values())) == len(reports)
    for text, number in numbers.items():
        must("dropbox-desk", "reply", number, "--session", session, "--text-file", "-", stdin=f"answer to {text}")
    for _ in range(3):
        time.sleep(drawn.uniform(0, 2.5))
        desk.stop(signal.SIGKILL)
        desk.start()
    desk.ready()
    for text, codename in reports.items():

        def answered(codename: str = codename) -> list[str]:
            return [one["text"] for found in service.check(codename)["conversations"] for one in found["messages"]]

        assert wait_for(answered, "an answer") == [f"answer to {text}"]
    session = desk.login()
    for text, number in numbers.items():
        assert [one for one in texts(session, number) if one[0] == "source"] == [("source", text, "collected")]


def test_a_stopped_desk_ends_cleanly(service: LiveService) -> None:
    """SIGTERM: exit 0, the socket gone, nothing logged but its start; the commands say that no desk runs."""
    desk = service.desk
    code, logged = desk.stop()
    assert (code, logged) == (0, "")
    assert not (desk.folder / "desk.sock").exists()
    ran = run("dropbox-desk", "status", "--vault", desk.folder)
    assert (ran.code, ran.err) == (1, "No desk runs on this vault: start dropbox-desk serve.\n")
    desk.start()
    wait_for(lambda: desk.status()["listed"], "the list of units")


def test_epochs_are_listed_without_keys(service: LiveService) -> None:
    """Number, first and last day, and which is which: nothing else."""
    found = must("dropbox-desk", "epoch", "--vault", service.desk.folder, "--json").json
    # An epoch may have ended since the desk began.
    assert [one["state"] for one in found][-2:] == ["present", "next"]
    assert {key for one in found for key in one} == {"epoch", "first", "last", "state"}


def test_a_vault_restored_beside_its_keyring_fills_again(service: LiveService) -> None:
    """Backup, a report, restore: the report is collected again from what the service still has, and answered."""
    desk = service.desk
    must("dropbox-desk", "backup", "--vault", desk.folder)
    text = "after the backup"
    codename = service.report(text)
    session = desk.login()
    newest_case(session, text)
    key = "the desk has its own words\n"
    # Beside the running desk.
    tried = must("dropbox-desk", "restore", "--try", "--vault", desk.folder, "--json", stdin=key).json
    assert tried["members"] == 4
    desk.stop()
    found = must("dropbox-desk", "verify-backup", "--vault", desk.folder, "--json", stdin=key).json
    assert found["members"] == 4
    ran = run("dropbox-desk", "restore", "--vault", desk.folder, stdin=key)
    assert (ran.code, "--replace" in ran.err) == (1, True)
    must("dropbox-desk", "restore", "--vault", desk.folder, "--replace", stdin=key)
    desk.start()
    assert any(one["code"] == "vault-restored" for one in desk.status()["notices"])
    session = desk.login()
    number = newest_case(session, text)
    must("dropbox-desk", "reply", number, "--session", session, "--text-file", "-", stdin="we have it again")

    def answered() -> bool:
        found = service.check(codename)["conversations"]
        return bool(found and [one["text"] for one in found[0]["messages"]] == ["we have it again"])

    wait_for(answered, "the answer after the restore")


def test_a_lost_keyring_is_replaced_and_the_unit_goes_on(service: LiveService) -> None:
    """Without its keyring the desk says what to do; with a new one, enrolled again, it is told so and collects."""
    desk = service.desk
    service.report("before the loss")
    newest_case(desk.login(), "before the loss")
    desk.stop()
    lost = service.shown_certificate()
    (desk.folder / "keyring").unlink()
    ran = run("dropbox-desk", "serve", "--vault", desk.folder, stdin="the desk has its own words\n")
    assert ran.code == 1
    assert "dropbox-desk replace-keyring" in ran.err
    words = ("dropbox-desk", "replace-keyring", "--vault", desk.folder, "--json")
    assert run(*words, stdin="the desk has its own words\n").code == 1
    made = must(*words, "--give-up-old", stdin="the desk has its own words\n").json
    assert made["unanswerable"] >= 1
    must(
        *("dropbox-keys", "unit", "rotate", "--directory", service.root / "directory.txt", "--slug", "north"),
        *("--enrolment", made["enrolment"]),
    )
    service.publish_directory()
    desk.start()
    wait_for(lambda: any(one["code"] == "keyring-new" for one in desk.status()["notices"]), "the notice")
    # Until the board shows a batch under the new key, sources seal to epochs whose secrets went with the old keyring.
    wait_for(lambda: service.shown_certificate() != lost, "a batch under the new key")
    session = desk.login()
    service.report("after the loss")
    assert newest_case(session, "after the loss")
