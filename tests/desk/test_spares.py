# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery codes: ten, each of which signs in once in place of a one-time code, and nobody else's passphrase opens."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from journalist_ui.people import spares
from journalist_ui.people.sign_in import WRONG
from tests.desk.people import People, people_of
from tests.desk.room import ADMINISTRATOR, INVESTIGATOR, PASSPHRASE, Room
from tests.needle import present

NEW = "a passphrase of some other words"


@pytest.fixture
async def people(brief_stretch: None, room: Room) -> AsyncIterator[People]:
    """ada is signed in, bob is not."""
    room.add("bob", INVESTIGATOR)
    async with people_of(room) as found:
        assert (await found.login("ada"))[0] == 0
        yield found


async def made(people: People, name: str = "ada") -> list[str]:
    found = await people.ask(name, "member", "recovery-codes", stdin=f"{PASSPHRASE}\n")
    codes: list[str] = found["recovery_codes"]
    return codes


async def test_each_signs_in_once_and_says_how_many_are_left(people: People) -> None:
    """However it is typed; used, it is refused in the one sentence of every wrong sign-in."""
    codes = await made(people)
    assert len(set(codes)) == 10
    ended, said = await people.login("ada", code=codes[0])
    assert (ended, "which is used up. You have 9 recovery codes left." in said) == (0, True)
    ended, said = await people.login("ada", code=codes[0])
    assert (ended, said.splitlines()[-1]) == (1, WRONG)
    assert (await people.login("ada", code=codes[1].replace("-", " ").lower()))[0] == 0
    assert await people.ask("ada", "member", "recovery-codes", "--left") == {"left": 8}
    _, said = await people.login("ada")
    assert "recovery code" not in said


async def test_the_last_one_says_so(people: People) -> None:
    """Whoever has none left is told to make new ones; none is good twice."""
    for code in await made(people):
        ended, said = await people.login("ada", code=code)
        assert ended == 0
    assert "You have no recovery codes left. Make new ones" in said
    _, out, _ = await people.run("member", "recovery-codes", "--left", "--session", people.session("ada"))
    assert "no recovery codes left" in out


async def test_new_ones_put_those_of_before_out_of_force(people: People) -> None:
    """And they are bound to their member: another one's opens nothing, with the right passphrase of either."""
    old, new = await made(people), await made(people)
    assert (await people.login("ada", code=old[0]))[0] == 1
    assert (await people.login("bob", code=new[0]))[0] == 1
    assert (await people.login("ada", "not the passphrase", new[0]))[0] == 1
    assert (await people.login("ada", code=new[0]))[0] == 0


async def test_a_wrong_passphrase_makes_none_and_ends_the_session(people: People) -> None:
    """Whoever holds a session that is not theirs guesses once."""
    codes = await made(people)
    assert "The passphrase is wrong." in await people.refused("ada", "member", "recovery-codes", stdin=f"{NEW}\n")
    assert "Sign in" in await people.refused("ada", "cases")
    assert (await people.login("ada", code=codes[0]))[0] == 0


async def test_one_code_opens_no_two_sessions(people: People) -> None:
    """Two sign-ins at the same moment with the same code: one is refused."""
    (code, *_) = await made(people)
    done = await asyncio.gather(people.login("ada", code=code), people.login("ada", code=code))
    assert sorted(ended for ended, _ in done) == [0, 1]


async def test_they_come_with_new_one_time_codes(people: People) -> None:
    """A change with a new code secret gives ten, in place of those of before; a change without leaves them."""
    old = await made(people)
    lines = f"{PASSPHRASE}\n{NEW}\n"
    changed = await people.ask("ada", "member", "passphrase", stdin=lines)
    assert changed["in_force"] is True
    assert (await people.login("ada", NEW, old[0]))[0] == 0
    back = f"{NEW}\n{PASSPHRASE}\n"
    people.room.secrets["ada"] = (await people.ask("ada", "member", "passphrase", "--new-code", stdin=back))[
        "totp_secret"
    ]
    assert (await people.login("ada", NEW, old[1]))[0] == 0, "until a code was typed nothing has changed"
    people.room.secrets["ada"] = (await people.ask("ada", "member", "passphrase", "--new-code", stdin=back))[
        "totp_secret"
    ]
    confirmed = await people.ask("ada", "member", "confirm", stdin=people.code("ada") + "\n")
    assert len(confirmed["recovery_codes"]) == 10
    assert (await people.login("ada", code=old[2]))[0] == 1
    assert (await people.login("ada", code=confirmed["recovery_codes"][9]))[0] == 0


async def test_a_recovered_members_codes_are_gone(people: People) -> None:
    """Whoever found the paper signs in with it no more."""
    people.room.add("eve", ADMINISTRATOR)
    await people.login("bob")
    codes = await made(people, "bob")
    await people.login("eve")
    await people.ask("ada", "member", "recover", "bob", "--yes", stdin=f"{NEW}\n")
    await people.ask("eve", "approve", 1)
    with people.room.vault.reading() as connection:
        assert spares.count_spares(connection, "bob") == 0
    assert (await people.login("bob", code=codes[0]))[0] == 1


async def test_no_file_of_the_desk_holds_one(people: People) -> None:
    """Not as it is shown, not without its hyphens."""
    codes = await made(people)
    shapes = [one.encode() for code in codes for one in (code, code.replace("-", ""))]
    assert present(shapes, people.room.files().values()) == []


@pytest.mark.parametrize("typed", ["", "123456", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MNO1", "ABCDEFGHIJKLMNOPQ"])
def test_what_has_not_the_form_of_one_is_none(typed: str) -> None:
    """Six digits, a letter too few or too many, a digit that none of them has."""
    assert spares.hash_spare("ada", typed) is None
    assert spares.hash_spare("ada", "abcd efgh ijkl mnop") == spares.hash_spare("ada", "ABCD-EFGH-IJKL-MNOP")
    assert spares.hash_spare("ada", "ABCD-EFGH-IJKL-MNOP") != spares.hash_spare("bob", "ABCD-EFGH-IJKL-MNOP")
