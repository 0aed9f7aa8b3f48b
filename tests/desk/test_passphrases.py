# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrases of members: what they may be, a change, and the first one that an administrator gives."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from journalist_ui.casework import sharing
from journalist_ui.daemon import sign_ins
from journalist_ui.people import changes, members
from journalist_ui.people.changes import Wanted
from journalist_ui.people.passphrases import check_passphrase, stretch
from journalist_ui.refusals import BadInput, NoSuchCase, NotAllowed, SignInRefused
from journalist_ui.vault import tables
from tests.desk.clocks import Clocks, sign_in
from tests.desk.room import BOTH, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, Room, entropy


def test_a_changed_passphrase_opens_the_same_cases(room: Room, clocks: Clocks) -> None:
    """The old passphrase opens nothing any more, the new one everything; a wrong old one changes nothing."""
    other = "quite other words than before"
    with pytest.raises(SignInRefused, match="Nothing was changed"):
        room.change("ada", other, other)
    with pytest.raises(BadInput, match="is the present passphrase"):
        room.change("ada", PASSPHRASE, PASSPHRASE)
    room.change("ada", PASSPHRASE, other)
    with pytest.raises(SignInRefused):
        sign_in(clocks.book(room), clocks.code(room, "ada"))
    assert sign_in(clocks.book(room), clocks.code(room, "ada"), passphrase=other)


def wrapped_to(room: Room, name: str) -> list[bytes]:
    """The case keys that a member can open, as they are wrapped."""
    rows = tables.case_keys
    with room.vault.reading() as connection:
        return list(connection.execute(select(rows.c.wrapped).where(rows.c.member == name)).scalars())


def collect(room: Room, number: int) -> None:
    """A source reports, and the desk collects it."""
    room.report(entropy(number), f"report {number}")
    asyncio.run(room.engine.sync())


def test_a_changed_passphrase_is_a_changed_key(room: Room, clocks: Clocks) -> None:
    """What the old key opened is wrapped to a new one, and only that one opens the cases that come later. The code
    secret stays unless a new one is asked for."""
    collect(room, 1)
    old = room.sign_in("ada")
    assert room.change("ada", PASSPHRASE, PASSPHRASE + "!") is None
    collect(room, 2)
    fresh = room.sign_in("ada", PASSPHRASE + "!")
    assert [fresh.show(case, 0).number for case in (1, 2)] == [1, 2]
    for case in (1, 2):
        with pytest.raises(NoSuchCase):
            old.show(case, 0)
    secret = room.secrets["ada"]
    made = room.change("ada", PASSPHRASE + "!", PASSPHRASE, new_code=True)
    assert made
    assert made != secret
    with pytest.raises(SignInRefused, match="is wrong"):
        sign_in(clocks.book(room), clocks.code(room, "ada"))
    room.secrets["ada"] = made
    assert sign_in(clocks.book(room), clocks.code(room, "ada"))
    assert room.sign_in("ada").show(1, 0).number == 1


def test_a_first_passphrase_opens_no_case(room: Room, clocks: Clocks) -> None:
    """Nothing is wrapped to a member who still has it; the one of their own comes with a key and a code secret that no
    administrator has seen, and only what comes after is theirs."""
    room.add("bob", INVESTIGATOR, FIRST_PASSPHRASE, provisional=True)
    seen = room.secrets["bob"]
    with room.vault.reading() as connection:
        provisional, public = members.find_member(connection, "bob")
    assert provisional.provisional
    collect(room, 1)
    with pytest.raises(NotAllowed, match="passphrase of their own"):
        room.sign_in("ada").share("bob", 0)
    assert wrapped_to(room, "bob") == []
    book = clocks.book(room)
    for _ in range(2):
        assert book.find(sign_in(book, "", "bob", FIRST_PASSPHRASE)).member == provisional
    with pytest.raises(SignInRefused, match="is wrong"):
        sign_in(book, "", "bob", "not the right words at all")
    made = room.change("bob", FIRST_PASSPHRASE, PASSPHRASE)
    with room.vault.reading() as connection:
        own, fresh = members.find_member(connection, "bob")
    assert not own.provisional
    assert made
    assert (made != seen, fresh != public) == (True, True)
    collect(room, 2)
    assert len(wrapped_to(room, "bob")) == 1
    for passphrase in (PASSPHRASE, FIRST_PASSPHRASE):
        with pytest.raises(SignInRefused, match="is wrong"):
            sign_in(book, "", "bob", passphrase)
    room.secrets["bob"] = made
    assert sign_in(book, clocks.code(room, "bob"), "bob")


