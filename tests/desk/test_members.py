# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members: passphrase and one-time code together, few attempts, and nothing opened without both."""

import asyncio
import base64
from pathlib import Path

import pytest

from journalist_ui.daemon.sessions import SignedIn
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.daemon.turns import SOCKET, Kind, Lane
from journalist_ui.people import codes, members
from journalist_ui.people.members import Role
from journalist_ui.people.sign_in import WRONG
from journalist_ui.refusals import BadInput, NotSignedIn, SignInRefused
from journalist_ui.shapes.members import OPENERS as SHAPE_OPENERS, ROLES, WRITERS as SHAPE_WRITERS
from journalist_ui.vault.roles import OPENERS, WRITERS
from tests.desk.clocks import Clocks, sign_in
from tests.desk.room import ADMINISTRATOR, BOTH, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, Room
from tests.needle import present

RFC_6238 = [
    *((59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924")),
    *((2_000_000_000, "279037"), (20_000_000_000, "353130")),
]


@pytest.mark.parametrize(("when", "code"), RFC_6238)
def test_codes_are_those_of_rfc_6238(when: int, code: str) -> None:
    """The SHA-1 values of RFC 6238, appendix B, their last six digits."""
    assert codes.code_at(b"12345678901234567890", when // 30) == code


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_a_code_of_the_step_before_or_after_is_good_once(room: Room, clocks: Clocks, shift: int) -> None:
    """Each code opens one session; the same one again is refused with what to do."""
    book = clocks.book(room)
    code = clocks.code(room, "ada", shift)
    assert book.find(sign_in(book, code)).member.name == "ada"
    with pytest.raises(SignInRefused, match="used before"):
        sign_in(book, code)


@pytest.mark.parametrize("shift", [-2, 2])
def test_a_code_further_off_is_wrong(room: Room, clocks: Clocks, shift: int) -> None:
    """Two steps away is no code."""
    with pytest.raises(SignInRefused, match="is wrong"):
        sign_in(clocks.book(room), clocks.code(room, "ada", shift))


def test_an_older_code_is_not_good_after_a_newer_one(room: Room, clocks: Clocks) -> None:
    """Used codes stay used, also those that were skipped."""
    book = clocks.book(room)
    sign_in(book, clocks.code(room, "ada", 1))
    with pytest.raises(SignInRefused, match="used before"):
        sign_in(book, clocks.code(room, "ada", 0))


def test_one_code_cannot_open_two_sessions_at_once(room: Room, clocks: Clocks) -> None:
    """Two sign-ins at the same moment with the same code: one is refused, whichever of its looks finds it."""
    book = clocks.book(room)
    code = clocks.code(room, "ada")

    async def both() -> list[object]:
        tries = (book.sign_in(SignIn("ada", PASSPHRASE, code, lane)) for lane in (SOCKET, Lane(Kind.SHARED)))
        return list(await asyncio.gather(*tries, return_exceptions=True))

    first, second = sorted(asyncio.run(both()), key=lambda one: isinstance(one, SignInRefused))
    assert isinstance(first, SignedIn)
    assert isinstance(second, SignInRefused)
    assert "used before" in second.say


def test_unknown_names_and_wrong_secrets_look_alike(room: Room, clocks: Clocks) -> None:
    """One sentence for an unknown name, a wrong passphrase with the right code, and the other way round."""
    book = clocks.book(room)
    tries = [
        ("nobody", PASSPHRASE, clocks.code(room, "ada")),
        ("ada", PASSPHRASE + "!", clocks.code(room, "ada")),
        ("ada", PASSPHRASE, "12345"),
    ]
    said = set()
    for name, passphrase, code in tries:
        with pytest.raises(SignInRefused) as refused:
            sign_in(book, code, name, passphrase)
        said.add(refused.value.say)
    assert said == {WRONG}


def test_a_session_locks_when_idle_and_by_command(room: Room, clocks: Clocks) -> None:
    """Use keeps it open; idleness, lock and a token that never was end it with what to do."""
    book = clocks.book(room, idle_seconds=60)
    token = sign_in(book, clocks.code(room, "ada", -1))
    for _ in range(3):
        clocks.idle += 50
        book.find(token)
    clocks.idle += 61
    for wrong in (token, "", "0" * 64, token.upper()):
        with pytest.raises(NotSignedIn, match="dropbox-desk login"):
            book.find(wrong)
    assert book.count == 0
    token = sign_in(book, clocks.code(room, "ada", 0))
    book.lock(token)
    with pytest.raises(NotSignedIn):
        book.find(token)


@pytest.mark.parametrize("name", ["", ".hidden", "a b", "a/b", "ada\n", "ädä", "x" * 49, "ADA"])
def test_odd_names_are_refused(room: Room, name: str) -> None:
    """A name is plain and not another member's in other letters."""
    with pytest.raises(BadInput):
        room.add(name, BOTH)


def test_the_last_of_a_role_stays(room: Room) -> None:
    """A desk without an administrator, or without anybody who opens cases, cannot come about; who still has a first
    passphrase is neither yet."""
    room.add("bob", INVESTIGATOR)
    with room.vault.writing() as connection, pytest.raises(BadInput, match="last administrator"):
        members.remove_member(connection, "ada")
    room.add("eve", ADMINISTRATOR)
    with room.vault.writing() as connection:
        members.remove_member(connection, "ada")
        assert [one.name for one in members.list_members(connection)] == ["bob", "eve"]
    room.add("fay", BOTH, FIRST_PASSPHRASE, provisional=True)
    for name, role in (("bob", "investigator"), ("eve", "administrator")):
        with room.vault.writing() as connection, pytest.raises(BadInput, match=f"last {role}"):
            members.remove_member(connection, name)
    room.own("fay")
    with room.vault.writing() as connection:
        members.remove_member(connection, "bob")


def test_roles_are_a_closed_list() -> None:
    """Nothing but the five roles, and at least one; those that a command and a page offer are these."""
    assert members.parse_roles(ROLES) == frozenset(Role)
    assert list(ROLES) == [role.value for role in Role]
    assert (SHAPE_OPENERS, SHAPE_WRITERS) == (OPENERS, WRITERS)
    for wrong in ([], ["king"], ["administrator", ""]):
        with pytest.raises(BadInput):
            members.parse_roles(wrong)


def test_members_are_kept_in_the_vault_alone(room: Room, tmp_path: Path) -> None:
    """Neither name nor secret of a member stands in any file of the folder."""
    name = "a-remarkable-name"
    room.add(name, BOTH)
    assert present([name.encode(), base64.b32decode(room.secrets[name])], room.files().values()) == []
