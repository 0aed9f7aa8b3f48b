# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backups of the vault, and a vault put back beside its keyring."""

import asyncio
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import update

from dropbox.protocol.board import split_text
from journalist_ui.refusals import BackupFailed, BackupsGone, VaultUnusable
from journalist_ui.vault import backup as backup_module, tables
from journalist_ui.vault.backup import list_backups, newest_backup, restore_backup, verify_backup, write_backup
from journalist_ui.vault.database import VAULT_FILE, create_vault, open_vault, write_meta
from tests.desk.room import DESK_KEY, Room, entropy, make_room

pytestmark = pytest.mark.usefixtures("brief_stretch")

UNIT = bytes(range(16))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def sync(room: Room, periods: int = 0) -> None:
    asyncio.run(room.engine.sync())
    for _ in range(periods):
        room.service.twin.advance()
        asyncio.run(room.engine.sync())


def test_a_backup_is_whole_and_only_the_newest_stay(room: Room, target: Path) -> None:
    """Each opens under the desk key and passes every check; older ones go; other files in the folder are left alone."""
    (target / "somebody-elses.db").write_text("x")
    made = [write_backup(room.vault, target, UNIT, keep=2) for _ in range(4)]
    assert list_backups(target, UNIT) == made[-2:]
    assert newest_backup(target, UNIT) == made[-1]
    assert verify_backup(made[-1], DESK_KEY) == {"cases": 0, "members": 1, "audit": 1}
    assert stat.S_IMODE(made[-1].stat().st_mode) == 0o600
    assert sorted(path.name for path in target.iterdir())[0] == "somebody-elses.db"
    assert write_backup(room.vault, target, bytes(16), keep=1, new_disk=True).exists()
    assert list_backups(target, UNIT) == made[-2:]


def test_the_keyring_is_in_no_backup(tmp_path: Path, target: Path) -> None:
    """Nothing that must not go backwards is in the copy: neither signing seed nor any epoch secret or chain."""
    room = make_room(tmp_path / "desk", backup=str(target))
    room.report(entropy(1), "hello")
    sync(room, 1)
    vault = open_vault(newest_backup(target, room.settings.unit_id), DESK_KEY, read_only=True)
    with vault.reading() as connection:
        rows = repr([connection.execute(table.select()).all() for table in tables.METADATA.sorted_tables])
    vault.close()
    keyring = room.engine.state.keyring
    assert keyring.chains
    secrets = {one.seed for one in keyring.epochs.values()} | {one.key for one in keyring.chains.values()}
    for secret in secrets | {keyring.signing_seed}:
        assert secret.hex() not in rows
        assert repr(secret) not in rows
    room.vault.close()


