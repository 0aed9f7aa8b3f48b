# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done: each row follows from the one before it, and its detail is for whom it concerns."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, func, insert, select, update

import journalist_ui
from dropbox.protocol.board import split_text
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.primitives import SealingKey
from journalist_ui.casework.audit import READ
from journalist_ui.casework.cases import STATES
from journalist_ui.casework.conversation import SHOW
from journalist_ui.casework.decisions import KINDS
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.people.tries import REFUSED
from journalist_ui.shapes.audit import AuditLine
from journalist_ui.vault import audit, tables
from journalist_ui.vault.audit_sealing import Pen, desk_readers, open_reader_key, share_reader_keys
from journalist_ui.vault.database import Vault, create_vault
from journalist_ui.vault.evidence import KEPT, LINK, MEMBER_KEY, MIGRATED, REPLY
from journalist_ui.vault.roles import store_roles
from journalist_ui.words.audit import ACTS, done
from tests.desk.acts import acts, acts_in, holder_of
from tests.desk.room import ADMINISTRATOR, BOTH, DESK_KEY, INVESTIGATOR, PASSPHRASE, Room, entropy

KEY = bytes(range(32))
NOON = 43_200
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
ANY_ACTS = st.lists(
    st.tuples(st.integers(0, 100), st.sampled_from(["", "ada", "bob"]), WORDS, WORDS, st.booleans(), st.booleans()),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """A vault of one case and nobody, whose rows are known by a key."""
    vault = create_vault(tmp_path_factory.mktemp("log") / "vault.db", DESK_KEY)
    vault.take_pen(Pen(KEY, lambda: 7 * audit.DAY + NOON))
    case = {"number": 1, "pseudonym": bytes(32), "public": SealingKey(bytes(XWING_SEED)).public, "opened": 1}
    with vault.writing() as connection:
        connection.execute(insert(tables.cases).values(case | {"state": "new"}))
    yield vault
    vault.close()


def write(vault: Vault, rows: list[tuple[int, str, str, str, bool, bool]]) -> None:
    with vault.writing() as connection:
        connection.execute(delete(tables.audit))
        for day, member, act, about, in_case, named in rows:
            audit.record(connection, day, member, act, about, case=int(in_case), named=named)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=ANY_ACTS, at=st.integers(0, 7), changed=st.sampled_from(["day", "act", "about", "number", "salt", "sealed"])
)
def test_whatever_is_changed_in_a_row_breaks_the_chain_there(
    log: Vault, rows: list[tuple[int, str, str, str, bool, bool]], at: int, changed: str
) -> None:
    """Any acts in any order hold, each known by its MAC; any part of any row that is altered is named by its number."""
    write(log, rows)
    at = at % len(rows) + 1
    with log.writing() as connection:
        assert audit.first_break(connection) == 0
        found = connection.execute(select(tables.audit).order_by(tables.audit.c.seq)).all()
        assert [row.mac for row in found] == [audit.row_mac(KEY, row.hash) for row in found]
        assert len({row.salt for row in found}) == len(rows)
        assert audit.head(connection) == found[-1].hash
        row, other = found[at - 1], {"day": 101, "act": "x" * 13, "about": "x" * 13, "number": 2, "salt": bytes(32)}
        other["sealed"] = b"x" if row.sealed is not None else None
        this = update(tables.audit).where(tables.audit.c.seq == at)
        if other[changed] is None:
            # Where nothing is sealed, something is put in.
            connection.execute(this.values(sealed=b"x", key=b"x"))
        else:
            connection.execute(this.values({changed: other[changed]}))
        assert audit.first_break(connection) == at


def test_a_row_cannot_be_told_from_its_hash_alone(log: Vault) -> None:
    """The same act twice, in two logs: other salts, so that whoever sees a hash cannot try what it might be of."""
    same = [(7, "ada", "show", "", True, False), (7, "", "init", "ada", False, False)]
    found = []
    for _ in range(2):
        write(log, same)
        with log.reading() as connection:
            found += connection.execute(select(tables.audit.c.hash)).scalars().all()
    assert len(set(found)) == 4


def test_a_row_of_before_follows_no_salted_one(log: Vault) -> None:
    """Whoever writes the log anew in the old form, which had neither salt nor MAC, breaks it where that begins."""
    write(log, [(7, "ada", "show", "", True, False), (7, "", "init", "ada", False, False)])
    with log.writing() as connection:
        previous = connection.execute(select(tables.audit.c.hash).where(tables.audit.c.seq == 1)).scalar_one()
        row = audit.AuditRow(2, 7, "", "init", "ada", b"", 0, None, None, None, None)
        hashed = audit._hash_of_before(previous, row)
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == 2))
        connection.execute(insert(tables.audit).values(row._replace(hash=hashed)._asdict()))
        assert audit.first_break(connection) == 2
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == 1))
        alone = row._replace(seq=1)
        alone = alone._replace(hash=audit._hash_of_before(bytes(32), alone))
        connection.execute(update(tables.audit).values(alone._asdict()))
        assert audit.first_break(connection) == 0, "the old form holds where nothing salted stands before it"
        connection.execute(update(tables.audit).values(number=5))
        assert audit.first_break(connection) == 1, "and says which case it is about by its words alone"


