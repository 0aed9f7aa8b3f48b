# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the log is the one that the desk wrote and published: what holds, what is named, and what excuses."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import delete, func, select, update

from dropbox.flows.desk.requests import CommitVault
from dropbox.protocol.batches import parse_upload
from dropbox.protocol.constants import LOST_KEYRING_STEP
from dropbox.protocol.manifests import Manifest, parse_manifest
from dropbox.protocol.primitives import sha256
from journalist_ui.daemon.audit_log import check, offline_pen
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.daemon.setup import successor
from journalist_ui.refusals import NotYet
from journalist_ui.shapes.audit import AuditVerified, VerifyAudit
from journalist_ui.vault import audit, ledger, published, tables
from journalist_ui.vault.audit import DAY
from journalist_ui.vault.backup import restore_backup, write_backup
from journalist_ui.vault.database import Vault
from journalist_ui.verbs import audit as verbs
from journalist_ui.verbs.desk import Desk
from journalist_ui.words.audit import verified
from tests.desk.forging import alter
from tests.desk.room import DESK_KEY, Down, Room, entropy

pytestmark = pytest.mark.usefixtures("brief_stretch")


def sync(room: Room) -> None:
    asyncio.run(room.engine.sync())


def days(room: Room, count: int, *, acts: bool = True) -> None:
    """So many periods, in each of which the case is opened before the batch leaves."""
    for _ in range(count):
        room.service.twin.advance()
        if acts:
            room.sign_in("ada").show(1, room.engine.day)
        sync(room)


@pytest.fixture
def worked(room: Room) -> Room:
    """A desk of six days' work, each with a batch that the board showed."""
    room.report(entropy(1), "x")
    sync(room)
    days(room, 6)
    days(room, 1, acts=False)
    return room


def verify(room: Room) -> AuditVerified:
    """As the verb does it: by the board that the desk read last."""
    state = room.engine.state
    return check(room.vault, state.keyring, state.own_manifest, shown=True)


def newest(room: Room) -> int:
    with room.vault.reading() as connection:
        return audit.newest_number(connection)


def day_of_row(room: Room, seq: int) -> int:
    with room.vault.reading() as connection:
        return connection.execute(select(tables.audit.c.day).where(tables.audit.c.seq == seq)).scalar_one()


def told(room: Room) -> list[tuple[int, int]]:
    """Of each batch of this unit's own desk, its period and the number of the row that it told of."""
    found = []
    with room.vault.reading() as connection:
        places = {row.hash: row.seq for row in audit.rows_holding(connection)}
        for data in room.service.twin.uploads[room.settings.unit_id].values():
            manifest = parse_manifest(parse_upload(data).batch.manifest)
            if published.is_opened(connection, manifest):
                found.append((manifest.period, places[published.told_by(connection, manifest).row]))
    return sorted(found)


def test_what_was_published_holds(worked: Room) -> None:
    """Through the newest row's day; every batch that the board's newest leads back to is compared. The heads tell
    nothing: each is another, also where nothing was done between two batches."""
    found = verify(worked)
    assert found.holds
    assert (found.row, found.head, found.board, found.gone) == (0, "", True, 0)
    assert found.through == iso_day(day_of_row(worked, newest(worked)), DAY)
    assert found.batches >= 7
    assert verified(found)[0] == f"The audit log holds through {found.through}."
    days(worked, 3, acts=False)
    heads, rows = set(), set()
    with worked.vault.reading() as connection:
        for row in connection.execute(select(tables.audit_heads)):
            heads.add(row.head)
            rows.add(row.row)
            assert row.head not in {row.row, bytes(32)}
    assert len(heads) > len(rows), "two batches told of one row, by two heads"
    assert verify(worked).holds


def test_a_row_altered_with_the_vaults_keys_alone_is_named(worked: Room) -> None:
    """All later hashes are made anew; the MAC under a key of the keyring names the very row, and the batches from then
    on tell of another log."""
    reached = told(worked)
    at = reached[-3][1]
    alter(worked.vault, at)
    found = verify(worked)
    assert not found.holds
    assert found.row == at
    assert found.row_day == iso_day(day_of_row(worked, at), DAY)
    first = min(period for period, seq in reached if seq >= at)
    assert found.head == iso_day(first, DAY)
    assert verified(found)[:2] == [
        f"The audit log does not hold: row {at} of {found.row_day} is not as this desk wrote it.",
        f"The audit log is not the one that was published: the batch of {found.head} told of another.",
    ]


