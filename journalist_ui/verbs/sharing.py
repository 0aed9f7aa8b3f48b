# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting another investigator open cases; it can be asked first what that would do."""

from journalist_ui.refusals import BadInput
from journalist_ui.shapes.sharing import AskShare, CasesShared, Lacking, Lacks, Share, SharePlan, WhoLacks
from journalist_ui.vault.session import MemberSession
from journalist_ui.vault.sharing import missing_cases

from .desk import Desk


def _named(cases: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The cases that are named; None for all. Raises BadInput."""
    if cases == ():
        raise BadInput("Name the cases to share by their numbers.")
    return cases


def who_lacks(desk: Desk, session: MemberSession, asked: WhoLacks) -> Lacking:
    with desk.engine.vault.reading() as connection:
        found = missing_cases(connection, session.member.name, asked.case)
    return Lacking(tuple(Lacks(name, count) for name, count in found.items()))


def ask_share(desk: Desk, session: MemberSession, asked: AskShare) -> SharePlan:
    """Raises NoSuchMember, NotAllowed, NoSuchCase, BadInput."""
    plan = session.sharing(asked.name, _named(asked.cases))
    return SharePlan(plan.other, len(plan.missing), plan.left)


def share(desk: Desk, session: MemberSession, asked: Share) -> CasesShared:
    """Raises NoSuchMember, NotAllowed, NoSuchCase, BadInput."""
    cases = _named(asked.cases)
    count = len(session.sharing(asked.name, cases).missing)
    if asked.agreed is not None and asked.agreed != count:
        raise BadInput("There are more or fewer cases to share than a moment ago. Nothing was shared: look again.")
    opened, closed = session.share(asked.name, desk.engine.day, cases)
    return CasesShared(asked.name, count, opened, closed)
