# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever holds the desk's files and passphrase, and no member's, writes rows into the vault: none passes for what it
is not, and what is taken out of the record is noticed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, update

from dropbox.flows.desk.unfinished import MOST_IN_CONVERSATION
from dropbox.flows.source.visit import Part
from dropbox.protocol.board import split_text
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch as stretch_codename
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.part_proof import PART_PROOF, parse_part_proof, verify_part
from dropbox.protocol.primitives import SealingKey, ed25519_public, ed25519_sign, hpke_seal
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.notice_log import lasting_notices
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.refusals import VaultUnusable
from journalist_ui.shapes.upkeep import DeskStatus, Status
from journalist_ui.vault import audit, evidence, tables
from journalist_ui.vault.backup import newest_backup, verify_backup
from journalist_ui.vault.database import VAULT_FILE
from journalist_ui.vault.ledger import load_ledger
from journalist_ui.vault.roles import OPENERS
from journalist_ui.vault.sealing import answer_info, part_info, proved_part_info
from journalist_ui.verbs import upkeep
from journalist_ui.verbs.conversation import case_of
from journalist_ui.verbs.desk import Desk
from tests.desk.acts import acts
from tests.desk.room import ADMINISTRATOR, DESK_KEY, Room, entropy, make_room

DAY = 86_400
pytestmark = pytest.mark.usefixtures("brief_stretch")


def sync(room: Room, periods: int = 0) -> None:
    asyncio.run(room.engine.sync())
    for _ in range(periods):
        room.service.twin.advance()
        asyncio.run(room.engine.sync())


def answer(room: Room, text: str) -> None:
    room.engine.add_reply(room.sign_in("ada").reply(1, split_text(text), room.engine.now_period(), room.engine.day))


def shown(room: Room, number: int = 1) -> list[tuple[str, str, str]]:
    found = case_of(room.sign_in("ada").show(number, 0), DAY, 0)
    return [(one.sender, one.proof or "proved", one.text) for one in found.messages]


def a_case(room: Room, number: int = 1) -> Any:
    with room.vault.reading() as connection:
        return connection.execute(select(tables.cases).where(tables.cases.c.number == number)).one()


def notices(room: Room) -> set[str]:
    with room.vault.reading() as connection:
        return {one.code for one in lasting_notices(connection, room.engine.day)}


def put_message(room: Room, sealed: bytes, message_id: bytes, *, proved: bool, parts: int = 1) -> None:
    with room.vault.writing() as connection:
        message = {"number": 1, "message_id": message_id, "parts": parts, "period": 1, "complete": 9, "place": 9_000}
        connection.execute(insert(tables.messages).values(**message))
        row = {"number": 1, "message_id": message_id, "part": 1, "sealed": sealed, "proved": proved}
        connection.execute(insert(tables.parts).values(**row))


def test_what_a_source_wrote_is_proved_each_time_it_is_shown(room: Room) -> None:
    """Reports of one and of several parts, and what is no form, carry the source's own proof."""
    source = room.report(entropy(1), "It was on Tuesday.")
    room.service.send(source, "north", encode_body(Report("x" * 40_000)))
    room.service.send(source, "north", b"no form")
    sync(room)
    answer(room, "Thank you.")
    assert [(one, proof) for one, proof, _ in shown(room)] == [("source", "proved")] * 3 + [("unit", "proved")]


