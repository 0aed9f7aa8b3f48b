# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members: passphrase and one-time code together, few attempts, and nothing opened without both."""

import asyncio
import base64
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from journalist_ui.daemon import sessions
from journalist_ui.people import codes, members
from journalist_ui.people.members import Role
from journalist_ui.people.sign_in import LONGEST_DELAY, WRONG
from journalist_ui.refusals import BadInput, NotSignedIn, SignInRefused
from journalist_ui.vault import tables
from tests.desk.clocks import NOON, Clocks, sign_in
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
    """Two sign-ins at the same moment with the same code: one is refused."""
    book = clocks.book(room)
    code = clocks.code(room, "ada")

    async def both() -> list[object]:
        tries = (book.sign_in("ada", PASSPHRASE, code), book.sign_in("ada", PASSPHRASE, code))
        return list(await asyncio.gather(*tries, return_exceptions=True))

    assert sorted(type(one).__name__ for one in asyncio.run(both())) == ["SignInRefused", "str"]


def test_wrong_attempts_wait_longer_and_longer(room: Room, clocks: Clocks) -> None:
    """After three wrong ones each further attempt waits twice as long, up to a quarter of an hour, the right one too;
    the count outlives a restart and ends with a right sign-in."""
    waits = []
    for _ in range(14):
        book = clocks.book(room)
        with pytest.raises(SignInRefused, match="is wrong"):
            sign_in(book, "000000")
        with room.vault.reading() as connection:
            wait = connection.execute(select(tables.members.c.not_before)).scalar_one() - clocks.now
        clocks.now += max(wait, 0)
        waits.append(max(wait, 0))
        room.reopen()
    assert waits[:2] == [0, 0]
    assert waits[2:5] == [1, 2, 4]
    assert waits[-1] == LONGEST_DELAY
    assert all(later >= earlier for earlier, later in pairwise(waits))
    sign_in(clocks.book(room), clocks.code(room, "ada"))
    with pytest.raises(SignInRefused, match="is wrong"):
        sign_in(clocks.book(room), "000000")
    sign_in(clocks.book(room), clocks.code(room, "ada", 1))


def test_an_attempt_during_the_wait_is_refused_with_the_seconds(room: Room, clocks: Clocks) -> None:
    """Right passphrase and code do not help before the wait is over."""
    for _ in range(3):
        with pytest.raises(SignInRefused, match="is wrong"):
            sign_in(clocks.book(room), "000000")
    with pytest.raises(SignInRefused, match="Wait 2 seconds"):
        sign_in(clocks.book(room), clocks.code(room, "ada"))
    clocks.now += 2
    sign_in(clocks.book(room), clocks.code(room, "ada"))


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


def test_a_wait_does_not_tell_who_is_a_member(room: Room, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try after try at one pace, the sentences for a member's name and for invented ones are the same; what is kept of
    invented names is bounded."""
    monkeypatch.setattr(sessions, "MOST_STRANGERS", 3)
    book = clocks.book(room)

    def said(name: str) -> list[str]:
        found = []
        for _ in range(9):
            with pytest.raises(SignInRefused) as refused:
                sign_in(book, "000000", name)
            found.append(refused.value.say)
            clocks.now += 1.5
        return found

    known = said("ada")
    assert sum(one.startswith("Too many wrong attempts. Wait ") for one in known) == 3
    for name in ("nobody", "no body", "né"):
        clocks.now = NOON
        assert said(name) == known
    assert len(book._strangers) == 3
    with pytest.raises(SignInRefused):
        sign_in(book, "000000", "another")
    assert len(book._strangers) == 3


def test_more_sign_ins_than_can_be_are_refused_at_once(room: Room, clocks: Clocks) -> None:
    """Of twenty at the same time eight are tried; the rest are told to come again, and then it is their turn."""
    book = clocks.book(room)

    async def together() -> list[object]:
        tries = (book.sign_in(f"nobody{number}", PASSPHRASE, "000000") for number in range(20))
        return await asyncio.gather(*tries, return_exceptions=True)

    said = [str(one) for one in asyncio.run(together())]
    assert said.count(WRONG) == sessions.MOST_WAITING
    assert sum(one.startswith("Too many people sign in") for one in said) == 20 - sessions.MOST_WAITING
    assert book.find(sign_in(book, clocks.code(room, "ada"))).member.name == "ada"


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
    """Nothing but the two roles, and at least one."""
    assert members.parse_roles(["investigator", "administrator"]) == frozenset(Role)
    for wrong in ([], ["reader"], ["administrator", ""]):
        with pytest.raises(BadInput):
            members.parse_roles(wrong)


def test_members_are_kept_in_the_vault_alone(room: Room, tmp_path: Path) -> None:
    """Neither name nor secret of a member stands in any file of the folder."""
    name = "a-remarkable-name"
    room.add(name, BOTH)
    assert present([name.encode(), base64.b32decode(room.secrets[name])], room.files().values()) == []