@pytest.mark.parametrize("back", [1, 3, 5])
def test_a_row_altered_with_the_keyring_too_is_named_by_the_first_head(worked: Room, back: int) -> None:
    """Hashes and MACs are made anew: no row shows anything, and the first batch whose head no longer fits is named,
    whichever row it was."""
    reached = told(worked)
    at = reached[-back - 1][1] + 1 if reached[-back][1] > reached[-back - 1][1] else reached[-back][1]
    alter(worked.vault, at, worked.engine.state.keyring.audit_key)
    found = verify(worked)
    assert (found.holds, found.row) == (False, 0)
    assert found.head == iso_day(min(period for period, seq in reached if seq >= at), DAY)
    sync(worked)
    with worked.vault.reading() as connection:
        assert audit.first_conflict(connection, [], DAY) is None


def test_openings_that_are_made_to_fit_fit_nothing(worked: Room) -> None:
    """Whoever also puts the new rows' hashes into what is kept of each batch finds no blind that leads to its head."""
    reached, key = told(worked), worked.engine.state.keyring.audit_key
    at = reached[-3][1]
    alter(worked.vault, at, key)
    heads = tables.audit_heads
    with worked.vault.writing() as connection:
        places = {row.seq: row.hash for row in audit.rows_holding(connection)}
        for period, seq in reached:
            connection.execute(update(heads).where(heads.c.period == period).values(row=places[seq]))
    assert verify(worked).head == iso_day(min(period for period, seq in reached if seq >= at), DAY)
    with worked.vault.writing() as connection:
        connection.execute(delete(heads))
    assert not verify(worked).holds


def test_a_manifest_that_is_taken_out_is_missed(worked: Room) -> None:
    """What a later one names must be kept, also where no row is altered: the batch whose manifest is gone is named."""
    at = told(worked)[2][0]
    rows = tables.own_manifests
    with worked.vault.writing() as connection:
        connection.execute(delete(rows).where(rows.c.period == at))
    assert verify(worked).head == iso_day(at, DAY)


@pytest.mark.parametrize("how", ["taken away", "exchanged"])
def test_a_day_key_that_is_taken_away_is_noticed(worked: Room, how: str) -> None:
    """Details that nobody can open any more are as good as rows that were taken out: the first of them is named."""
    with worked.vault.writing() as connection:
        first = connection.execute(select(tables.audit).where(tables.audit.c.number == 1).limit(1)).one()
        this = tables.audit_keys.c.key == first.key
        if how == "taken away":
            connection.execute(delete(tables.audit_keys).where(this))
        else:
            connection.execute(update(tables.audit_keys).where(this).values(sealed=b"x"))
    assert (verify(worked).holds, verify(worked).row) == (False, first.seq)


@pytest.mark.parametrize("change", ["newest rows", "a row's MAC", "the old form"])
def test_what_else_is_done_to_the_log_is_noticed(worked: Room, change: str) -> None:
    """Rows of which a batch told taken off the end; a row that claims to have been written without a keyring; the whole
    log in the form of before, which knew no keyring."""
    rows, count = tables.audit, newest(worked)
    with worked.vault.writing() as connection:
        if change == "newest rows":
            connection.execute(delete(rows).where(rows.c.seq > count - 2))
        elif change == "a row's MAC":
            connection.execute(update(rows).where(rows.c.seq == count).values(mac=None))
        else:
            connection.execute(update(rows).values(salt=None, key=None, sealed=None, mac=None, number=0))
            previous = bytes(32)
            for row in list(audit._rows(connection)):
                previous = audit._hash_of_before(previous, row)
                connection.execute(update(rows).where(rows.c.seq == row.seq).values(hash=previous))
            assert audit.first_break(connection) == 0
    found = verify(worked)
    assert not found.holds
    if change == "newest rows":
        assert (found.row, bool(found.head)) == (0, True)
    else:
        assert found.row == (count if change == "a row's MAC" else worked.engine.state.keyring.audit_from)


# --- a kill on the way ---


def fail(*_: Any, **__: Any) -> None:
    raise Down


def cut_before_keyring(room: Room) -> None:
    """The blind, and the manifest with it, are kept; the process ends before the keyring has the batch."""
    with patch.object(KeyringStore, "save", fail), pytest.raises(Down):
        sync(room)