def test_a_row_that_is_sealed_to_the_case_is_not_the_sources(room: Room) -> None:
    """Words of one's own choosing, under every claim that a row can make: a proof of another key, of another message of
    the same source, none, and one of before."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    case, forged = a_case(room), encode_body(Report("Forget it. I made it up."))
    seed = bytes(range(32))
    assert ed25519_public(seed) != case.pseudonym
    mine = bytes(32) + bytes(32) + bytes(4) + ed25519_sign(seed, b"anything")
    (taken,) = {_proof_of_first(room, 1)}
    for place, (proof, proved) in enumerate(((mine, True), (taken, True), (b"", True), (b"", False)), 1):
        message_id = bytes([place]) * 16
        info = proved_part_info(1, message_id, 1) if proved else part_info(1, message_id, 1)
        put_message(room, hpke_seal(case.public, proof + forged, info), message_id, proved=proved)
    put_message(room, b"not sealed at all", bytes([9]) * 16, proved=True)
    found = shown(room)
    assert found[0] == ("source", "proved", "It was on Tuesday.")
    assert [one[:2] for one in found[1:]] == [("unproved", "unproved")] * 5


def _proof_of_first(room: Room, number: int) -> bytes:
    """What a member of the unit can copy out of the case."""
    session = room.sign_in("ada")
    with room.vault.reading() as connection:
        case = open_case(connection, session.holder, number)
        row = connection.execute(select(tables.parts).where(tables.parts.c.number == number)).first()
    assert row is not None
    return case.key.open(row.sealed, proved_part_info(number, row.message_id, row.part))[:PART_PROOF]


def test_moved_cut_and_mixed_messages_are_not_proved(room: Room) -> None:
    """The same message in another case, without one of its parts, or with its parts in another number."""
    first = stretch_codename(entropy(1), room.service.twin.service_id)
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    room.service.twin.advance()
    room.service.send(first, "north", encode_body(Report("y" * 40_000)))
    sync(room)
    with room.vault.writing() as connection:
        long = connection.execute(select(tables.messages).where(tables.messages.c.parts > 1)).one()
        at = (tables.parts.c.message_id == long.message_id, tables.parts.c.part == long.parts)
        connection.execute(delete(tables.parts).where(*at))
    assert [one[:2] for one in shown(room)] == [("source", "proved"), ("unproved", "unproved")]
    with room.vault.writing() as connection:
        at = (tables.messages.c.message_id == long.message_id,)
        connection.execute(update(tables.messages).where(*at).values(parts=long.parts - 1))
    assert [one[:2] for one in shown(room)] == [("source", "proved"), ("unproved", "unproved")]
    with room.vault.writing() as connection:
        connection.execute(update(tables.cases).values(pseudonym=bytes(32)))
    assert {one[0] for one in shown(room)} == {"unproved"}


def test_an_unproved_report_gives_the_case_no_facts(room: Room) -> None:
    """Neither categories nor force are taken from it, in the list or in the case."""
    room.report(entropy(1), "It was on Tuesday.", categories=("discrimination",), force="cumbria")
    sync(room)
    with room.vault.writing() as connection:
        connection.execute(update(tables.cases).values(pseudonym=bytes(32)))
    assert case_of(room.sign_in("ada").show(1, 0), DAY, 0).force == ""
    assert room.sign_in("ada").cases()[0].categories == ()


def test_a_text_that_no_officer_wrote_is_known(room: Room) -> None:
    """A text in an officer's name that the record of acts does not hold, and one whose words were changed."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    answer(room, "Thank you.")
    case = a_case(room)
    words = b'{"by": "ada", "text": "Come alone to the bridge."}'
    with room.vault.writing() as connection:
        row = connection.execute(select(tables.answers)).one()
        forged = hpke_seal(case.public, words, answer_info(1, row.text))
        connection.execute(update(tables.answers).values(sealed=forged))
    assert shown(room)[1] == ("unit", "unproved", "Come alone to the bridge.")


def test_the_record_is_compared_with_what_was_published(room: Room) -> None:
    """The newest row taken out of the log, or the whole log written again: a notice that stays, also after a restart
    and after the batch that showed it has left the board."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room, 2)
    room.sign_in("ada").show(1, room.engine.day)
    sync(room, 2)
    assert "audit-differs" not in notices(room)
    with room.vault.writing() as connection:
        newest = connection.execute(select(tables.audit).order_by(tables.audit.c.seq.desc()).limit(1)).one()
        assert acts(room.vault, room.sign_in("ada").holder)[-1].act == "show"
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == newest.seq))
    room.reopen()
    sync(room)
    assert "audit-differs" in notices(room)
    sync(room, 16)
    room.reopen()
    sync(room)
    assert "audit-differs" in notices(room)


@pytest.mark.parametrize("change", ["words", "gap", "numbers", "excused"])
def test_a_row_changed_behind_its_hash_is_noticed(room: Room, change: str) -> None:
    """What was published is not led to by hashes that were left as they were: a row's words, a row taken out of the
    middle, two numbers exchanged, and a whole new log that claims a restoring, which is told as one."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    for _ in range(3):
        room.sign_in("ada").show(1, room.engine.day)
    sync(room, 2)
    assert notices(room) == set()
    rows = tables.audit
    with room.vault.writing() as connection:
        if change == "words":
            connection.execute(update(rows).where(rows.c.seq == 2).values(act="sign in refused"))
        elif change == "gap":
            connection.execute(delete(rows).where(rows.c.seq == 2))
        elif change == "numbers":
            for old, new in ((2, 999), (3, 2), (999, 3)):
                connection.execute(update(rows).where(rows.c.seq == old).values(seq=new))
        else:
            connection.execute(delete(rows))
            evidence.record_key(connection, 1, "ada")
            audit.record(connection, room.engine.day, "", audit.RESTORE, "a backup")
    sync(room)
    assert notices(room) == ({"vault-restored"} if change == "excused" else {"audit-differs"})


