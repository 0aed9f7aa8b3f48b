# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service of an earlier release goes on under this one: what was open is whole, what waited arrives, and what a
desk cannot post yet is kept and told."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.board import chain_next
from dropbox.protocol.constants import MAX_TEXT_STEP
from dropbox.protocol.primitives import sha256
from dropbox.server.config import load_config
from journalist_ui.daemon.audit_log import check
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.settings import ANCHOR_FILE, SETTINGS_FILE, read_settings
from journalist_ui.shapes.audit import AuditVerified
from journalist_ui.vault import audit
from journalist_ui.verbs.conversation import OFF_BOARD
from tests.desk.forging import alter
from tests.releases.moved_service import MovedService, moved
from tests.releases.old_service import desk_key

WAITS = "Published, and waiting for you."
"""North's text for the source called ``published``, whom nothing has reached yet."""
ROW = dict[str, Any]
BESIDE = (SETTINGS_FILE, ANCHOR_FILE)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[MovedService]:
    with moved(tmp_path / "old") as found:
        yield found


def change_keyring(service: MovedService, change: Callable[[ROW], object]) -> None:
    """What the earlier release wrote in north's keyring, otherwise."""
    store = KeyringStore(service.old.desk("north"), desk_key(service.old, "north"))
    store.load()
    (body, *_) = [slot.body for slot in store._read() if slot]
    fields = json.loads(body)
    assert fields["v"] == 1
    change(fields)
    store._write(json.dumps(fields).encode())


def batches_of_north(service: MovedService) -> dict[int, tuple[bytes, bytes]]:
    """Hash and upload of what the earlier release's server stored, by period."""
    database = sqlite3.connect(load_config(service.config).data_dir / "server.sqlite")
    unit_id = read_settings(service.old.desk("north")).unit_id
    rows = database.execute("SELECT period, certs, body FROM batches WHERE unit_id = ?", (unit_id,)).fetchall()
    database.close()
    return {
        period: (sha256(body[4 : 4 + int.from_bytes(body[:4], "big")]), certs + body) for period, certs, body in rows
    }


def begin(service: MovedService) -> None:
    """Every step of the upgrade, and the first hour of the day after it: no desk waits for its own hour."""
    service.init()
    service.issue()
    service.start()
    service.day(1, hour=0.5)


def test_conversations_go_on(service: MovedService) -> None:
    """Nobody is told of anything; every source finds what was written for it, and is found by what it writes."""
    begin(service)
    assert [service.told(slug) for slug in ("intake", "north", "south")] == [[], [], []]
    assert service.read("published") == ([WAITS], False)
    assert service.read("unread") == (["This waits for the next batch."], False)
    assert service.read("to-intake") == (["The charity has your report."], False)
    assert service.read("opened") == ([], False)
    (service.old.root / "more").write_text("It goes on.")
    service.source("reply", "read", "--text-file", service.old.root / "more", "--unit", "north")
    report = service.old.root / "report"
    report.write_text("Written after it.")
    named = ("--service", service.url, "--anchor", service.anchor, "--unit", "north")
    service.ask("dropbox-source", "report", *named, "--category", "discrimination", "--text-file", report)
    service.day(2)
    north = service.reader("north")
    shown = {line.number: north.show(line.number, 0).messages for line in north.cases()}
    said = {number: [getattr(one, "raw", "") or getattr(one, "text", "") for one in shown[number]] for number in shown}
    assert [json.loads(one)["text"] for one in said[2] if one.startswith("{")][-1] == "It goes on."
    since = sorted(json.loads(words[0])["text"] for number, words in said.items() if number > 8)
    assert since == ["Answered today.", "Not collected yet when everything stopped.", "Written after it."]
    assert {one.state for one in shown[6] + shown[8] if getattr(one, "state", "")} == {"read"}
    service.answer("north", 2, "We have all of it.")
    service.days(3, 4)
    assert service.read("read") == (["We have all of it."], False)


def test_a_source_whose_desk_lost_its_keyring_is_answered_once_it_writes(service: MovedService) -> None:
    """South has had a new keyring since the day before: its text waits, flagged, and comes after the visit that was
    told so."""
    begin(service)
    service.answer("south", 1, "We have it still.")
    service.days(2, 3)
    assert service.read("elsewhere") == ([], True)
    service.days(4, 5)
    assert service.read("elsewhere") == (["We have it still."], False)