def cut_before_answer(room: Room) -> None:
    """The keyring has the batch too; it reaches no server."""
    room.transport.down = "PostBatch"
    with pytest.raises(Down):
        sync(room)
    room.transport.down = ""


def cut_before_commit(room: Room) -> None:
    """The blind alone is kept."""

    def fail_with_manifest(vault: Vault, change: CommitVault) -> None:
        if change.manifest:
            raise Down
        ledger.commit(vault, change)

    with patch("journalist_ui.daemon.engine.commit", fail_with_manifest), pytest.raises(Down):
        sync(room)


@pytest.mark.parametrize("cut", [cut_before_commit, cut_before_keyring, cut_before_answer])
def test_nothing_is_published_whose_blind_is_lost(worked: Room, cut: Callable[[Room], None]) -> None:
    """The desk is killed between the blind and the batch, and started again from what is on its disk: whatever then
    leaves is opened by what is kept, and the log is proved through it."""
    worked.service.twin.advance()
    worked.sign_in("ada").show(1, worked.engine.day)
    with worked.vault.reading() as connection:
        before = connection.execute(select(func.count()).select_from(tables.audit_heads)).scalar_one()
    cut(worked)
    with worked.vault.reading() as connection:
        kept = connection.execute(select(func.count()).select_from(tables.audit_heads)).scalar_one()
    assert kept == before + 1
    worked.reopen()
    sync(worked)
    left = max(worked.service.twin.uploads[worked.settings.unit_id].items())[1]
    with worked.vault.reading() as connection:
        assert published.is_opened(connection, parse_manifest(parse_upload(left).batch.manifest))
    days(worked, 2)
    assert verify(worked).holds
    assert verify(worked).last == iso_day(worked.service.twin.now - 1, DAY)


# --- what is no fault ---


def test_a_log_after_a_lost_keyring_is_named_by_the_period(worked: Room) -> None:
    """Rows of before are not known by the new key: one of them that is altered is told by the first head behind it. A
    row since then is named again."""
    store = KeyringStore(worked.folder, DESK_KEY)
    present = store.load()
    worked.vault.close()
    worked.reopen()
    made, *_ = successor(worked.vault, worked.clock())
    assert made.number_floor == LOST_KEYRING_STEP * worked.service.twin.now + 1
    store.replace(_with(made, present))
    worked.reopen()
    sync(worked)
    days(worked, 3)
    assert verify(worked).holds
    reached, since = told(worked), made.audit_from
    assert since <= newest(worked)
    later = reached[-1][1]
    assert later > since
    alter(worked.vault, later)
    assert verify(worked).row == later
    alter(worked.vault, since - 1, made.audit_key)
    found = verify(worked)
    assert (found.holds, found.row) == (False, 0)
    assert found.head == iso_day(min(period for period, seq in reached if seq >= since - 1), DAY)


def _with(made: Any, present: Any) -> Any:
    """The new keyring with the old signing key, as this service's roots list no other."""
    made.signing_seed = present.signing_seed
    made.published_period, made.published_hash = present.published_period, present.published_hash
    return made


@pytest.mark.parametrize("older", [False, True])
def test_a_restored_vault_says_what_cannot_be_compared(worked: Room, tmp_path: Path, older: bool) -> None:
    """The newest backup loses nothing that was told; after an older one the batches between are told of, as the
    restoring is, and are no fault. The row of the restoring is known by the keyring."""
    copy = write_backup(worked.vault, tmp_path, worked.settings.unit_id, 3)
    if older:
        days(worked, 3)
    worked.vault.close()
    pen = offline_pen(worked.folder, DESK_KEY)
    assert pen.key
    restore_backup(copy, worked.folder, DESK_KEY, worked.engine.day, pen)
    worked.reopen()
    sync(worked)
    days(worked, 2)
    found = verify(worked)
    assert found.holds
    assert found.restored
    assert (found.gone > 0) == older
    assert any("restored from a backup" in line for line in verified(found))


def plain_head(connection: Any, period: int, random: Any) -> bytes:
    """As a desk of before told of its log."""
    return audit.head(connection)


