# SPDX-License-Identifier: AGPL-3.0-or-later
"""A custodian from whom a case is kept learns nothing of what is asked about it, and has no part in opening it."""

from typing import Any

import pytest
from sqlalchemy import select

from dropbox.protocol.constants import XWING_SEED
from journalist_ui.people.contact_key import halves_of
from journalist_ui.people.members import Role
from journalist_ui.vault import tables
from journalist_ui.vault.withheld import NAMED, keep_from
from journalist_ui.verbs import contact_approval
from tests.desk.people import People
from tests.desk.room import PASSPHRASE
from tests.desk.test_contact import WHY, here as here, left, state, three as three

pytestmark = pytest.mark.usefixtures("brief_stretch")
NONE = "There is no proposal of that number for you"


def named(people: People, *names: str) -> None:
    """A report of the case speaks of them."""
    with people.room.vault.writing() as connection:
        keep_from(connection, 1, names, NAMED)


def handed(people: People) -> set[str]:
    """Whoever is handed a half, hands one over, or can read why."""
    releases, reasons = tables.contact_releases.c, tables.contact_reasons.c
    with people.room.vault.reading() as connection:
        columns = (releases.owner, releases.partner, reasons.member)
        return {name for one in columns for name in connection.execute(select(one)).scalars()}


async def knows_nothing(people: People, name: str, proposal: int) -> None:
    """Neither by the list nor by trying its number."""
    assert await people.ask(name, "proposals") == []
    assert NONE in await people.refused(name, "approve", proposal)
    assert NONE in await people.refused(name, "refuse", proposal, "--reason", "no")


async def asked_by(people: People, name: str) -> dict[str, Any]:
    found: dict[str, Any] = await people.ask(name, "contact", "ask", 1, "--reason", WHY)
    return found


async def test_for_whom_it_is_kept_from_nothing_was_asked(three: People) -> None:
    """carl, named in the case, is given neither reason nor half; nothing shows or stops it, while it waits, once it was
    refused, and once it is opened. The two others open it."""
    await left(three)
    named(three, "carl")
    first = (await asked_by(three, "bob"))["proposal"]
    assert handed(three) == {"bob", "dora"}
    await knows_nothing(three, "carl", first)
    await three.ask("dora", "refuse", first, "--reason", "not tonight")
    await knows_nothing(three, "carl", first)
    second = (await asked_by(three, "bob"))["proposal"]
    assert (await three.ask("dora", "approve", second))["state"] == "approved"
    await knows_nothing(three, "carl", second)
    assert await state(three) == "opened"
    (newer, older) = await three.ask("dora", "proposals")
    assert [newer["target"], older["answer"]] == ["1", "not tonight"]


async def test_who_is_named_after_they_agreed_is_none_of_the_two(three: People) -> None:
    """What carl and the others were handed is gone; the next to agree is the first, and a third opens it."""
    await left(three)
    number = (await asked_by(three, "ada"))["proposal"]
    assert (await three.ask("carl", "approve", number))["state"] == "agreed"
    named(three, "carl")
    assert "carl" not in handed(three)
    await knows_nothing(three, "carl", number)
    assert (await three.ask("dora", "approve", number))["state"] == "agreed"
    assert "carl" not in handed(three)
    assert await state(three) == "left"
    assert (await three.ask("bob", "approve", number))["state"] == "approved"
    await knows_nothing(three, "carl", number)


@pytest.mark.parametrize("ends", ["refused", "expired"])
async def test_who_is_named_while_it_waits_is_told_of_it_no_more(three: People, ends: str) -> None:
    """Not of how it ended either."""
    await left(three)
    number = (await asked_by(three, "ada"))["proposal"]
    named(three, "carl")
    if ends == "refused":
        await three.ask("dora", "refuse", number, "--reason", "knows the officer")
    else:
        for _ in range(8):
            three.room.service.twin.advance()
        assert "is expired" in await three.refused("dora", "approve", number)
    await knows_nothing(three, "carl", number)


async def test_where_too_few_are_left_nobody_can_ask(three: People) -> None:
    """With two of three custodians kept from it there are no two."""
    await left(three)
    named(three, "carl", "dora")
    assert "from neither of whom the case is kept" in await three.refused("ada", "contact", "ask", 1, "--reason", WHY)
    assert await three.ask("carl", "proposals") == []


@pytest.mark.parametrize("who", ["frank", "dora"])
async def test_halves_are_given_only_to_the_keys_that_there_are(
    three: People, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """frank, who is to have halves, or dora, with whom, gets another key while they are split: nothing is stored that
    nobody opens, and it can be approved again where the key that was asked for is still the one."""
    room = three.room
    room.add("frank", frozenset({Role.CUSTODIAN}))
    asked = await three.ask("bob", "contact-key", "add", "frank")
    before = halves(three)
    split = contact_approval._split

    def changed_meanwhile(*given: Any) -> Any:
        made = split(*given)
        room.change(who, PASSPHRASE, "another four plain words")
        return made

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(contact_approval, "_split", changed_meanwhile)
        assert "have changed meanwhile" in await three.refused("carl", "approve", asked["proposal"])
    assert halves(three) == before
    if who == "frank":
        assert "frank has another key" in await three.refused("carl", "approve", asked["proposal"])
        return
    assert (await three.ask("carl", "approve", asked["proposal"]))["state"] == "approved"
    dora = room.sign_in("dora", "another four plain words").session.holder
    with room.vault.reading() as connection:
        (half,) = [one for one in halves_of(connection, "dora") if one.partner == "frank"]
    assert len(half.open(dora)) == XWING_SEED


def halves(people: People) -> set[tuple[str, str]]:
    """Owner and partner of each."""
    with people.room.vault.reading() as connection:
        rows = connection.execute(select(tables.contact_halves.c.owner, tables.contact_halves.c.partner))
        return set(rows.tuples())
