# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk whose clock was wrong, or stood still: nothing that it stored then keeps anybody out or lets anybody in."""

from typing import Any

import pytest

from dropbox.flows.desk.notice import Notice
from journalist_ui.daemon.notice_log import lasting_notices, remember_notices
from journalist_ui.daemon.notices import LASTING_DAYS
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.refusals import NotSignedIn, SignInRefused
from tests.desk.clocks import Clocks, sign_in
from tests.desk.room import Room

HOUR, YEAR = 3_600.0, 365 * 86_400.0


@pytest.mark.parametrize("ahead", [120.0, 2 * HOUR, YEAR])
def test_a_code_of_a_clock_that_was_ahead_keeps_none_of_now_out(room: Room, clocks: Clocks, ahead: float) -> None:
    """Sign in while it is ahead, put it right, sign in again; no code is good twice all the same."""
    clocks.now += ahead
    sign_in(clocks.book(room), clocks.code(room, "ada"))
    clocks.now -= ahead
    code = clocks.code(room, "ada")
    sign_in(clocks.book(room), code)
    with pytest.raises(SignInRefused, match="used before"):
        sign_in(clocks.book(room), code)
    clocks.now += ahead
    with pytest.raises(SignInRefused, match="used before"):
        sign_in(clocks.book(room), clocks.code(room, "ada"))


class Sleeping(Clocks):
    """With the wall clock of idleness, and the seconds that the machine has slept."""

    wall = 0.0
    slept = 0.0

    def book(self, room: Room, idle_seconds: float = 900) -> SessionBook:
        clocks: dict[str, Any] = {"now": lambda: self.now, "idle": lambda: self.idle}
        return SessionBook(room.engine.vault, idle_seconds, wall=lambda: self.wall, slept=lambda: self.slept, **clocks)


def over(book: SessionBook, token: str) -> bool:
    try:
        book.find(token)
    except NotSignedIn:
        return True
    return False


def test_either_clock_ends_a_session(room: Room) -> None:
    """Eight hours by the wall clock while the steady one stood still, and the other way round."""
    for moved in ("wall", "idle"):
        clocks = Sleeping()
        book = clocks.book(room)
        token = sign_in(book, clocks.code(room, "ada", {"wall": -1, "idle": 0}[moved]))
        setattr(clocks, moved, 899.0)
        assert not over(book, token)
        setattr(clocks, moved, 899.0 + 8 * HOUR)
        assert over(book, token)


@pytest.mark.parametrize("back", [60.0, HOUR, YEAR])
def test_a_clock_put_back_neither_ends_nor_keeps_a_session(room: Room, back: float) -> None:
    """The steady clock goes on counting."""
    clocks = Sleeping()
    book = clocks.book(room)
    token = sign_in(book, clocks.code(room, "ada"))
    clocks.wall -= back
    assert not over(book, token)
    clocks.idle += 901
    assert over(book, token)


def test_a_machine_that_slept_locks(room: Room) -> None:
    """However short the sleep, and however long the desk may be left alone; a slow machine has not slept."""
    clocks = Sleeping()
    book = clocks.book(room, 10 * HOUR)
    token = sign_in(book, clocks.code(room, "ada"))
    clocks.slept += 0.5
    assert not over(book, token)
    clocks.slept += 60
    assert over(book, token)
    token = sign_in(book, clocks.code(room, "ada", 1))
    assert not over(book, token)


@pytest.mark.parametrize("ahead", [1, 20, 400])
def test_notices_survive_a_clock_that_was_ahead(room: Room, ahead: int) -> None:
    """What must be read is neither lost while the clock is ahead, nor shown for good when it is right again."""
    told, later = Notice("member-removed", {"by": "ada"}), Notice("member-removed", {"by": "eve"})
    with room.vault.writing() as connection:
        remember_notices(connection, [told], 100)
        remember_notices(connection, [later], 100 + ahead)
        assert {one.values["by"] for one in lasting_notices(connection, 101)} == {"ada", "eve"}
        remember_notices(connection, [], 101)
        shown = lasting_notices(connection, 101 + LASTING_DAYS)
        assert shown == []


def test_names_and_codes_are_read_however_they_are_typed(room: Room, clocks: Clocks) -> None:
    """Capitals, blanks around a name; blanks of any width, hyphens and full-width digits in a code. None of it counts
    as a wrong attempt."""
    for at, (name, bend) in enumerate(
        [
            ("ADA", lambda code: f"{code[:3]} {code[3:]}"),
            (" ada ", lambda code: f"{code[:3]}\u00a0{code[3:]}\u2009"),
            ("Ada", lambda code: "".join(chr(ord(one) + 0xFEE0) for one in code)),
            ("\uff21\uff24\uff21", lambda code: f"{code[:3]}-{code[3:]}"),
        ]
    ):
        clocks.now += 60 * at
        book = clocks.book(room)
        token = sign_in(book, bend(clocks.code(room, "ada")), name)
        assert book.find(token).member.name == "ada"
