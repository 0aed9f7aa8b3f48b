# SPDX-License-Identifier: AGPL-3.0-or-later
"""Five roles, several a member: who gets keys of cases, what the audit log says, what those see who open none."""

import asyncio

import pytest
from sqlalchemy import select

from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people.members import Role, find_member
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotAllowed
from journalist_ui.shapes.sharing import AskShare
from journalist_ui.shapes.totals import StateTotal, Totals
from journalist_ui.vault import tables
from journalist_ui.vault.evidence import unproved_members
from journalist_ui.vault.roles import HELD, list_openers, parse_held, signs_of, store_roles
from journalist_ui.verbs import sharing, totals
from journalist_ui.verbs.desk import Desk
from tests.desk.room import ADMINISTRATOR, BOTH, READER, Room, entropy

CUSTODIAN = frozenset({Role.CUSTODIAN})
SUPERVISOR = frozenset({Role.SUPERVISOR})


def desk_of(room: Room) -> Desk:
    return Desk(room.engine, SessionBook(room.engine.vault, 900, now=room.clock))


def signed_in(room: Room, name: str) -> Session:
    return room.sign_in(name).session


def collect(room: Room, *reports: int) -> None:
    for number in reports:
        room.report(entropy(number), f"Report {number}.")
    asyncio.run(room.engine.sync())


def test_new_cases_are_wrapped_to_who_opens_cases_and_to_nobody_else(room: Room) -> None:
    """A reader, an investigator and a supervisor get the key; a custodian, an administrator and a provisional reader do
    not, and nothing in the tables of the case names them."""
    for name, roles in (("rita", READER), ("sven", SUPERVISOR), ("cleo", CUSTODIAN), ("eve", ADMINISTRATOR)):
        room.add(name, roles)
    room.add("late", READER, provisional=True)
    collect(room, 1)
    with room.vault.reading() as connection:
        held = connection.execute(select(tables.case_keys.c.member)).scalars().all()
        assert [name for name, _ in list_openers(connection)] == ["ada", "rita", "sven"]
    assert sorted(held) == ["ada", "rita", "sven"]
    assert room.sign_in("rita").show(1, 0).messages
    for closed in ("cleo", "eve"):
        with pytest.raises(NotAllowed, match="reader, investigator or supervisor"):
            room.sign_in(closed).show(1, 0)


def test_a_reader_writes_and_shares_nothing(room: Room) -> None:
    """The acts of who writes are refused to a reader, with whom to ask; a case can be shared with a reader."""
    collect(room, 1)
    room.add("rita", READER)
    assert room.sign_in("ada").share("rita", 0) == (1, 0)
    rita = room.sign_in("rita")
    with pytest.raises(NotAllowed, match="role investigator or supervisor may do this"):
        rita.reply(1, (b"x",), 1, 1)
    with pytest.raises(NotAllowed, match="role investigator or supervisor may do this"):
        rita.share("ada", 0)


def test_cases_are_not_shared_with_who_opens_none(room: Room) -> None:
    """A custodian and an administrator are refused as somebody to share with."""
    collect(room, 1)
    room.add("cleo", CUSTODIAN)
    with pytest.raises(NotAllowed, match="none of these"):
        sharing.ask_share(desk_of(room), signed_in(room, "ada"), AskShare("cleo"))


def test_counts_are_rounded_by_themselves_and_refused_to_who_opens_cases(room: Room) -> None:
    """Seven cases are about five, three new of them too; whoever opens cases is told of their own alone."""
    room.add("eve", ADMINISTRATOR)
    collect(room, *range(1, 8))
    desk = desk_of(room)
    with room.vault.writing() as connection:
        rows = tables.cases
        connection.execute(rows.update().where(rows.c.number > 3).values(state="assessing"))
    found = totals.count(desk, signed_in(room, "eve"), Totals())
    assert (found.cases, found.states) == (5, (StateTotal("assessing", 5), StateTotal("new", 5)))
    with pytest.raises(NotAllowed, match="your list counts yours"):
        totals.count(desk, signed_in(room, "ada"), Totals())


def test_two_cases_are_about_none(room: Room) -> None:
    """A number so small that it would tell of single reports is none."""
    room.add("eve", ADMINISTRATOR)
    collect(room, 1, 2)
    found = totals.count(desk_of(room), signed_in(room, "eve"), Totals())
    assert (found.cases, found.states) == (0, ())


def test_the_audit_log_names_all_five_and_reads_rows_of_before(room: Room) -> None:
    """Roles of before have the signs that they had; new ones carry the day on which all were told."""
    assert signs_of("investigator:0,administrator:0") == "ai"
    assert signs_of("supervisor:20000,reader:7,custodian:0,administrator:0,investigator:0") == "air7s20000c"
    assert signs_of(None) == ""
    assert signs_of("king:3") == "king3"


def test_a_role_keeps_the_day_on_which_it_was_told(room: Room) -> None:
    """Another role given later has its own day; one that was taken and is given again begins anew."""
    room.add("bob", BOTH, day=10)
    with room.vault.writing() as connection:
        store_roles(connection, "bob", {Role.INVESTIGATOR, Role.SUPERVISOR}, 20)
        held = select(HELD).where(tables.members.c.name == "bob")
        assert parse_held(connection.execute(held).scalar()) == {"investigator": 10, "supervisor": 20}
        assert unproved_members(connection) == ["bob"], "what the log does not say yet is noticed"
        store_roles(connection, "bob", BOTH, 30)
        assert parse_held(connection.execute(held).scalar()) == {"investigator": 10, "administrator": 30}
        assert find_member(connection, "bob")[0].roles == BOTH
