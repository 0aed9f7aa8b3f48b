# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing to a source from a script: nothing goes out that the source has had, or that its sender could not know to
fit, unless --again says so."""

import asyncio
import re
from typing import Any

import pytest

from journalist_ui.casework.replies import SENT_BEFORE, SOURCE_WROTE, UNIT_WROTE
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.people import codes
from journalist_ui.refusals import CaseMoved
from journalist_ui.socket.server import ask_by_name
from journalist_ui.verbs.desk import Desk
from tests.desk.room import INVESTIGATOR, PASSPHRASE, Room, _secret, entropy

TEXT = "Which day was it?"


class Script:
    """A member's session at the socket."""

    def __init__(self, desk: Desk, token: str) -> None:
        self.desk, self.token = desk, token

    async def ask(self, verb: str, **body: Any) -> Any:
        return await ask_by_name(self.desk, verb, self.token, {"case": 1, **body})


async def scripts(room: Room) -> tuple[Script, Script]:
    """Of ada and of bob."""
    room.add("bob", INVESTIGATOR)
    desk = Desk(room.engine, SessionBook(room.engine.vault, 900, now=room.clock))
    await source_writes(room, "The report.")
    tokens = [
        (await desk.sessions.sign_in(SignIn(name, PASSPHRASE, _code(room, name)))).token for name in ("ada", "bob")
    ]
    return Script(desk, tokens[0]), Script(desk, tokens[1])


def _code(room: Room, name: str) -> str:
    step = int(room.clock() // codes.STEP)
    return codes.code_at(_secret(room.secrets[name]), step)


async def source_writes(room: Room, text: str) -> None:
    await asyncio.to_thread(room.report, entropy(1), text)
    await room.engine.sync()


async def refused(script: Script, **body: Any) -> str:
    with pytest.raises(CaseMoved) as found:
        await script.ask("reply", **body)
    return found.value.say


async def test_the_same_text_twice_is_stopped(room: Room) -> None:
    """Also from another member who has read it; another text goes, and --again sends."""
    ada, bob = await scripts(room)
    await ada.ask("reply", text=TEXT)
    assert await refused(ada, text=TEXT) == SENT_BEFORE
    await bob.ask("show")
    assert await refused(bob, text=TEXT) == SENT_BEFORE
    await bob.ask("reply", text=TEXT + " And the hour?")
    await bob.ask("reply", text=TEXT, again=True)
    assert len(room.engine._replies) == 3


async def test_what_the_source_wrote_since_is_read_first(room: Room) -> None:
    """A message after the last opening stops it, until the case is opened, or --again says so."""
    ada, _ = await scripts(room)
    await ada.ask("show")
    await source_writes(room, "Do not write: he reads along.")
    assert await refused(ada, text=TEXT) == SOURCE_WROTE
    await ada.ask("reply", text=TEXT, again=True)
    assert await refused(ada, text="More.") == SOURCE_WROTE
    await ada.ask("show")
    await ada.ask("reply", text="More.")


async def test_what_a_colleague_wrote_since_is_read_first(room: Room) -> None:
    """One's own text stops nothing; a colleague's does, for who opened the case before it and for who never did."""
    ada, bob = await scripts(room)
    await bob.ask("show")
    await ada.ask("reply", text=TEXT)
    await ada.ask("reply", text=TEXT + " And the hour?")
    assert await refused(bob, text="Mine.") == UNIT_WROTE
    await bob.ask("show")
    await bob.ask("reply", text="Mine.")
    assert await refused(ada, text="Yours.") == UNIT_WROTE
    await ada.ask("reply", text="Yours.", again=True)


async def test_two_scripts_at_one_moment_send_one_text(room: Room) -> None:
    """Both pass the look before, one of them is stored."""
    ada, bob = await scripts(room)
    found = await asyncio.gather(ada.ask("reply", text=TEXT), bob.ask("reply", text=TEXT), return_exceptions=True)
    assert sorted(type(one) is CaseMoved for one in found) == [False, True]
    assert len(room.engine._replies) == 1


async def test_a_button_pressed_twice_sends_once(room: Room) -> None:
    """Both presses at one moment: one text is stored, and the other press is told so, not that nothing was sent."""
    ada, _ = await scripts(room)
    await ada.ask("draft-keep", text=TEXT)
    once = (await ada.ask("preview")).once
    found = await asyncio.gather(*(ada.ask("reply", once=once) for _ in range(4)))
    assert sorted(one.state for one in found) == ["again"] * 3 + ["waiting"]
    assert len(room.engine._replies) == 1


async def test_a_text_that_was_loaded_meanwhile_is_not_taken_up_again(room: Room) -> None:
    """Stored by a member's thread just before the engine read the ledger from the disk, and told to it just after."""
    ada, _ = await scripts(room)
    await ada.ask("reply", text=TEXT)
    (told,) = room.engine._replies
    await asyncio.to_thread(room.engine._reload)
    room.service.twin.advance()
    await room.engine.sync()
    (text,) = room.engine.state.ledger.texts.values()
    room.engine.add_reply(told)
    await room.engine.sync()
    assert (text.number, list(room.engine.state.ledger.texts.values())) == (1, [text])


async def test_an_answer_says_when_it_leaves_and_which_case_is_next(room: Room) -> None:
    """To the minute; the other case of the member's whose source waits longest, and none once all are answered."""
    ada, _ = await scripts(room)
    await asyncio.to_thread(room.report, entropy(2), "Another report.")
    await room.engine.sync()
    sent = await ada.ask("reply", text=TEXT)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", sent.leaves)
    assert sent.next_to_answer == 2
    assert (await ada.ask("reply", case=2, text=TEXT)).next_to_answer == 0
