# SPDX-License-Identifier: AGPL-3.0-or-later
"""Security keys at the desk itself: what they sign, and what is none. A browser's own key is tried in tests/browser."""

import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, insert

from journalist_ui.daemon.challenges import GOOD, Challenges
from journalist_ui.people import security_keys
from journalist_ui.people.security_keys import KeySite, KeyUse, NewKey
from journalist_ui.refusals import BadInput
from journalist_ui.vault import tables
from tests.desk.people import People, people_of
from tests.desk.room import FIRST_PASSPHRASE, INVESTIGATOR, Room

SITE = KeySite("north.localhost", "http://north.localhost:8470")
ODD = [
    *("", "null", "[]", "{", "1", '"x"', "{}", '{"id": 1}', "\ud800", "[" * 9_000, '{"x": "' + "a" * 9_000 + '"}'),
    '{"id":"AA","rawId":"AA","type":"public-key","response":{}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}',
    '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}',
]


class Clock:
    """Steady seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_challenge_is_good_once_and_for_a_quarter_of_an_hour() -> None:
    """Ours, unused and fresh; another run's, a cut or altered one is none; what is asked for costs no memory."""
    clock = Clock()
    mine, other = Challenges(clock), Challenges(clock)
    challenge = mine.new()
    assert mine.is_ours(challenge)
    assert not other.is_ours(challenge)
    for wrong in (b"", challenge[:-1], challenge + b"x", bytes([challenge[0] ^ 1]) + challenge[1:]):
        assert not mine.is_ours(wrong)
    late = mine.new()
    for _ in range(1_000):
        mine.new()
    assert mine._used == {}
    assert mine.use(challenge)
    assert not mine.use(challenge)
    assert not mine.is_ours(challenge)
    clock.now += GOOD
    assert mine.is_ours(late)
    clock.now += 1
    assert not mine.is_ours(late)
    assert mine.use(mine.new())
    assert challenge not in mine._used, "what is too old to be good is let go"


@pytest.mark.parametrize("made", ODD)
def test_what_is_no_keys_answer_is_refused_whatever_it_is(made: str) -> None:
    """No bytes that a browser sends end in anything but the one refusal."""
    challenges = Challenges(Clock())
    assert security_keys.read_sign_in(made, SITE, [], challenges) is None
    with pytest.raises(BadInput, match="not that of a security key"):
        security_keys.read_registration(made, SITE, "blue", challenges.use)


@pytest.mark.parametrize("label", ["x" * 41, "a\nb", "\u202e"])
def test_a_keys_name_is_one_plain_line(label: str) -> None:
    """It stands in lists of the member's own."""
    with pytest.raises(BadInput, match="one line of at most 40"):
        security_keys.read_registration("{}", SITE, label, lambda _: True)


def test_the_sign_in_page_tells_nothing_of_anybody() -> None:
    """What a browser is given names no member and no key: the same but for the challenge."""
    first, second = (json.loads(security_keys.sign_in_options(SITE, bytes([at]) * 52)) for at in (1, 2))
    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first["rpId"] == "north.localhost"
    assert "allowCredentials" not in first


@pytest.mark.parametrize(
    ("stored", "shown", "good"), [(0, 0, True), (4, 5, True), (4, 4, False), (4, 0, False), (0, 1, True), (4, 3, False)]
)
def test_a_key_that_does_not_count_on_is_refused(room: Room, stored: int, shown: int, good: bool) -> None:
    """As a copy of one would not; keys that never count are taken."""
    with room.vault.writing() as connection:
        values = {"number": 7, "member": "ada", "credential": b"", "counter": stored, "label": "x", "day": 1}
        connection.execute(insert(tables.security_keys).values(values))
        assert security_keys.advance_key(connection, KeyUse("ada", 7, shown)) is good
        assert not security_keys.advance_key(connection, KeyUse("bob", 7, 99))
        assert not security_keys.advance_key(connection, KeyUse("ada", 8, 99))


def key_of(connection: Connection, member: str, number: int) -> None:
    values = {
        "number": number,
        "member": member,
        "credential": b"",
        "counter": 0,
        "label": f"key {number}",
        "day": 20_000,
    }
    connection.execute(insert(tables.security_keys).values(values))


@pytest.fixture
async def people(brief_stretch: None, room: Room) -> AsyncIterator[People]:
    room.add("bob", INVESTIGATOR)
    with room.vault.writing() as connection:
        for member, number in (("ada", 1), ("ada", 2), ("bob", 3)):
            key_of(connection, member, number)
    async with people_of(room) as found:
        await found.login("ada")
        yield found


async def test_a_member_lists_and_removes_their_own(people: People) -> None:
    """And nobody else's."""
    assert await people.ask("ada", "member", "keys") == [
        {"number": 1, "label": "key 1", "day": "2024-10-04"},
        {"number": 2, "label": "key 2", "day": "2024-10-04"},
    ]
    assert "no security key of that number" in await people.refused("ada", "member", "keys", "--remove", 3)
    assert [one["number"] for one in await people.ask("ada", "member", "keys", "--remove", 1)] == [2]
    _, out, _ = await people.run("member", "keys", "--session", people.session("ada"))
    assert out == "2: key 2, added on 2024-10-04\n"


async def test_a_recovered_or_removed_members_keys_are_gone(people: People) -> None:
    """Whoever holds the key holds nothing of the desk any more."""
    await people.ask("ada", "member", "recover", "bob", "--yes", stdin=f"{FIRST_PASSPHRASE}\n")
    with people.room.vault.writing() as connection:
        assert security_keys.count_keys(connection, "bob") == 0
        key_of(connection, "bob", 4)
    code, _, said = await people.run("member", "remove", "bob", "--yes", "--session", people.session("ada"))
    assert code == 0, said
    with people.room.vault.reading() as connection:
        assert security_keys.count_keys(connection, "bob") == 0


def test_nobody_has_more_than_eight(room: Room) -> None:
    """The ninth is refused before it is looked at."""
    with room.vault.writing() as connection:
        for number in range(1, 9):
            key_of(connection, "ada", number)
        with pytest.raises(BadInput, match="You have 8 security keys"):
            security_keys.store_key(connection, "ada", NewKey(b"", 0, "x"), 1)