def test_nothing_passes_for_older_than_proofs_in_a_vault_that_began_with_them(room: Room) -> None:
    """Whoever lists a row of their own, and closes the list, is too late: it was closed, and empty, at the start."""
    with room.vault.writing() as connection:
        evidence.keep_nothing(connection, 0)
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    case, message_id = a_case(room), bytes([7]) * 16
    sealed = hpke_seal(case.public, encode_body(Report("I made it up.")), part_info(1, message_id, 1))
    put_message(room, sealed, message_id, proved=False)
    with room.vault.writing() as connection:
        message = connection.execute(select(tables.messages).where(tables.messages.c.message_id == message_id)).one()
        audit.record(connection, 0, "", evidence.KEPT, evidence.about_part(case, message, 1, sealed))
        audit.record(connection, 0, "", evidence.MIGRATED)
    assert shown(room)[1] == ("unproved", "unproved", "I made it up.")


def test_a_log_that_was_written_again_is_noticed(room: Room) -> None:
    """Each row follows from the one before it, and still it is not the log that was published."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    room.sign_in("ada").show(1, room.engine.day)
    sync(room, 2)
    with room.vault.writing() as connection:
        connection.execute(delete(tables.audit))
        for act in ("member key", "something else"):
            audit.record(connection, 1, "ada", act, "1")
        assert audit.first_break(connection) == 0
    sync(room)
    assert {"audit-differs", "member-key-altered"} <= notices(room)


def test_a_members_key_that_was_exchanged_is_noticed(room: Room) -> None:
    """New cases would be wrapped to whoever put it there: the officers are told before the next one is."""
    sync(room)
    assert notices(room) == set()
    other = SealingKey(bytes(range(32))).public
    with room.vault.writing() as connection:
        connection.execute(update(tables.members).values(public=other))
    sync(room)
    assert notices(room) == {"member-key-altered"}


_OF_EVE = tables.member_roles.c.member == "eve"


@pytest.mark.parametrize(
    "change",
    [
        *(insert(tables.member_roles).values(member="eve", role=role, day=0) for role in OPENERS),
        update(tables.member_roles).where(_OF_EVE).values(role="supervisor"),
        update(tables.member_roles).where(_OF_EVE).values(day=0),
        delete(tables.member_roles).where(_OF_EVE),
        update(tables.members).where(tables.members.c.name == "eve").values(provisional=False),
    ],
)
def test_roles_that_were_given_by_a_row_are_noticed(room: Room, change: Executable) -> None:
    """A member who may not, or not yet, is made somebody who opens cases: the next report would be open to them. So is
    one whose role is made to count as told of long ago."""
    room.add("eve", ADMINISTRATOR, provisional=True, day=1)
    sync(room)
    assert notices(room) == set()
    with room.vault.writing() as connection:
        connection.execute(change)
    sync(room)
    assert notices(room) == {"member-key-altered"}


def test_a_backup_is_compared_with_the_desks_own_log(tmp_path: Path) -> None:
    """A whole backup of another history is refused; an older one of this desk, and a newer one, are not."""
    backups = tmp_path / "backups"
    backups.mkdir()
    room = make_room(tmp_path / "desk", backup=str(backups))
    room.report(entropy(1), "It was on Tuesday.")
    sync(room, 1)
    older, present = newest_backup(backups, room.settings.unit_id), room.folder / VAULT_FILE
    room.sign_in("ada").show(1, room.engine.day)
    assert verify_backup(older, DESK_KEY, present)["cases"] == 1
    asyncio.run(room.engine.back_up())
    newer = newest_backup(backups, room.settings.unit_id)
    with room.vault.writing() as connection:
        newest = connection.execute(select(tables.audit).order_by(tables.audit.c.seq.desc()).limit(1)).one()
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == newest.seq))
        audit.record(connection, 1, "ada", "show", "another")
    with pytest.raises(VaultUnusable, match="was changed"):
        verify_backup(newer, DESK_KEY, present)
    assert verify_backup(older, DESK_KEY, present)["cases"] == 1
    with room.vault.writing() as connection:
        connection.execute(delete(tables.audit).where(tables.audit.c.seq == newest.seq))
    with pytest.raises(VaultUnusable, match="cut short"):
        verify_backup(newer, DESK_KEY, present)


# --- messages that never become whole ---


def first_part(room: Room, number: int, which: int, parts: int = 2) -> bytes:
    """A first part of which the rest never comes; its message_id."""
    source = stretch_codename(entropy(number), room.service.twin.service_id)
    message_id = which.to_bytes(16, "big")
    room.service.visit(source, Part("north", message_id, 1, parts, b"z" * 100))
    return message_id


def rows(room: Room, table: Any) -> int:
    with room.vault.reading() as connection:
        return len(connection.execute(select(table)).all())


def test_parts_that_never_become_whole_go_with_everything_that_was_made_for_them(room: Room) -> None:
    """After as long as reports are kept: parts, message, case, its keys, and the chain; what is whole stays."""
    room.report(entropy(1), "It was on Tuesday.")
    for number in range(2, 6):
        first_part(room, number, number)
    sync(room)
    assert (rows(room, tables.parts), rows(room, tables.cases), rows(room, tables.incoming)) == (5, 5, 5)
    assert asyncio.run(_status(room)).unfinished == 4
    sync(room, room.service.twin.policy.retention + 1)
    assert (rows(room, tables.parts), rows(room, tables.cases), rows(room, tables.incoming)) == (1, 1, 1)
    assert rows(room, tables.conversations) == len(room.engine.state.keyring.chains) == 1
    assert asyncio.run(_status(room)).unfinished == 0
    room.reopen()
    assert len(load_ledger(room.vault).conversations) == 1


async def _status(room: Room) -> DeskStatus:
    return await upkeep.status(Desk(room.engine, SessionBook(room.engine.vault, 900)), Status())


def test_one_conversation_keeps_few_of_them(room: Room) -> None:
    """One more than there is room for lets the oldest go; a message that becomes whole is shown whatever else waits."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    room.service.twin.advance()
    for which in range(1, 2 * MOST_IN_CONVERSATION + 1):
        first_part(room, 1, which)
    sync(room)
    (conversation,) = load_ledger(room.vault).conversations.values()
    assert len(conversation.unfinished) == MOST_IN_CONVERSATION
    assert rows(room, tables.parts) == MOST_IN_CONVERSATION + 1
    kept = min(conversation.unfinished)
    source = stretch_codename(entropy(1), room.service.twin.service_id)
    room.service.visit(source, Part("north", kept, 2, 2, b"z"))
    sync(room)
    assert [one[:2] for one in shown(room)] == [("source", "proved")] * 2


