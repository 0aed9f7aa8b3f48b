# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup of before gives no key back to whoever was let go since."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from journalist_ui.casework.cases import open_case
from journalist_ui.casework.conflicts import exclude
from journalist_ui.daemon.holdings_file import HOLDINGS_FILE, HoldingsFile
from journalist_ui.people.members import list_members, remove_member
from journalist_ui.refusals import KeyringUnusable
from journalist_ui.vault import tables
from journalist_ui.vault.audit import DAY
from journalist_ui.vault.backup import OLDEST, restore_backup, write_backup
from journalist_ui.vault.database import VAULT_FILE, open_vault
from journalist_ui.vault.holdings import read_holdings
from journalist_ui.vault.leaving import take_all_keys
from tests.desk.room import DESK_KEY, INVESTIGATOR, Room, entropy

KEY = bytes(range(32))


def backed_up(room: Room, folder: Path) -> Path:
    """Two cases, three members, and a backup of them."""
    for name in ("bob", "eve"):
        room.add(name, INVESTIGATOR)
    for number in (1, 2):
        room.report(entropy(number), "x")
    room.service.twin.now += 1
    asyncio.run(room.engine.sync())
    folder.mkdir()
    return write_backup(room.vault, folder, room.settings.unit_id, 3, day=20)


def held(room: Room) -> dict[str, tuple[int, ...]]:
    with room.vault.reading() as connection:
        return read_holdings(connection)


def restored(room: Room, backup: Path, known: dict[str, tuple[int, ...]] | None) -> int:
    """How many keys and members went again."""
    room.vault.close()
    gone = restore_backup(backup, room.folder, DESK_KEY, 21, known=known)
    room.take(open_vault(room.folder / VAULT_FILE, DESK_KEY))
    return gone


def test_who_was_let_go_since_a_backup_stays_let_go(room: Room, tmp_path: Path) -> None:
    """One excluded from a case, one removed: after the restoring neither opens what they were let go of, what comes is
    sealed to other keys, and everybody else has what they had."""
    backup = backed_up(room, tmp_path / "backups")
    before = held(room)
    with room.vault.writing() as connection:
        exclude(connection, open_case(connection, room.sign_in("ada").holder, 1), "bob", 0, room.vault.random)
        take_all_keys(connection, "eve")
        remove_member(connection, "eve")
    known = held(room)
    assert restored(room, backup, None) == 0
    assert held(room) == before, "without what is kept beside the keyring"
    assert restored(room, backup, known) == 1 + (1 + 2)
    assert held(room) == known == {"ada": (1, 2), "bob": (2,)}
    with room.vault.reading() as connection:
        assert [one.name for one in list_members(connection)] == ["ada", "bob"]
        cases = tables.cases.c
        generations = dict(connection.execute(select(cases.number, cases.generation)).tuples().all())
    assert all(generation > 1 for generation in generations.values())
    assert room.sign_in("ada").show(1, 0).number == 1


def test_the_last_administrator_of_a_backup_stays_and_keeps_no_key(room: Room, tmp_path: Path) -> None:
    """Somebody must be able to sign in: whoever administered then, of whom nothing is known now. Where nobody else
    takes new reports they open what comes, with keys of then; of before they open nothing."""
    backup = backed_up(room, tmp_path / "backups")
    assert restored(room, backup, {"carl": ()}) > 0
    with room.vault.reading() as connection:
        assert [one.name for one in list_members(connection)] == ["ada"]
        keys = tables.case_keys.c
        generations = set(connection.execute(select(keys.member, keys.generation)).tuples().all())
    assert {member for member, _ in generations} == {"ada"}
    assert min(generation for _, generation in generations) > 1


def test_what_is_kept_is_sealed_and_whole(tmp_path: Path) -> None:
    """It reads back; a file that is not there is nothing; altered or under another key it is refused; nothing of it
    stands in the file, and a save that was cut short leaves it as it was."""
    kept = HoldingsFile(tmp_path, KEY, os.urandom)
    assert kept.read() is None
    found = {"somebody-with-a-name": (123456, 654321), "ada": ()}
    kept.save(found)
    kept.save(found)
    assert HoldingsFile(tmp_path, KEY, os.urandom).read() == found
    data = (tmp_path / HOLDINGS_FILE).read_bytes()
    assert b"somebody-with-a-name" not in data
    assert (tmp_path / HOLDINGS_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / f"{HOLDINGS_FILE}.new").write_bytes(data[:10])
    assert kept.read() == found
    kept.save(found)
    for other in (HoldingsFile(tmp_path, bytes(32), os.urandom),):
        with pytest.raises(KeyringUnusable):
            other.read()
    (tmp_path / HOLDINGS_FILE).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(KeyringUnusable):
        kept.read()


def test_backups_of_more_than_35_days_go_once_there_is_a_newer(room: Room, tmp_path: Path) -> None:
    """However many are to be kept; one of exactly so many days stays, and the one before the newest whatever its age: a
    clock that ran ahead once leaves two."""
    folder = tmp_path / "backups"
    folder.mkdir()
    made = [write_backup(room.vault, folder, room.settings.unit_id, 9, day=day) for day in (100, 101, 102)]
    for path, day in zip(made, (100, 101, 102), strict=True):
        os.utime(path, (day * DAY + 5, day * DAY + 5))
    newest = write_backup(room.vault, folder, room.settings.unit_id, 9, day=102 + OLDEST)
    assert sorted(folder.glob("*.db")) == [made[2], newest]
    far = write_backup(room.vault, folder, room.settings.unit_id, 9, day=10_000_000)
    assert sorted(folder.glob("*.db")) == [newest, far]
