# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is counted and remembered of sign-ins: known browsers, tries that were wrong, and who is told of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from journalist_ui.daemon import sign_ins
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.daemon.sign_ins import CODES_SPENT, MOST_OF_A_BROWSER, SignIn
from journalist_ui.daemon.turns import SOCKET, Kind, Lane
from journalist_ui.people import known_browsers, members, tries
from journalist_ui.people.sign_in import USED, WRONG, accept_sign_in
from journalist_ui.people.tries import MANY, NOBODY, Tried
from journalist_ui.refusals import SignInRefused
from journalist_ui.vault import audit, tables
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.notices import all_notices
from tests.desk.acts import acts_in
from tests.desk.clocks import Clocks
from tests.desk.room import BOTH, PASSPHRASE, Room

SHARED = Lane(Kind.SHARED)
DAY = 86_400
NOT_RIGHT = "not the right words"


class Door:
    """One desk's door. A try is a stranger's at the pages unless it says otherwise."""

    def __init__(self, room: Room, clocks: Clocks) -> None:
        self.room, self.clocks = room, clocks
        self.book: SessionBook = clocks.book(room)

    def enter(self, name: str = "ada", *held: str, lane: Lane = SHARED) -> sign_ins.Proved:
        """A right sign-in with a code that was not used yet."""
        self.clocks.now += 30
        asked = SignIn(name, PASSPHRASE, self.clocks.code(self.room, name), lane, held)
        return asyncio.run(self.book.sign_in(asked)).proved

    def fail(
        self,
        name: str = "ada",
        *held: str,
        passphrase: str = NOT_RIGHT,
        code: str = "000000",
        times: int = 1,
    ) -> set[str]:
        """What was said."""

        async def go_on() -> set[str]:
            said = set()
            for _ in range(times):
                with pytest.raises(SignInRefused) as refused:
                    await self.book.sign_in(SignIn(name, passphrase, code, SHARED, held))
                said.add(refused.value.say)
            return said

        return asyncio.run(go_on())

    @property
    def day(self) -> int:
        return int(self.clocks.now // DAY)

    @contextmanager
    def rows(self) -> Iterator[Connection]:
        with self.room.vault.writing() as connection:
            yield connection

    def known(self, name: str = "ada") -> int:
        rows = tables.known_browsers
        with self.rows() as connection:
            return connection.execute(select(func.count()).where(rows.c.member == name)).scalar_one()

    def log(self) -> list[tuple[int, str, str]]:
        """Day, member and count of refused sign-ins, as the audit log has them."""
        with self.rows() as connection:
            assert audit.first_break(connection) == 0
            found = acts_in(connection, self.room.sign_in("ada").holder)
        refused = [(row.day, one) for row, one in found if one and one.act == tries.REFUSED]
        assert all(one.minute is None for _, one in refused)
        return [(day, one.member, one.about) for day, one in refused]


@pytest.fixture
def door(room: Room, clocks: Clocks) -> Door:
    return Door(room, clocks)


# --- known browsers ---


def test_a_browser_is_known_after_a_right_sign_in(door: Door) -> None:
    """To that member alone, by something random of which the vault holds a hash; the same again while it is known. At
    the desk's own socket there is no browser."""
    door.room.add("bob", BOTH)
    held = door.enter().browser
    assert len(bytes.fromhex(held)) == 32
    assert door.book.sign_ins.find_browser(" ADA ", (held,))
    assert door.enter("ada", "f" * 64, held).browser == held
    assert door.known() == 1
    for name, others in (("bob", (held,)), ("ada", ("f" * 64,)), ("ada", ()), ("nobody", (held,)), ("ada", ("",))):
        assert door.book.sign_ins.find_browser(name, others) is None
    with door.rows() as connection:
        stored = connection.execute(select(tables.known_browsers.c.hash)).scalar_one()
    assert stored not in (bytes.fromhex(held), held.encode())
    bobs = door.enter("bob", held).browser
    assert bobs != held
    assert door.enter(lane=SOCKET).browser == ""


def test_a_wrong_sign_in_makes_no_browser_known(door: Door) -> None:
    """Nor keeps what a browser says that it holds."""
    door.fail("ada", "f" * 64, times=3)
    assert door.known() == 0


def test_of_many_browsers_the_one_longest_unused_goes(door: Door) -> None:
    """The ninth costs the one of the oldest day its place; a year without a sign-in costs any."""
    found = []
    for _ in range(known_browsers.MOST):
        found.append(door.enter().browser)
        door.clocks.now += DAY
    door.enter("ada", found[0])
    newest = door.enter().browser
    kept = [bool(door.book.sign_ins.find_browser("ada", (one,))) for one in (*found, newest)]
    assert kept == [True, False, *[True] * (known_browsers.MOST - 1)]
    assert door.known() == known_browsers.MOST
    door.clocks.now += (known_browsers.DAYS + 1) * DAY
    door.enter()
    assert door.known() == 1


def test_known_browsers_go_with_the_passphrase_and_with_the_member(door: Door) -> None:
    """A new passphrase, and a removal, leave none."""
    door.room.add("bob", BOTH)
    held = [door.enter(name).browser for name in ("ada", "bob")]
    door.room.change("ada", PASSPHRASE, PASSPHRASE + "!")
    assert door.book.sign_ins.find_browser("ada", (held[0],)) is None
    assert door.book.sign_ins.find_browser("bob", (held[1],))
    with door.rows() as connection:
        members.remove_member(connection, "bob")
    assert door.known("bob") == 0


def test_a_known_browser_that_only_guesses_is_a_strangers(door: Door) -> None:
    """After so many wrong tries in a row; a right one before begins anew."""
    held = door.enter().browser
    door.fail("ada", held, times=MOST_OF_A_BROWSER - 1)
    assert door.enter("ada", held).browser == held
    door.fail("ada", held, times=MOST_OF_A_BROWSER)
    assert door.book.sign_ins.find_browser("ada", (held,)) is None
    assert door.enter("ada", held).browser not in ("", held)


# --- tries ---


def test_tries_fill_neither_the_vault_nor_the_log(door: Door) -> None:
    """Eighty wrong ones, at a member's name and at invented ones, are two rows of that day and, once it is over, two
    rows of the log, whose day is theirs."""
    first = door.day
    door.fail(times=40)
    for number in range(20):
        door.fail(f"nobody{number}", times=2)
    assert door.log() == []
    door.clocks.now += DAY
    door.fail(times=2)
    door.clocks.now += DAY
    door.enter()
    assert door.log() == [(first, NOBODY, "40"), (first, "ada", "40"), (first + 1, "ada", "2")]
    with door.rows() as connection:
        assert connection.execute(select(func.count()).select_from(tables.wrong_tries)).scalar_one() == 4
    door.clocks.now += (tries.KEPT + 1) * DAY
    door.enter()
    with door.rows() as connection:
        assert connection.execute(select(func.count()).select_from(tables.wrong_tries)).scalar_one() == 1
    assert len(door.log()) == 3


def test_a_member_is_told_once_since_when(door: Door) -> None:
    """How many there were since the last right sign-in, and the first day; of nothing, nothing."""
    assert door.enter().tried == Tried("ada", 0, 0)
    first = door.day
    door.fail(times=9)
    door.clocks.now += 2 * DAY
    door.fail(times=5)
    door.fail("nobody", times=3)
    assert door.enter().tried == Tried("ada", 14, first)
    assert door.enter().tried.count == 0
    door.fail()
    assert door.enter().tried == Tried("ada", 1, door.day)


def test_a_try_counts_although_the_desk_is_killed_in_it(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anybody knows whether it is right."""

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sign_ins, "prove", killed)
        with pytest.raises(KeyboardInterrupt):
            door.book.sign_ins._prove(SignIn("ada", "x", "x"), door.clocks.now, False)
    assert door.enter().tried.count == 1


def test_names_of_nobody_and_wrong_secrets_are_the_same_work(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, one stretch and the same statements in the vault for an unknown name, a wrong passphrase and a
    wrong code."""
    door.fail("nobody")
    door.fail()
    code = door.clocks.code(door.room, "ada")
    found = []
    for name, passphrase, given in (
        ("nobody", PASSPHRASE, code),
        ("ada", "wrong words", code),
        ("ada", PASSPHRASE, "1"),
    ):
        done: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(Connection, "execute", _telling(done, Connection.execute))
            patch.setattr(
                "journalist_ui.people.passphrases.stretch", lambda *_, done=done: done.append("stretch") or bytes(32)
            )
            assert door.fail(name, passphrase=passphrase, code=given) <= {WRONG}
        found.append(done)
    assert found[0] == found[1]
    assert "stretch" in found[0]
    assert len({tuple(door.fail(name, passphrase=given)) for name, given in (("nobody", "x"), ("ada", "x"))}) == 1


def _telling(done: list[str], execute: Any) -> Any:
    def tell(connection: Connection, statement: Any, *more: Any, **named: Any) -> Any:
        done.append(str(statement))
        return execute(connection, statement, *more, **named)

    return tell


def test_a_removed_members_tries_stay_in_the_log(door: Door) -> None:
    """What was counted of a day that is not over is written down before it goes."""
    door.room.add("bob", BOTH)
    door.fail("bob", times=4)
    with door.rows() as connection:
        members.remove_member(connection, "bob")
    assert door.log() == [(door.day, "bob", "4")]


# --- codes ---


def test_a_code_is_judged_by_when_it_was_typed(door: Door) -> None:
    """A minute in the queue makes a good code no bad one."""
    code = door.clocks.code(door.room, "ada")

    async def wait_in_turn() -> object:
        async with door.book._turns.turn(SHARED):
            waits = asyncio.create_task(door.book.sign_in(SignIn("ada", PASSPHRASE, code, SHARED)))
            await asyncio.sleep(0.01)
            door.clocks.now += 60
        return await waits

    assert asyncio.run(wait_in_turn())


def test_codes_cannot_be_guessed_by_who_has_the_passphrase(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many in a day a stranger with the right passphrase is not let in, a right code or not, and hears
    nothing new before it is right; known browsers and the desk's own socket are, and everybody the next day."""
    monkeypatch.setattr(tries, "MOST_CODES", 12)
    held = door.enter().browser
    assert door.fail(passphrase=PASSPHRASE, times=15) == {WRONG}
    with pytest.raises(SignInRefused) as refused:
        door.enter()
    assert refused.value.say == CODES_SPENT
    assert door.enter("ada", held).browser == held
    assert door.enter(lane=SOCKET)
    door.clocks.now += DAY
    assert door.enter()


def test_a_code_that_another_used_meanwhile_is_a_try(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger with the right passphrase and a code that somebody else uses up first: told, and counted, as any code
    that was used before."""
    code = door.clocks.code(door.room, "ada")
    really = sign_ins.prove

    def slower(row: members.MemberRow, *given: Any) -> Any:
        proved = really(row, *given)
        with door.rows() as connection:
            accept_sign_in(connection, proved[0], row.salt, proved[1], 0)
        return proved

    with monkeypatch.context() as patch:
        patch.setattr(sign_ins, "prove", slower)
        assert door.fail(passphrase=PASSPHRASE, code=code) == {USED}
    assert door.fail(passphrase=PASSPHRASE, code=code) == {USED}
    with door.rows() as connection:
        assert tries.codes_tried(connection, "ada", door.day) == 2
        assert tries.tell_member(connection, "ada").count == 2


def test_wrong_passphrases_spend_no_codes(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many: a stranger who does not have the passphrase closes nothing."""
    monkeypatch.setattr(tries, "MOST_CODES", 12)
    door.fail(times=30)
    assert door.enter()


# --- notices ---


def told(door: Door) -> dict[str, str]:
    door.room.engine.clock = lambda: door.clocks.now
    return {one.code: one.say for one in all_notices(Desk(door.room.engine, door.book))}


def test_officers_are_told_of_many_tries(door: Door) -> None:
    """From ten at a name in a day on, for two weeks, how many and last when; names of nobody together."""
    door.fail(times=MANY - 1)
    door.fail("nobody", times=MANY - 1)
    assert set(told(door)) == {"no-backup"}
    door.fail()
    door.fail("else")
    door.clocks.now += DAY
    door.fail(times=MANY + 2)
    found = told(door)
    assert set(found) == {"no-backup", "sign-in-tried", "names-tried"}
    assert "tried 22 times" in found["sign-in-tried"]
    assert "as ada and could not, last on 2024-10-05" in found["sign-in-tried"]
    assert "tried 10 times" in found["names-tried"]
    assert "2024-10-04" in found["names-tried"]
    door.clocks.now += tries.KEPT * DAY
    assert set(told(door)) == {"no-backup"}


def test_officers_are_told_of_a_passphrase_that_is_known(door: Door) -> None:
    """Many codes with the right passphrase are another matter than many wrong passphrases."""
    door.fail(passphrase=PASSPHRASE, times=MANY)
    assert "has the passphrase of ada tried 10 one-time codes" in told(door)["codes-tried"]


def test_who_is_forgotten_between_proof_and_session_gets_none(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is changed on another thread while a sign-in with the old one comes back from its own."""
    accept = door.book.sign_ins._accept

    def meanwhile(*given: Any) -> Any:
        proved = accept(*given)
        door.book.forget_member("ada")
        return proved

    monkeypatch.setattr(door.book.sign_ins, "_accept", meanwhile)
    with pytest.raises(SignInRefused, match="changed meanwhile"):
        door.enter()
    assert door.book.count == 0
