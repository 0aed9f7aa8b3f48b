# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real desk publishes real batches to a real service; then its files are altered, and the command says where."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.settings import read_settings
from journalist_ui.vault import tables
from journalist_ui.vault.database import VAULT_FILE, open_vault
from tests import in_process
from tests.desk.forging import alter
from tests.desk.live import DESK_PASSPHRASE, PATIENCE, LiveService, Ran, here, start_service, wait_for


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    made = start_service(tmp_path_factory.mktemp("verify"))
    made.desk.start()
    made.desk.ready()
    yield made
    made.close()


def offline(service: LiveService) -> Ran:
    words = ("dropbox-desk", "verify-audit", "--vault", service.desk.folder, "--json")
    return Ran(*in_process.ask(*words, stdin=DESK_PASSPHRASE + "\n"))


def words_of(service: LiveService) -> Ran:
    words = ("dropbox-desk", "verify-audit", "--vault", service.desk.folder)
    return Ran(*in_process.ask(*words, stdin=DESK_PASSPHRASE + "\n"))


def work(service: LiveService) -> None:
    """A report is opened, and four batches tell of the log; the running desk proves it by a session."""
    session = service.desk.login()
    service.report("It happened.")

    def opened() -> Any:
        here("dropbox-desk", "sync", "--session", session, "--json")
        return here("dropbox-desk", "cases", "--session", session, "--json").json

    (case,) = wait_for(opened, "the report")
    here("dropbox-desk", "show", case["case"], "--session", session, "--json")

    listed = here("dropbox-desk", "audit", "--case", case["case"], "--session", session, "--json").json
    assert [(one["member"], one["act"], one["case"]) for one in listed] == [
        ("ada", "audit read", case["case"]),
        ("ada", "show", case["case"]),
    ]
    told = here("dropbox-desk", "audit", "--session", session).out.splitlines()
    assert f"  case {case['case']}  ada opened the case" in "".join(told)
    assert told[-1].endswith("The desk closed the list of what was stored before proofs were kept")

    def proved() -> Any:
        found = here("dropbox-desk", "verify-audit", "--session", session, "--json").json
        return found if found["batches"] >= 4 else None

    found = wait_for(proved, "four batches on the board")
    assert (found["holds"], found["board"], found["row"], found["head"]) == (True, True, 0, "")
    assert found["through"] == found["last"]


def forge(service: LiveService, *, with_keyring: bool) -> int:
    """The first row about a case is altered behind the desk's back; its number."""
    folder = service.desk.folder
    key = stretch_desk_key(DESK_PASSPHRASE, read_settings(folder).salt)
    vault = open_vault(folder / VAULT_FILE, key)
    try:
        rows = tables.audit.c
        with vault.reading() as connection:
            at = connection.execute(select(rows.seq).where(rows.number > 0).order_by(rows.seq)).scalars().first()
        assert at is not None
        alter(vault, at, KeyringStore(folder, key).load().audit_key if with_keyring else b"")
        vault.truncate_wal()
    finally:
        vault.close()
    return at


@pytest.mark.long
def test_the_log_of_a_desk_is_verified_and_what_is_altered_is_named(service: LiveService) -> None:
    """By a session while it runs and by the desk passphrase when it is stopped; then a row is altered with the vault's
    keys alone, and with the keyring too. Nothing is changed by asking."""
    work(service)
    assert service.desk.stop()[0] == 0
    found = offline(service).json
    assert (found["holds"], found["board"]) == (True, True)
    kept = (service.desk.folder / VAULT_FILE).read_bytes()
    at = forge(service, with_keyring=False)
    ran = offline(service)
    named = json.loads(ran.out)
    assert (ran.code, named["holds"], named["row"]) == (1, False, at)
    assert "Keep the disk" in ran.err
    assert forge(service, with_keyring=True) == at
    ran = offline(service)
    named = json.loads(ran.out)
    assert (ran.code, named["holds"], named["row"], named["board"]) == (1, False, 0, True)
    assert named["first"] <= named["head"] <= named["last"]
    assert f"the batch of {named['head']} told of another" in words_of(service).out
    (service.desk.folder / VAULT_FILE).write_bytes(kept)
    assert offline(service).json["holds"]
    service.server.terminate()
    service.server.wait(PATIENCE)
    found = offline(service).json
    assert (found["holds"], found["board"]) == (True, False)


@pytest.mark.parametrize("words", [(), ("--session", "x", "--vault", "y")])
def test_one_way_must_be_named(words: tuple[str, ...]) -> None:
    """A session, or a folder: neither and both are refused with what to do."""
    ran = Ran(*in_process.ask("dropbox-desk", "verify-audit", *words))
    assert ran.code == 1
    assert "--session" in ran.err