def test_what_is_wrapped_while_a_passphrase_changes_is_kept(room: Room) -> None:
    """Between working a change out and storing it a case comes: it is wrapped to the new key too. What the old key does
    not open goes, so that it can be shared again; a second change that began before the first is refused."""
    collect(room, 1)
    room.add("bob", INVESTIGATOR)
    with room.vault.reading() as connection:
        present = changes.read_present(connection, "ada")
    wanted = (Wanted("ada", PASSPHRASE, PASSPHRASE + end) for end in "!?")
    first, second = (changes.prepare_change(present, one, room.vault.random) for one in wanted)
    collect(room, 2)
    rows, broken = tables.case_keys, bytes(len(wrapped_to(room, "ada")[0]))
    with room.vault.writing() as connection:
        this = (rows.c.number == 1, rows.c.member == "ada")
        connection.execute(update(rows).where(*this).values(wrapped=broken))
        changes.apply_change(connection, first)
        with pytest.raises(SignInRefused, match="changed meanwhile"):
            changes.apply_change(connection, second)
    ada = room.sign_in("ada", PASSPHRASE + "!")
    assert ada.show(2, 0).number == 2
    assert len(wrapped_to(room, "ada")) == 1
    assert ada.share("bob", 0) == (1, 0)


def test_a_share_that_meets_a_change_says_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was wrapped to a key that is no more the member's is not stored."""
    collect(room, 1)
    room.add("bob", INVESTIGATOR)
    wrap = sharing.rewrap_case_key

    def slow(*values: Any) -> Any:
        room.change("bob", PASSPHRASE, PASSPHRASE + "!")
        return wrap(*values)

    monkeypatch.setattr(sharing, "rewrap_case_key", slow)
    with pytest.raises(BadInput, match="changed meanwhile"):
        room.sign_in("ada").share("bob", 0)
    assert wrapped_to(room, "bob") == []


def test_a_sign_in_under_way_ends_with_the_passphrase(
    room: Room, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who began to sign in with the old passphrase before it was changed is not signed in after."""
    prove = sign_ins.prove

    def slow(*values: Any) -> Any:
        proved = prove(*values)
        room.change("ada", PASSPHRASE, PASSPHRASE + "!")
        return proved

    monkeypatch.setattr(sign_ins, "prove", slow)
    with pytest.raises(SignInRefused, match="changed meanwhile"):
        sign_in(clocks.book(room), clocks.code(room, "ada"))


def test_a_passphrase_typed_on_another_keyboard_is_the_same(room: Room) -> None:
    """Composed and decomposed letters stretch to the same key."""
    assert stretch("caf\u00e9", bytes(16)) == stretch("cafe\u0301", bytes(16))
    assert stretch("café", bytes(16)) != stretch("cafe", bytes(16))


@pytest.mark.parametrize(
    ("given", "said"),
    [("x" * 11, "at least 12 characters"), ("x" * 1_025, "at most 1024 characters"), ("\udcff" * 12, "not plain text")],
)
def test_a_passphrase_that_cannot_be_is_refused(given: str, said: str) -> None:
    """Too short, too long, no text: each says what is wrong."""
    with pytest.raises(BadInput, match=said):
        check_passphrase(given, "new passphrase")
    assert check_passphrase("x" * 12, "") == "x" * 12
    assert check_passphrase("x" * 1_024, "") == "x" * 1_024


@pytest.mark.parametrize("passphrase", ["", "elevenchars", "x" * 1_025, "\ud800" + "x" * 20])
def test_short_or_odd_passphrases_are_refused(room: Room, passphrase: str) -> None:
    """Too short, too long, or no text."""
    with pytest.raises(BadInput):
        room.add("bob", BOTH, passphrase)
