# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that the unit's newest batch does not carry: the page and `show` say so, until it stands there again."""

import asyncio

from dropbox.protocol.constants import MAX_TEXT_PARTS, TEXT_PART
from journalist_ui.cli.conversation import words_of
from journalist_ui.shapes.conversation import Show
from journalist_ui.verbs.conversation import OFF_BOARD, show
from journalist_ui.words.deliveries import delivery
from tests.desk.room import entropy
from tests.desk_web.house import House, Officer
from tests.desk_web.test_conversation import send

LONG = "Which day was it? " * (MAX_TEXT_PARTS * TEXT_PART // 18)
"""It takes a row of every lane, so that no other text of its conversation stands beside it."""
SAID = "Not on the board: it waits for room, or until the source comes"


async def states(house: House, officer: Officer) -> list[str]:
    """Of the unit's texts in case 1, in their order. Page, terminal and JSON say the same."""
    page = await officer.get("/cases/1")
    case = (await asyncio.to_thread(show, house.desk, house.session_of(officer).session, Show(1))).case
    ours = [one for one in case.messages if one.sender == "unit"]
    lines = [line for line in words_of(case) if line.startswith("Unit (")]
    for state in {one.state for one in ours}:
        count = sum(one.state == state for one in ours)
        found = delivery(next(one for one in ours if one.state == state))
        assert page.words.count(found.page) == count
        assert sum(line.endswith(f", {found.line}") for line in lines) == count
    assert page.words.count(SAID) == sum(one.state == OFF_BOARD for one in ours)
    return [one.state for one in ours]


async def visit(house: House, source: bytes) -> tuple[list[int], bool]:
    """The numbers of the texts that a source reads, and whether more waits."""
    (found,) = (await asyncio.to_thread(house.room.service.visit, source)).conversations
    return [text.number for text in found.texts], found.more


async def test_a_text_without_room_is_shown_so(house: House) -> None:
    """Beside one that takes the whole board: it waits for the next batch, then for room, and stands there once the
    first was read."""
    source = await asyncio.to_thread(house.room.report, entropy(1), "x")
    await house.desk.engine.sync()
    officer = await house.officer()
    await send(officer, 1, LONG)
    await send(officer, 1, "And where?")
    assert await states(house, officer) == ["waiting", "waiting"]
    await house.period()
    assert await states(house, officer) == ["published", OFF_BOARD]
    await house.period()
    assert await visit(house, source) == ([1], True)
    await house.period()
    assert await states(house, officer) == ["read", "published"]
    await house.period()
    assert (await visit(house, source))[1] is False


async def test_a_text_whose_source_stays_away_is_shown_so(house: House) -> None:
    """It stands for as many periods as the policy says, then waits; the source is told that more waits, and finds it
    on the visit after."""
    source = await asyncio.to_thread(house.room.report, entropy(2), "x")
    await house.desk.engine.sync()
    officer = await house.officer()
    await send(officer, 1, "And when?")
    assert house.desk.engine.policy is not None
    for _ in range(house.desk.engine.policy.stay + 1):
        await house.period()
        assert await states(house, officer) == ["published"]
    await house.period()
    assert await states(house, officer) == [OFF_BOARD]
    await house.period()
    assert await visit(house, source) == ([], True)
    await house.period()
    assert await states(house, officer) == ["published"]
    await house.period()
    assert await visit(house, source) == ([1], False)
    await house.period()
    assert await states(house, officer) == ["read"]
