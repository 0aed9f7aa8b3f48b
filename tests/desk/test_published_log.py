# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of what was published: through a kill, a lost keyring, a restoring, and from a release of before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import delete, func, select

from dropbox.flows.desk.requests import CommitVault
from dropbox.protocol.batches import parse_upload
from dropbox.protocol.constants import LOST_KEYRING_STEP
from dropbox.protocol.manifests import parse_manifest
from journalist_ui.daemon.audit_log import offline_pen
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.setup import successor
from journalist_ui.vault import audit, ledger, published, tables
from journalist_ui.vault.audit import DAY
from journalist_ui.vault.backup import restore_backup, write_backup
from journalist_ui.vault.database import Vault
from journalist_ui.words.audit import verified
from tests.desk.forging import alter
from tests.desk.room import DESK_KEY, Down, Room, entropy
from tests.desk.worked import days, newest, sync, told, verify

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