def test_a_chain_past_its_end_waits_for_its_source(service: MovedService) -> None:
    """What today's rules cannot post stays in the vault as it was, flagged, and the officers are told, until its source
    has come; then it is posted and read."""

    def walk(fields: ROW) -> None:
        for chain in fields["chains"]:
            key = bytes.fromhex(chain[4])
            for _ in range(chain[3], MAX_TEXT_STEP + 70):
                key = chain_next(key)
            chain[3], chain[4] = MAX_TEXT_STEP + 70, key.hex()

    change_keyring(service, walk)
    begin(service)
    service.day(2)
    before = service.text("north", WAITS)
    assert (before.state, before.number, before.stood) == ("published", 1, 0)
    assert service.told("north") == [("chains-ended", {"count": 2})]
    assert service.shown("north", 6) == [OFF_BOARD]
    assert not any(chain.texts for chain in service.engine("north").state.keyring.chains.values())
    assert service.read("published") == ([], True)
    service.day(3)
    assert service.told("north") == [("chains-ended", {"count": 1})]
    assert service.shown("north", 6) == ["published"]
    service.day(4)
    assert service.read("published") == ([WAITS], False)
    service.day(5)
    assert service.text("north", WAITS).state == "read"


def test_the_log_of_before_is_verified_with_what_was_published_since(service: MovedService) -> None:
    """Carried over, most of it of before: it holds, through batches that a real server stored and shows. A row of
    before that is altered, all behind it made anew with the keyring at hand, is told by the first batch since."""
    begin(service)
    service.days(1, 3)
    engine = service.engine("north")

    def verified() -> AuditVerified:
        return check(engine.vault, engine.state.keyring, engine.state.own_manifest, shown=True)

    found = verified()
    assert (found.holds, found.batches, found.board) == (True, 2, True)
    with engine.vault.reading() as connection:
        rows = [row for row in audit.rows_holding(connection) if row.salt is None]
    assert len(rows) > 20
    alter(engine.vault, rows[5].seq, engine.state.keyring.audit_key)
    found = verified()
    assert (found.holds, found.row) == (False, 0)
    assert found.head == iso_day(service.old.told["day"] + 1, 86_400)


@pytest.mark.parametrize("stored", [True, False])
def test_a_batch_without_an_answer_is_let_go(service: MovedService, stored: bool) -> None:
    """Whether the server has it or not: the desk goes on with a batch of today's form, and loses no text."""
    service.init()
    last = service.old.told["day"]
    held = batches_of_north(service)

    def unanswered(fields: ROW) -> None:
        fields["pending"] = [last, held[last][0].hex(), held[last][1].hex()]
        fields["published"] = [last - 1, held[last - 1][0].hex()]
        assert fields["history"].pop() == last

    change_keyring(service, unanswered)
    if not stored:
        database = sqlite3.connect(load_config(service.config).data_dir / "server.sqlite")
        unit_id = service.engine("north").state.unit_id
        database.execute("DELETE FROM batches WHERE unit_id = ? AND period = ?", (unit_id, last))
        database.commit()
        database.close()
    service.issue()
    service.start()
    service.day(1)
    assert service.told("north") == []
    assert service.engine("north").state.keyring.published_period == last + 1
    assert service.read("published") == ([WAITS], False)


def test_a_keyring_that_is_lost_on_the_way_is_made_anew(service: MovedService) -> None:
    """After the desk's step and before its first batch of today's form, the last of before stands on no board: the desk
    knows of none, and the server takes its first one all the same."""
    service.init()
    words = ("dropbox-desk", "replace-keyring", "--vault", service.old.desk("north"), "--give-up-old", "--json")
    made = json.loads(service.ask(*words, stdin=service.old.told["desk_passphrase"] + "\n"))
    service.issue("unit", "rotate", "--enrolment", made["enrolment"], "--slug", "north")
    service.start()
    service.day(1)
    assert service.told("north") == []
    assert service.read("published") == ([], True)
    service.days(2, 3)
    assert service.read("published") == ([WAITS], False)


def test_a_desk_that_is_lost_on_the_way_comes_back_from_a_backup_of_before(
    service: MovedService, tmp_path: Path
) -> None:
    """Vault and keyring both, between the server's step and the desk's: a backup that the earlier release wrote, and a
    new keyring, take up the conversations that were open."""
    desk, backups = service.old.desk("north"), tmp_path / "backups"
    stem = f"vault-{read_settings(desk).unit_id.hex()[:8]}"
    backups.mkdir()
    for name, copied in (("vault.db", f"{stem}-00000001.db"), *((one, f"{stem}.{one}") for one in BESIDE)):
        shutil.copyfile(desk / name, backups / copied)
    service.init()
    shutil.rmtree(desk)
    passphrase = service.old.told["desk_passphrase"] + "\n"
    service.ask("dropbox-desk", "restore", "--vault", desk, "--from", backups, stdin=passphrase)
    words = ("dropbox-desk", "replace-keyring", "--vault", desk, "--give-up-old", "--json")
    made = json.loads(service.ask(*words, stdin=passphrase))
    service.issue("unit", "rotate", "--enrolment", made["enrolment"], "--slug", "north")
    service.start()
    service.day(1)
    assert [code for code, _ in service.told("north")] == []
    assert service.read("published") == ([], True)
    service.days(2, 3)
    assert service.read("published") == ([WAITS], False)
