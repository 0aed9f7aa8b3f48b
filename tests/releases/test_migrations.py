# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vault of an earlier release is brought up to date with everything that was in it, or stays as it was."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import OperationalError

from dropbox.protocol.primitives import hpke_seal
from journalist_ui.casework.audit import Scope, read_acts
from journalist_ui.daemon import opening
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.opening import BEFORE
from journalist_ui.daemon.restore import restore_vault, verify
from journalist_ui.people import codes, members
from journalist_ui.people.session import Session
from journalist_ui.people.sign_in import prove
from journalist_ui.refusals import BackupFailed, VaultUnusable
from journalist_ui.vault import audit, schema, tables
from journalist_ui.vault.case_keys import read_case_keys
from journalist_ui.vault.database import VAULT_FILE, Vault, create_vault, open_vault
from journalist_ui.vault.evidence import KEPT, about_part, unproved_members
from journalist_ui.vault.ledger import load_ledger
from journalist_ui.vault.revision import NEEDED, found_revision
from journalist_ui.vault.sealing import part_info
from journalist_ui.verbs.conversation import case_of
from tests.desk.acts import acts_in
from tests.desk.counting import counted, kept
from tests.desk.reader import Reader
from tests.releases.old_service import OldService, brought_up, desk_key, opened

SLUGS = ("intake", "north", "south")
DAY = 86_400


@pytest.fixture
def north(old: OldService) -> Iterator[Vault]:
    vault = brought_up(old, "north")
    yield vault
    vault.close()