def test_a_cut_transaction_leaves_no_row_that_nobody_opens(log: Vault) -> None:
    """A day's key that was made in a transaction of which nothing was kept is stored by the next one."""
    with log.writing() as connection:
        connection.execute(delete(tables.audit))
        connection.execute(delete(tables.audit_keys))
    with pytest.raises(ZeroDivisionError):
        _record_and_fail(log)
    write(log, [(9, "ada", "show", "", True, False)] * 3)
    with log.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.audit_keys)).scalar_one() == 1
        names = set(connection.execute(select(tables.audit.c.key)).scalars())
        assert names == set(connection.execute(select(tables.audit_keys.c.key)).scalars())


def _record_and_fail(log: Vault) -> None:
    with log.writing() as connection:
        audit.record(connection, 9, "ada", "show", case=1)
        raise ZeroDivisionError


# --- who reads what ---


def sync(room: Room) -> None:
    asyncio.run(room.engine.sync())


def told(room: Room, name: str) -> list[tuple[str, str]]:
    return [(one.member, one.act) for one in acts(room.vault, holder_of(room.vault, name, PASSPHRASE))]


def test_what_was_done_in_a_case_is_for_whoever_opens_it(room: Room) -> None:
    """Member, act and minute of an opening, a state, a text and a sharing; another investigator, and an administrator,
    open none of it, and the day key is not in the vault's plain columns."""
    room.report(entropy(1), "x")
    sync(room)
    room.add("bob", INVESTIGATOR)
    room.add("eve", ADMINISTRATOR)
    ada = room.sign_in("ada")
    ada.show(1, room.engine.day)
    room.engine.add_reply(ada.reply(1, split_text("Thank you."), room.engine.now_period(), room.engine.day))
    case_acts = [("ada", "show"), ("ada", "reply")]
    assert told(room, "ada")[-2:] == case_acts
    assert [one for one in told(room, "bob") if one in case_acts] == []
    assert [one for one in told(room, "eve") if one in case_acts] == []
    with room.vault.reading() as connection:
        rows = acts_in(connection, holder_of(room.vault, "ada", PASSPHRASE))[-2:]
        minutes = [detail.minute for _, detail in rows if detail]
        assert minutes == [int(room.clock()) % audit.DAY // 60] * 2
        assert [(row.member, row.act, row.number) for row, _ in rows] == [("", "", 1), ("", "reply", 1)]
        plain = [str(value) for row, _ in rows for value in row if isinstance(value, str | int)]
        assert not any("ada" in value for value in plain)
    ada.share("bob", room.engine.day)
    assert told(room, "bob")[-3:] == [*case_acts, ("ada", "share")]


def test_two_rows_of_a_day_share_one_key(room: Room) -> None:
    """A kilobyte a day and case, not a row; after a restart, and on another day, it is another one."""
    room.report(entropy(1), "x")
    sync(room)

    def keys() -> int:
        with room.vault.reading() as connection:
            these = select(func.count()).where(tables.audit_keys.c.number == 1)
            return connection.execute(these).scalar_one()

    day = room.engine.day
    for _ in range(3):
        room.sign_in("ada").show(1, day)
    assert keys() == 1
    room.sign_in("ada").show(1, day + 1)
    assert keys() == 2
    room.reopen()
    room.sign_in("ada").show(1, day + 1)
    assert keys() == 3
    assert [act for _, act in told(room, "ada")][-5:] == ["show"] * 5


def generation(room: Room) -> int:
    with room.vault.reading() as connection:
        return connection.execute(select(func.max(tables.audit_generations.c.generation))).scalar_one()


def record(room: Room, act: str) -> None:
    with room.vault.writing() as connection:
        audit.record(connection, room.engine.day, "ada", act)


def test_what_is_done_about_the_desk_is_for_those_who_administer_it(room: Room) -> None:
    """A new administrator reads what is done from then on, and what was done before once another has signed in; a
    member who administers no more reads nothing of what is done later, whatever they kept."""
    record(room, "first")
    room.add("eve", ADMINISTRATOR)
    record(room, "second")
    assert ("ada", "first") not in told(room, "eve")
    assert ("ada", "second") in told(room, "eve")
    ada, eve = (holder_of(room.vault, name, PASSPHRASE) for name in ("ada", "eve"))
    with room.vault.writing() as connection:
        share_reader_keys(connection, ada)
    assert ("ada", "first") in told(room, "eve")
    before = generation(room)
    with room.vault.reading() as connection:
        kept = open_reader_key(connection, eve, before)
    assert kept is not None
    with room.vault.writing() as connection:
        store_roles(connection, "eve", INVESTIGATOR, 0)
    record(room, "third")
    assert generation(room) == before + 1
    assert ("ada", "third") not in told(room, "eve")
    assert ("ada", "third") in told(room, "ada")
    with room.vault.reading() as connection:
        sealed = connection.execute(select(tables.audit_keys).where(tables.audit_keys.c.generation > before)).all()
    assert sealed
    for row in sealed:
        with pytest.raises(Exception, match="hpke"):
            kept.open(row.sealed, b"")


def test_another_passphrase_reads_what_the_old_one_read(room: Room) -> None:
    """The desk's keys of the log are wrapped again with the member's cases."""
    record(room, "first")
    other = "quite other words than before"
    room.change("ada", PASSPHRASE, other)
    assert ("ada", "first") in [(one.member, one.act) for one in acts(room.vault, holder_of(room.vault, "ada", other))]


@pytest.mark.parametrize("roles", [INVESTIGATOR, BOTH])
def test_who_has_a_first_passphrase_reads_nothing(room: Room, roles: Any) -> None:
    """Nothing is wrapped to a key that an administrator has seen."""
    room.add("zoe", roles, provisional=True)
    record(room, "first")
    with room.vault.reading() as connection:
        assert set(desk_readers(connection)) == {"ada"}
    assert told(room, "zoe") == []


# --- the keyring's part ---


def test_rows_are_known_by_the_keyring_from_its_first_start_on(room: Room) -> None:
    """A keyring of before gets a key, and the number of the first row that it knows, before any such row is written;
    one whose log has become shorter counts from there."""
    store = KeyringStore(room.folder, DESK_KEY)
    first = store.load()
    assert (len(first.audit_key), first.audit_from) == (32, 2), "ada was made before"
    record(room, "first")
    with room.vault.reading() as connection:
        macs = connection.execute(select(tables.audit.c.mac).order_by(tables.audit.c.seq)).scalars().all()
        assert macs[0] is None
        assert macs[1] == audit.row_mac(first.audit_key, audit.head(connection))
    room.reopen()
    assert KeyringStore(room.folder, DESK_KEY).load() == first
    with room.vault.writing() as connection:
        connection.execute(delete(tables.audit))
    room.reopen()
    assert KeyringStore(room.folder, DESK_KEY).load().audit_from == 1


def test_the_key_of_the_log_is_in_no_backup(room: Room, tmp_path: Path) -> None:
    """Nor anywhere in the vault: whoever has the vault's keys alone makes no row that passes for the desk's."""
    record(room, "first")
    key = KeyringStore(room.folder, DESK_KEY).load().audit_key
    with room.vault.reading() as connection:
        for table in tables.METADATA.tables.values():
            for row in connection.execute(select(table)):
                assert all(key not in value for value in row if isinstance(value, bytes))
                assert all(key.hex() not in value for value in row if isinstance(value, str))


# --- in words ---


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("ada", "show", "", 3), "ada opened the case"),
        (("ada", "share", "bob", 3), "ada let bob open this case"),
        (("ada", "share", "bob", 0), "ada let bob open cases"),
        (("", "restore", "vault-0a.db", 0), "The desk was restored from the backup vault-0a.db"),
        (("bob", "login refused", "7", 0), "7 sign-ins under the name bob did not succeed"),
        (("", "login refused", "7", 0), "7 sign-ins under names that are no member's did not succeed"),
        (("bob", "of a later release", "x y", 0), "bob: of a later release x y"),
        (("bob", "{about.__class__}", "{0}", 0), "bob: {about.__class__} {0}"),
    ],
)
def test_an_act_is_said_in_a_sentence(line: tuple[str, str, str, int], words: str) -> None:
    """Those of this release, and as it stands one that it does not know."""
    member, act, about, case = line
    assert done(AuditLine("2026-01-01", "", member, act, about, case, open=True)) == words


def test_every_act_of_the_desk_has_its_sentence() -> None:
    """Each word by which anything in the product is recorded."""
    found = set()
    for path in Path(journalist_ui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                found |= {one.value for one in node.args[3:4] if isinstance(one, ast.Constant)}
    assert {"login", "share", "init"} <= found <= set(ACTS)
    named = {audit.RESTORE, KEPT, MIGRATED, MEMBER_KEY, REPLY, SHOW, READ, REFUSED, *(f"state {one}" for one in STATES)}
    named |= {LINK, "unlink", *(f"decided {one}" for one in KINDS)}
    assert named - set(ACTS) == {REFUSED}