def test_heads_of_before_still_fit(room: Room) -> None:
    """They were the hash of the newest row itself, and no manifest of theirs was kept: the newest of them is kept once
    the board shows it, and what is published since leads back to it."""
    with patch("journalist_ui.daemon.engine.make_head", plain_head):
        room.report(entropy(1), "x")
        sync(room)
        days(room, 3)
    with room.vault.writing() as connection:
        connection.execute(delete(tables.own_manifests))
    sync(room)
    days(room, 3)
    found = verify(room)
    assert found.holds
    with room.vault.reading() as connection:
        kept = connection.execute(select(tables.own_manifests).order_by(tables.own_manifests.c.period)).all()
        oldest = parse_manifest(kept[0].manifest)
        assert not published.is_opened(connection, oldest)
        told_before = published.told_by(connection, oldest)
        assert told_before.row == oldest.audit_head
        places = {row.hash: row.seq for row in audit.rows_holding(connection)}
    assert found.first == iso_day(oldest.period, DAY)
    alter(room.vault, places[oldest.audit_head], room.engine.state.keyring.audit_key)
    assert verify(room).head == found.first


def test_a_desk_brought_up_to_date_knows_which_manifests_it_never_kept(room: Room) -> None:
    """Where the first batch of today leaves before the board showed the last of before: that one is no fault. Any that
    is taken out since then is."""
    with patch("journalist_ui.daemon.engine.make_head", plain_head):
        room.report(entropy(1), "x")
        sync(room)
        days(room, 3)
    store = KeyringStore(room.folder, DESK_KEY)
    keyring = store.load()
    keyring.audit_key, keyring.audit_from = b"", 0
    store.save(keyring)
    with room.vault.writing() as connection:
        connection.execute(delete(tables.own_manifests))
    room.reopen()
    assert store.load().audit_since == room.service.twin.now
    with patch("journalist_ui.daemon.engine.compare_with_told", lambda *_: None):
        days(room, 4)
    assert verify(room).holds
    assert verify(room).batches == 3
    rows = tables.own_manifests
    with room.vault.writing() as connection:
        connection.execute(delete(rows).where(rows.c.period == room.service.twin.now - 2))
    assert verify(room).head == iso_day(room.service.twin.now - 2, DAY)


# --- by the verb, and without the board ---


def test_the_verb_goes_by_the_board_that_the_desk_read(worked: Room) -> None:
    """And asks to wait where it read none since its start."""
    desk = Desk(worked.engine, SessionBook(worked.engine.vault, 900))
    session = worked.sign_in("ada").session
    assert asyncio.run(verbs.verify(desk, session, VerifyAudit())) == verify(worked)
    worked.reopen()
    desk = Desk(worked.engine, SessionBook(worked.engine.vault, 900))
    with pytest.raises(NotYet, match="has not read the board"):
        asyncio.run(verbs.verify(desk, session, VerifyAudit()))


def without_board(vault: Vault, room: Room) -> AuditVerified:
    return check(vault, KeyringStore(room.folder, DESK_KEY).load(), None, shown=False)


def test_without_the_board_the_keyring_says_which_batch_is_the_newest(worked: Room) -> None:
    """It says so; and a manifest that the keyring knows and the vault does not is a fault."""
    found = without_board(worked.vault, worked)
    assert (found.holds, found.board) == (True, False)
    assert found.batches == verify(worked).batches + 1, "the newest of all is not on the board yet"
    assert any("not there to compare" in line for line in verified(found))
    newest_hash = worked.engine.state.keyring.published_hash
    with worked.vault.writing() as connection:
        rows = tables.own_manifests
        connection.execute(delete(rows).where(rows.c.hash == newest_hash))
    found = without_board(worked.vault, worked)
    assert (found.holds, found.row) == (False, 0)
    assert found.head == iso_day(worked.engine.state.keyring.published_period, DAY)


def test_a_kept_manifest_is_what_its_name_says(worked: Room) -> None:
    """One that is bent, or whose bytes are another's, is as good as none."""
    rows = tables.own_manifests
    with worked.vault.writing() as connection:
        kept = connection.execute(select(rows).order_by(rows.c.period)).all()
        hashed, other = kept[-1].hash, kept[-2].manifest
        found = published.find_manifest(connection, hashed)
        assert isinstance(found, Manifest)
        assert sha256(found.encode()) == hashed
        for bent in (other, kept[-1].manifest[:-1], b""):
            connection.execute(update(rows).where(rows.c.hash == hashed).values(manifest=bent))
            assert published.find_manifest(connection, hashed) is None