@pytest.mark.parametrize("step", ["copy_into", "sync_path", "rename"])
def test_a_backup_cut_short_leaves_the_last_one(
    room: Room, target: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A failure at any step is told, leaves the earlier backup as it was, and the next one clears what was left."""
    first = write_backup(room.vault, target, UNIT, 3)

    def fail(*args: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        owner = {"copy_into": backup_module.cipher, "sync_path": backup_module, "rename": os}[step]
        patch.setattr(owner, step, fail)
        with pytest.raises(BackupFailed, match="has room"):
            write_backup(room.vault, target, UNIT, 3)
    assert list_backups(target, UNIT) == [first]
    second = write_backup(room.vault, target, UNIT, 3)
    assert [path.name for path in sorted(target.iterdir())] == [first.name, second.name]


def test_nothing_is_published_while_the_backup_fails(tmp_path: Path, target: Path) -> None:
    """The batch waits for the backup; the officers are told; once it works, the batch leaves."""
    room = make_room(tmp_path / "desk", backup=str(target))
    sync(room)
    target.rename(tmp_path / "unplugged")
    room.service.twin.advance()
    with pytest.raises(BackupFailed, match="Is its disk there"):
        sync(room)
    assert [one.code for one in room.engine.standing.failure] == ["backup-failed"]
    newest = max(room.service.twin.uploads[room.settings.unit_id])
    (tmp_path / "unplugged").rename(target)
    sync(room)
    assert max(room.service.twin.uploads[room.settings.unit_id]) == newest + 1
    assert room.engine.standing.all() == []
    room.vault.close()


def test_a_missing_backup_folder_is_told_until_it_is_there(tmp_path: Path, target: Path) -> None:
    """What was found at the start does not go with a run that only collects."""
    room = make_room(tmp_path / "desk", backup=str(target))
    sync(room)
    target.rename(tmp_path / "unplugged")
    assert room.engine.try_backup_folder()
    for _ in range(2):
        asyncio.run(room.engine.sync())
        assert [one.code for one in room.engine.standing.failure] == ["backup-failed"]
    (tmp_path / "unplugged").rename(target)
    asyncio.run(room.engine.sync())
    assert room.engine.standing.failure == []
    room.vault.close()


def test_nothing_is_written_where_the_backups_disk_is_missing(tmp_path: Path, target: Path) -> None:
    """The folder to mount it on is there, and empty: at the start, in a run, and until it is back, or until a person
    says that the disk is new. Another folder in desk.toml is a person's word too."""
    room = make_room(tmp_path / "desk", backup=str(target))
    sync(room, 1)
    assert list_backups(target, room.settings.unit_id)
    mounted = target.rename(tmp_path / "unplugged")
    target.mkdir()
    assert "holds none of the backups" in room.engine.try_backup_folder()
    room.service.twin.advance()
    with pytest.raises(BackupsGone):
        sync(room)
    assert [one.code for one in room.engine.standing.failure] == ["backups-gone"]
    assert not list(target.iterdir())
    target.rmdir()
    mounted.rename(target)
    sync(room)
    assert room.engine.standing.all() == []
    target.rename(mounted)
    target.mkdir()
    assert asyncio.run(room.engine.back_up(new_disk=True))
    sync(room, 1)
    (tmp_path / "other").mkdir()
    assert write_backup(room.vault, tmp_path / "other", room.settings.unit_id, 3)
    room.vault.close()


@pytest.mark.parametrize("at", [0, 100, 5_000, -1])
def test_a_damaged_backup_is_refused(room: Room, target: Path, at: int) -> None:
    """One changed byte anywhere is found by verification, before anything is restored."""
    path = write_backup(room.vault, target, UNIT, 3)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(VaultUnusable):
        verify_backup(path, DESK_KEY)


def test_an_audit_row_changed_in_a_backup_is_found(room: Room, target: Path) -> None:
    """The chain is checked too."""
    room.report(entropy(1), "hello")
    sync(room)
    room.sign_in("ada").show(1, 5)
    with room.vault.writing() as connection:
        connection.execute(tables.audit.update().values(member="bob"))
    with pytest.raises(VaultUnusable, match="from row 1 on"):
        verify_backup(write_backup(room.vault, target, UNIT, 3), DESK_KEY)


def test_a_restored_vault_fills_again_and_answers(tmp_path: Path, target: Path) -> None:
    """Vault of an earlier day, keyring of today: reports still served come back, an answered source reads on, and
    nothing is shown twice."""
    room = make_room(tmp_path / "desk")
    first = room.report(entropy(1), "before the backup")
    sync(room, 1)
    copy = write_backup(room.vault, target, room.settings.unit_id, 3)
    second = room.report(entropy(2), "after the backup")
    sync(room, 2)
    for number in (1, 2):
        reply = room.sign_in("ada").reply(number, split_text(f"answer {number}"), room.engine.now_period(), 0)
        room.engine.add_reply(reply)
    sync(room, 1)
    room.vault.close()
    restore_backup(copy, room.folder, DESK_KEY, 9)
    assert not list(room.folder.glob("*.new*"))
    room.reopen()
    sync(room, 2)
    assert [line.number for line in room.sign_in("ada").cases()] == [1, 2]
    for number, text in ((1, "before the backup"), (2, "after the backup")):
        (message,) = room.sign_in("ada").show(number, 0).messages
        assert message.report.text == text  # type: ignore[union-attr]  # a source's message
    for number, source in ((1, first), (2, second)):
        again = room.sign_in("ada").reply(number, split_text(f"again {number}"), room.engine.now_period(), 0)
        room.engine.add_reply(again)
        room.service.visit(source)
    sync(room, 3)
    for number, source in ((1, first), (2, second)):
        texts = [text.text for one in room.service.visit(source).conversations for text in one.texts]
        assert texts[-1] == f"again {number}"
    room.vault.close()


@pytest.mark.parametrize("step", ["copyfile", "chmod", "sync_path", "rename"])
def test_a_restore_cut_short_leaves_the_vault(
    tmp_path: Path, room: Room, target: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Until the checked copy takes the name, the vault is the one that was there."""
    copy = write_backup(room.vault, target, UNIT, 3)
    with room.vault.writing() as connection:
        write_meta(connection, "mark", "present")
    room.vault.truncate_wal()
    room.vault.close()
    owner = {"copyfile": backup_module.shutil, "chmod": Path, "sync_path": backup_module, "rename": os}[step]

    def fail(*args: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fail)
        with pytest.raises((BackupFailed, OSError)):
            restore_backup(copy, room.folder, DESK_KEY, 9)
    room.reopen()
    with room.vault.reading() as connection:
        marks = connection.execute(tables.meta.select().where(tables.meta.c.name == "mark")).all()
    assert len(marks) == 1


def test_vaults_of_another_version_or_key_are_refused(tmp_path: Path) -> None:
    """The schema's version is checked, a present vault is never overwritten, a missing one is said to be missing."""
    path = tmp_path / VAULT_FILE
    vault = create_vault(path, DESK_KEY)
    with vault.writing() as connection:
        connection.execute(update(tables.alembic_version).values(version_num="0099"))
    vault.close()
    for key, said in ((DESK_KEY, "schema 0099"), (bytes(32), "does not open with this desk key")):
        with pytest.raises(VaultUnusable, match=said):
            open_vault(path, key)
    with pytest.raises(VaultUnusable, match="already"):
        create_vault(path, DESK_KEY)
    with pytest.raises(VaultUnusable, match="There is no vault"):
        open_vault(tmp_path / "none.db", DESK_KEY)