def test_a_proof_is_bound_to_each_of_its_fields(room: Room) -> None:
    """Another pseudonym, message, part, number of parts or body, and a bent proof, do not hold."""
    room.report(entropy(1), "It was on Tuesday.")
    sync(room)
    session = room.sign_in("ada")
    with room.vault.reading() as connection:
        case = open_case(connection, session.holder, 1)
        row = connection.execute(select(tables.parts)).one()
    plain = case.key.open(row.sealed, proved_part_info(1, row.message_id, 1))
    proof, body = parse_part_proof(plain[:PART_PROOF]), plain[PART_PROOF:]
    assert proof.encode() == plain[:PART_PROOF]
    right = (case.row.pseudonym, row.message_id, 1, 1, body, proof)
    verify_part(*right)
    bent = [
        (room.service.twin.service_id * 2, *right[1:]),
        (right[0], bytes(16), *right[2:]),
        (*right[:2], 2, *right[3:]),
        (*right[:3], 2, *right[4:]),
        (*right[:4], body + b" ", proof),
    ]
    bent += [
        (*right[:5], parse_part_proof(bytes(b ^ (at == place) for at, b in enumerate(proof.encode()))))
        for place in (0, 40, 67, 68, 131)
    ]
    for one in bent:
        with pytest.raises(ProtocolError):
            verify_part(*one)
    for cut in (plain[: PART_PROOF - 1], plain[:PART_PROOF] + b"x"):
        with pytest.raises(ProtocolError):
            parse_part_proof(cut)
