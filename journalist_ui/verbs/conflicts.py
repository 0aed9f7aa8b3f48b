# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether anything keeps a member from a case."""

import asyncio

from journalist_ui.casework import conflicts
from journalist_ui.casework.cases import open_case, public_key
from journalist_ui.casework.notes import add_note
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.conflicts import Declare, Declared, Exclude, Excluded, Kept, KeptFrom, WhoIsKept
from journalist_ui.vault.withheld import kept_from

from .desk import Desk
from .handling import checked_reason


def declare(desk: Desk, session: Session, asked: Declare) -> Declared:
    """Raises NoSuchCase, BadInput."""
    if asked.conflict not in ("none", "yes"):
        raise BadInput("Say none, or yes.")
    engine, name = desk.engine, session.member.name
    with engine.vault.writing() as connection:
        if asked.conflict == "none":
            conflicts.declare_none(connection, name, asked.case, engine.day)
        else:
            conflicts.declare_conflict(connection, name, asked.case, engine.day, engine.vault.random)
    if asked.conflict == "yes":
        engine.vault.truncate_wal()
        engine.keep_holdings()
        _forget(session, asked.case)
    return Declared(asked.case, asked.conflict == "none")


def _forget(session: Session, number: int) -> None:
    """What the session has seen of a case that it opens no more."""
    for kept in (session.glimpses, session.words, session.read):
        kept.pop(number, None)


async def exclude(desk: Desk, session: Session, asked: Exclude) -> Excluded:
    """Raises NoSuchCase, Undeclared, BadInput."""
    await asyncio.to_thread(_exclude, desk, session, asked)
    desk.sessions.forget_member(asked.member)
    return Excluded(asked.case, asked.member)


def _exclude(desk: Desk, session: Session, asked: Exclude) -> None:
    engine, reason = desk.engine, checked_reason(asked.reason)
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        conflicts.exclude(connection, case, asked.member, engine.day, engine.vault.random)
        # Sealed to the key that has just begun: not for whoever left.
        case = open_case(connection, session.holder, asked.case)
        add_note(connection, case, f"{asked.member} was excluded from this case. {reason}", engine.day)
    engine.vault.truncate_wal()
    engine.keep_holdings()


def who_is_kept(desk: Desk, session: Session, asked: WhoIsKept) -> KeptFrom:
    """Raises NoSuchCase, Undeclared."""
    with desk.engine.vault.reading() as connection:
        public_key(connection, session.member.name, asked.case)
        kept = kept_from(connection, asked.case)
        open_to = conflicts.open_to(connection, asked.case)
    return KeptFrom(asked.case, tuple(Kept(name, why) for name, why in kept.items()), tuple(open_to))