def sign_in(old: OldService, vault: Vault, slug: str, name: str) -> Reader:
    """With the passphrase and a code of the secret that the earlier release gave."""
    given = old.told["members"][slug][name]
    secret = base64.b32decode(given["totp_secret"])
    code = codes.code_at(secret, int(old.noon // codes.STEP))
    with vault.reading() as connection:
        row = members.read_member(connection, name)
    return Reader(vault, Session.of(prove(row, given["passphrase"], code, old.noon)[0]))


def seen(session: Reader, number: int) -> list[tuple[Any, ...]]:
    found = case_of(session.show(number, 0), DAY, newest=0)
    return [(one.sender, one.number, one.state, one.text, one.day) for one in found.messages]


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_that_was_shown_is_shown(old: OldService, slug: str) -> None:
    """Every case, message, text and its state, as the earlier release showed them; a backup was made before."""
    before = sorted(old.backups(slug).glob("*.db"))
    vault = opened(old, slug)
    expected = old.told["expected"][slug]
    session = sign_in(old, vault, slug, "ada")
    lines = session.cases()
    assert [line.number for line in lines] == [one["case"] for one in expected["cases"]]
    for line, was in zip(lines, expected["cases"], strict=True):
        assert (list(line.categories), line.unread) == (was["categories"], 0 if was["state"] != "new" else line.unread)
        keys = ("from", "number", "state", "text", "day")
        assert seen(session, line.number) == [tuple(one[key] for key in keys) for one in was["messages"]]
    texts = [one["state"] for was in expected["cases"] for one in was["messages"] if one["from"] == "unit"]
    assert sorted(one.state.value for one in load_ledger(vault).texts.values()) == sorted(texts)
    assert KeyringStore(old.desk(slug), desk_key(old, slug)).load().signing_seed
    assert kept(vault) == counted(vault)
    assert any(one[0] for one in kept(vault)[0].values())
    vault.close()
    assert sorted(old.backups(slug).glob("*.db"))[-1] not in before


def test_what_came_before_proofs_is_listed_and_nothing_else_passes_for_it(old: OldService, north: Vault) -> None:
    """A message of before says so; one that claims so and is not listed, or is not as it was, is unproved."""
    session = sign_in(old, north, "north", "ada")
    assert {one.proof.value for one in session.show(2, 0).messages} == {"before"}
    assert {one.proof.value for one in session.show(4, 0).messages} == {"before"}
    with north.writing() as connection:
        assert audit.first_break(connection) == 0
        case = connection.execute(select(tables.cases).where(tables.cases.c.number == 2)).one()
        row = connection.execute(select(tables.parts).where(tables.parts.c.number == 2)).first()
        assert row is not None
        forged = hpke_seal(case.public, b"not what was said", part_info(2, row.message_id, 1))
        connection.execute(
            update(tables.parts)
            .where(tables.parts.c.number == 2, tables.parts.c.message_id == row.message_id)
            .values(sealed=forged)
        )
        # Listing it now, behind the row that closed the list, is too late.
        message = connection.execute(
            select(tables.messages).where(tables.messages.c.message_id == row.message_id)
        ).one()
        audit.record(connection, 0, "", KEPT, about_part(case, message, 1, forged))
    shown = {one.raw: one.proof.value for one in session.show(2, 0).messages if hasattr(one, "raw")}
    assert shown["not what was said"] == "unproved"


def test_what_came_before_proofs_stays_whole_and_its_sources(old: OldService, north: Vault) -> None:
    """A message of several parts that is cut short, and messages of a case that is given to another source, are what
    the list does not hold."""
    session = sign_in(old, north, "north", "ada")
    rows, parts = tables.messages, tables.parts
    with north.writing() as connection:
        long = connection.execute(select(rows).where(rows.c.parts > 1, rows.c.complete > 0)).first()
        assert long is not None
        this = (parts.c.number == long.number, parts.c.message_id == long.message_id)
        connection.execute(delete(parts).where(*this, parts.c.part == long.parts))
        cut = update(rows).where(rows.c.number == long.number, rows.c.message_id == long.message_id)
        connection.execute(cut.values(parts=long.parts - 1))
        connection.execute(update(tables.cases).where(tables.cases.c.number == 4).values(pseudonym=bytes(32)))
    proofs = {one.message_id: one.proof for one in session.show(long.number, 0).messages if hasattr(one, "raw")}
    assert proofs[long.message_id] == "unproved"
    assert {one.proof.value for one in session.show(4, 0).messages if hasattr(one, "raw")} == {"unproved"}


def test_the_log_of_before_is_carried_over_and_goes_on(old: OldService, north: Vault) -> None:
    """Its rows stay as they were, marked by having no salt, each with the case that it is about; the first new one
    follows from the last of them."""
    holder = sign_in(old, north, "north", "ada").holder
    with north.reading() as connection:
        before = acts_in(connection, holder)
        assert {(row.salt, row.mac, row.sealed) for row, _ in before} == {(None, None, None)}
        shown = {int(row.about): row.number for row, _ in before if row.act == "show"}
        assert shown
        assert all(about == number for about, number in shown.items())
        kept = [(int(row.about.split()[1]), row.number) for row, _ in before if row.about.startswith(("part", "text"))]
        assert kept
        assert all(said == number for said, number in kept)
        newest = audit.head(connection)
    sign_in(old, north, "north", "ada").show(2, 0)
    with north.reading() as connection:
        *carried, (row, detail) = acts_in(connection, holder)
        assert carried == before
        assert row.hash == audit.row_hash(newest, row.seq, row.salt or b"", row.day, audit.encode_detail(row))
        assert detail is not None
        assert (detail.member, detail.act, row.number) == ("ada", "show", 2)
        assert audit.first_break(connection) == 0
        mine = {number for number, _ in read_case_keys(connection, "ada")}
        listed = read_acts(connection, Scope(holder, desk=False)).acts
        assert {one.case for one in listed} <= mine
        about_mine = [row for row, _ in before if row.number in mine]
        assert {(one.act, one.about) for one in listed} >= {(row.act, row.about) for row in about_mine if row.member}


def test_the_tables_are_those_of_a_new_vault(tmp_path: Path, north: Vault) -> None:
    """Columns, keys and indexes, whichever way a vault came about."""
    fresh = create_vault(tmp_path / "fresh.db", bytes(32))

    def shape(vault: Vault) -> dict[str, Any]:
        look = inspect(vault.engine)
        return {
            name: (
                sorted(
                    (one["name"], str(one["type"]), one["nullable"], one["primary_key"])
                    for one in look.get_columns(name)
                ),
                sorted((key["referred_table"], str(key["options"])) for key in look.get_foreign_keys(name)),
                sorted((str(one["name"]), one["column_names"]) for one in look.get_indexes(name)),
            )
            for name in look.get_table_names()
        }

    assert shape(north) == shape(fresh)
    fresh.close()
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest == NEEDED


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    return config


@pytest.mark.parametrize("slug", SLUGS)
def test_members_hold_the_roles_that_they_held_and_no_other(old: OldService, slug: str) -> None:
    """Each counts from the beginning, and what the audit log listed of before still proves every key and role."""
    path, key = old.desk(slug) / VAULT_FILE, desk_key(old, slug)
    vault = open_vault(path, key, older=True)
    with vault.reading() as connection:
        rows = connection.execute(text("SELECT name, administrator, investigator FROM members")).all()
    vault.close()
    before = {row.name: {role for role in ("administrator", "investigator") if getattr(row, role)} for row in rows}
    vault = brought_up(old, slug)
    with vault.reading() as connection:
        assert {one.name: set(one.roles) for one in members.list_members(connection)} == before
        assert set(connection.execute(select(tables.member_roles.c.day)).scalars()) == {0}
        assert unproved_members(connection) == []
    vault.close()


def test_a_code_used_before_is_not_good_again(old: OldService, north: Vault) -> None:
    """What the earlier release remembered of a code is remembered."""
    with north.reading() as connection:
        used = {row.name: json.loads(row.used_steps) for row in connection.execute(select(tables.members))}
    assert len(used["ada"]) == 1
    assert used["carol"] == []


def test_an_incomplete_message_ages_from_when_it_came(north: Vault) -> None:
    """The first of three parts still waits, from the day on which it came."""
    waiting = [one for one in load_ledger(north).conversations.values() if one.unfinished]
    (conversation,) = waiting
    (message,) = (conversation.incoming[one] for one in conversation.unfinished)
    assert (message.parts, message.have, message.period) == (3, {1}, conversation.opened)


@pytest.mark.parametrize("slug", ["north", *(pytest.param(one, marks=pytest.mark.long) for one in ("intake", "south"))])
def test_a_step_that_fails_leaves_the_vault_as_it_was(
    old: OldService, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of it nothing is half done: the next start tries again, and all is there."""
    path, key = old.desk(slug) / VAULT_FILE, desk_key(old, slug)

    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_table", fail)
        with pytest.raises(VaultUnusable, match="it is as it was"):
            opened(old, slug)
    vault = open_vault(path, key, older=True)
    with vault.reading() as connection:
        assert found_revision(connection) == "0002"
        connection.execute(text("SELECT last_step FROM members"))
    vault.close()
    opened(old, slug).close()


def test_without_a_backup_nothing_is_touched(old: OldService) -> None:
    """Where the backup's folder is gone, the vault stays as it was; where none is wanted, a copy lies beside it."""
    folder = old.desk("north")
    hidden = old.backups("north").rename(old.root / "hidden")
    with pytest.raises(BackupFailed):
        opened(old, "north")
    vault = open_vault(folder / VAULT_FILE, desk_key(old, "north"), older=True)
    with vault.reading() as connection:
        assert found_revision(connection) == "0002"
    vault.close()
    hidden.rename(old.backups("north"))
    settings = folder / "desk.toml"
    settings.write_text(settings.read_text().replace(f'"{old.backups("north")}"', '"none"'))
    opened(old, "north").close()
    copy = open_vault(folder / BEFORE, desk_key(old, "north"), read_only=True)
    with copy.reading() as connection:
        assert found_revision(connection) == "0002"
    copy.close()


def test_a_backup_of_before_is_verified_and_restored(old: OldService) -> None:
    """It opens as it is; put in the vault's place it is brought up to date, and the backup stays as it was."""
    folder, passphrase = old.desk("north"), old.told["desk_passphrase"]
    newest = sorted(old.backups("north").glob("*.db"))[-1]
    kept = newest.read_bytes()
    assert verify(folder, passphrase, newest).cases == 8
    restore_vault(folder, passphrase, newest, replace=True)
    assert newest.read_bytes() == kept
    vault = open_vault(folder / VAULT_FILE, desk_key(old, "north"))
    assert sign_in(old, vault, "north", "bob").show(2, 0).messages
    vault.close()


def test_a_newer_and_a_far_older_vault_are_refused_in_words(old: OldService, tmp_path: Path) -> None:
    """And an earlier release refuses a vault of this one by the number that it looks at."""
    path = tmp_path / VAULT_FILE
    vault = create_vault(path, bytes(32))
    with vault.writing() as connection:
        assert connection.execute(text("SELECT value FROM meta WHERE name = 'schema'")).scalar() == "3"
        connection.execute(update(tables.alembic_version).values(version_num="0999"))
    vault.close()
    for older in (True, False):
        with pytest.raises(VaultUnusable, match="newer release"):
            open_vault(path, bytes(32), older=older)
    far = open_vault(old.desk("south") / VAULT_FILE, desk_key(old, "south"), older=True)
    with far.writing() as connection:
        connection.execute(text("UPDATE meta SET value = '1' WHERE name = 'schema'"))
    far.close()
    with pytest.raises(VaultUnusable, match="older than any"):
        opened(old, "south")


def test_a_folder_that_others_may_use_is_refused(old: OldService) -> None:
    """Before anything is opened, with what to do; the keyring and the vault's file alike."""
    folder = old.desk("intake")
    for path in (folder, folder / "keyring", folder / VAULT_FILE, folder / "desk.toml"):
        mode = path.stat().st_mode
        path.chmod(mode | 0o004)
        with pytest.raises(VaultUnusable, match="chmod go="):
            opened(old, "intake")
        path.chmod(mode)
    assert opening.refuse_shared(folder) is None
