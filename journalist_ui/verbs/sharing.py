# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another member open cases; it can be asked first what that would do."""

from journalist_ui.casework import sharing
from journalist_ui.people.members import find_member, require_role
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NotAllowed
from journalist_ui.shapes.sharing import AskShare, CasesShared, Lacking, Lacks, Share, SharePlan, WhoLacks
from journalist_ui.vault.roles import OPENERS, WRITERS

from .desk import Desk

AT_ONCE = 200
"""Cases that are shared in one transaction."""
NO_OPENER = "Cases are opened by readers, investigators and supervisors only, and that member is none of these."


def _named(cases: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The cases that are named; None for all. Raises BadInput."""
    if cases == ():
        raise BadInput("Name the cases to share by their numbers.")
    return cases


def _plan(desk: Desk, session: Session, name: str, cases: tuple[int, ...] | None) -> sharing.Share:
    """What it would be; nothing is done. Raises NoSuchMember, NotAllowed, NoSuchCase."""
    with desk.engine.vault.reading() as connection:
        other, public = find_member(connection, name)
        if other.roles.isdisjoint(OPENERS):
            raise NotAllowed(NO_OPENER)
        if other.provisional:
            raise NotAllowed("That member has not made a passphrase of their own yet. Share once they have.")
        return sharing.plan_share(connection, session.member.name, name, public, cases)


def who_lacks(desk: Desk, session: Session, asked: WhoLacks) -> Lacking:
    with desk.engine.vault.reading() as connection:
        found = sharing.missing_cases(connection, session.member.name, asked.case)
    return Lacking(tuple(Lacks(name, count) for name, count in found.items()))


def ask_share(desk: Desk, session: Session, asked: AskShare) -> SharePlan:
    """Raises NoSuchMember, NotAllowed, NoSuchCase, BadInput."""
    plan = _plan(desk, session, asked.name, _named(asked.cases))
    return SharePlan(plan.other, plan.cases, plan.left)


def share(desk: Desk, session: Session, asked: Share) -> CasesShared:
    """Raises NoSuchMember, NotAllowed, NoSuchCase, BadInput."""
    plan = _plan(desk, session, asked.name, _named(asked.cases))
    count = plan.cases
    if asked.agreed is not None and asked.agreed != count:
        raise BadInput("There are more or fewer cases to share than a moment ago. Nothing was shared: look again.")
    wrapped = plan.wrap(session.holder)
    numbers = sorted({one.number for one in wrapped})
    # At least once, for what it says; some at a time, so that nobody else waits for all.
    for at in range(0, len(numbers) or 1, AT_ONCE):
        these = set(numbers[at : at + AT_ONCE])
        with desk.engine.vault.writing() as connection:
            # The wrapping took long: who shares may have been removed since.
            require_role(connection, plan.member, *WRITERS)
            part = [one for one in wrapped if one.number in these]
            opened, closed = sharing.store_share(connection, plan, part, desk.engine.day)
    return CasesShared(asked.name, count, opened, closed)


def give(desk: Desk, session: Session, name: str, case: int) -> None:
    """Let another member open one case; nothing is done where they can. Raises as ``share``."""
    plan = _plan(desk, session, name, (case,))
    if plan.missing:
        wrapped = plan.wrap(session.holder)
        with desk.engine.vault.writing() as connection:
            require_role(connection, plan.member, *WRITERS)
            sharing.store_share(connection, plan, wrapped, desk.engine.day)
