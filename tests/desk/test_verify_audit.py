# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the log is the one that the desk wrote and published: what holds, and what is named."""

import asyncio

import pytest
from sqlalchemy import delete, select, update

from dropbox.protocol.manifests import Manifest
from dropbox.protocol.primitives import sha256
from journalist_ui.daemon.audit_log import check
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.refusals import NotYet
from journalist_ui.shapes.audit import AuditVerified, VerifyAudit
from journalist_ui.vault import audit, published, tables
from journalist_ui.vault.audit import DAY
from journalist_ui.vault.database import Vault
from journalist_ui.verbs import audit as verbs
from journalist_ui.verbs.desk import Desk
from journalist_ui.words.audit import verified
from tests.desk.forging import alter
from tests.desk.room import DESK_KEY, Room
from tests.desk.worked import day_of_row, days, newest, sync, told, verify


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
