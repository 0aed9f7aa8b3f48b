# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verbs wait beside the loop, so that something may happen between what one looked at and what it does."""

import asyncio
from typing import Any

import pytest

from journalist_ui.casework import sharing
from journalist_ui.casework.drafts import Written
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people import members
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotAllowed
from journalist_ui.shapes.drafts import KeepDraft
from journalist_ui.shapes.members import AddMember, RemoveMember
from journalist_ui.shapes.sharing import Share
from journalist_ui.vault.seen import CaseWords
from journalist_ui.verbs import drafts, members as of_members, sharing as of_sharing
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.search import found_cases
from tests.desk.clocks import Clocks, sign_in
from tests.desk.room import BOTH, FIRST_PASSPHRASE, INVESTIGATOR, Room, entropy


def signed_in(room: Room, clocks: Clocks, name: str) -> tuple[Desk, Session]:
    book: SessionBook = clocks.book(room)
    return Desk(room.engine, book), book.find(sign_in(book, clocks.code(room, name), name))


def test_who_is_removed_meanwhile_adds_and_removes_nobody(
    room: Room, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator's new member is being stretched while another removes them: it does not go through."""
    room.add("bob", BOTH)
    desk, session = signed_in(room, clocks, "bob")
    prepare = members.prepare_member

    def meanwhile(*given: Any, **named: Any) -> Any:
        new = prepare(*given, **named)
        with room.vault.writing() as connection:
            members.remove_member(connection, "bob")
        return new

    monkeypatch.setattr(of_members.people, "prepare_member", meanwhile)
    with pytest.raises(NotAllowed):
        asyncio.run(of_members.add(desk, session, AddMember("mole", FIRST_PASSPHRASE, ("administrator",))))
    with pytest.raises(NotAllowed):
        asyncio.run(of_members.remove(desk, session, RemoveMember("ada")))
    with room.vault.reading() as connection:
        assert [one.name for one in members.list_members(connection)] == ["ada"]


def test_an_empty_box_drops_nothing_that_was_kept_meanwhile(
    room: Room, clocks: Clocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tabs post at one moment, one of them nothing: the words of the other stay."""
    room.report(entropy(1), "first")
    asyncio.run(room.engine.sync())
    desk, session = signed_in(room, clocks, "ada")
    look = drafts.opened_draft

    def meanwhile(*given: Any) -> Any:
        seen = look(*given)
        desk.drafts.keep("ada", Written(1, "words of the other tab", 0))
        return seen

    monkeypatch.setattr(drafts, "opened_draft", meanwhile)
    drafts.keep(desk, session, KeepDraft(1, ""))
    monkeypatch.undo()
    assert drafts.opened_draft(desk, session, 1)[1] == ["words of the other tab"]


def test_who_is_removed_meanwhile_shares_nothing(room: Room, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys are wrapped, which takes long for many cases; by then the member is none."""
    room.report(entropy(1), "first")
    room.add("bob", BOTH)
    room.add("eve", INVESTIGATOR)
    asyncio.run(room.engine.sync())
    desk, session = signed_in(room, clocks, "bob")
    wrap = sharing.Share.wrap

    def meanwhile(plan: Any, holder: Any) -> Any:
        wrapped = wrap(plan, holder)
        with room.vault.writing() as connection:
            members.remove_member(connection, "bob")
        return wrapped

    monkeypatch.setattr(sharing.Share, "wrap", meanwhile)
    with pytest.raises(NotAllowed):
        of_sharing.share(desk, session, Share("eve"))


class Learning(dict[int, CaseWords]):
    """As when another thread learns a case each time that one is looked at."""

    def items(self) -> Any:
        for one in super().items():
            self[len(self) + 1_000] = one[1]
            yield one


def test_a_search_goes_on_while_words_are_learnt(room: Room, clocks: Clocks) -> None:
    """It finds what was there when it began."""
    for number in (1, 2):
        room.report(entropy(number), f"marker{number}")
    asyncio.run(room.engine.sync())
    desk, session = signed_in(room, clocks, "ada")
    session.words = Learning()
    assert found_cases(desk, session, "marker") == ({1, 2}, True)
    with pytest.raises(RuntimeError):
        list(session.words.items())
