# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes two people: asked by one, approved by another, done in the same transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from journalist_ui.casework.contact import Wish, knows_of, said_reason
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people import members as people, proposals, steps
from journalist_ui.people.contact_consent import forget_decided, read_reason, who_agreed
from journalist_ui.people.proposals import Proposal, Signer, State, Wanted
from journalist_ui.people.session import Session
from journalist_ui.people.steps import Kind, Step
from journalist_ui.refusals import BadInput, NoSuchProposal, NotAllowed, ProposalOver
from journalist_ui.shapes.proposals import Approve, Decided, ProposalLine, ProposalList, Proposals, Refuse
from journalist_ui.vault.roles import Role

from . import contact_approval, referral_approval
from .contact_approval import CUSTODIANS, OPEN, SHARE
from .desk import Desk
from .moments import DAY
from .notices import tell_members
from .referral_approval import REFER, SUPERVISORS
from .referrals import leaving_words, previewed

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
ASKER_GONE = "Whoever asked for this may not ask for it any more. Refuse it, and ask yourself if it is to be done."


@dataclass(frozen=True)
class Act:
    """A kind of proposal: who asks for it and approves it, what is done with its exact bytes on a day, by the code of
    which notice all members are told, and whether the sessions of whom it is about end."""

    approvers: frozenset[Role]
    do: Callable[[Connection, Proposal, int, int], None]
    code: str
    ends_sessions: bool = False


def _of_people(do: Callable[[Connection, str, Step, int, int], None], code: str, *, ends_sessions: bool = False) -> Act:
    """What two administrators decide."""

    def act(connection: Connection, proposal: Proposal, day: int, told: int) -> None:
        do(connection, proposal.target, Step.of_bytes(proposal.content), day, told)

    return Act(_ADMINISTRATORS, act, code, ends_sessions)


_ADD = _of_people(steps.add, "member-added")
ACTS: dict[str, Act] = {
    **{kind.value: _ADD for kind in steps.ADDS.values()},
    Kind.ROLE: _of_people(steps.change_roles, "member-roles", ends_sessions=True),
    Kind.SHEETS: _of_people(steps.put_sheets, "recovery-sheets"),
    Kind.RECOVER: _of_people(steps.recover, "member-recovered", ends_sessions=True),
}
APPROVERS: dict[str, frozenset[Role]] = {
    **{kind: act.approvers for kind, act in ACTS.items()},
    **dict.fromkeys((OPEN, SHARE), CUSTODIANS),
    REFER: SUPERVISORS,
}
AGREED = "agreed"
"""The first of two custodians has approved."""
NOT_READABLE = "The reason cannot be read. Approve nothing: let it be asked for anew."


@dataclass(frozen=True)
class Outcome:
    """What became of asking: ``number`` of the proposal that waits, 0 where it is done; ``alone``: it is done by one,
    since nobody else could approve it."""

    number: int = 0
    alone: bool = False


def told_on(desk: Desk) -> int:
    """The day from which a role that is given now counts as told: in a demo so long ago that it may be tried."""
    return desk.engine.day - (people.TOLD_DAYS if desk.demo else 0)


def ask(
    desk: Desk, connection: Connection, session: Session, kind: Kind, target: str, step: Step, reason: str
) -> Outcome:
    """In a writing transaction. Raises NotAllowed, BadInput, and what doing it raises."""
    act, name, day = ACTS[kind], session.member.name, desk.engine.day
    people.require_role(connection, name, *act.approvers)
    wanted = Wanted(kind, target, step.to_bytes(), proposals.check_reason(reason), act.approvers)
    proposal = proposals.store_proposal(connection, name, wanted, day)
    # Who is to be recovered cannot sign in.
    unable = target if kind is Kind.RECOVER else ""
    if proposals.others_who_approve(connection, name, act.approvers, unable):
        return Outcome(proposal.id)
    proposals.close_approved(connection, proposal, Signer(name, session.signer), day, alone=True)
    _do(desk, connection, proposal, name)
    tell_members(desk, connection, "acted-alone", member=target, by=name)
    return Outcome(alone=True)


def _do(desk: Desk, connection: Connection, proposal: Proposal, by: str) -> None:
    act = ACTS[proposal.kind]
    act.do(connection, proposal, desk.engine.day, told_on(desk))
    roles = ", ".join(_step(proposal).roles)
    tell_members(desk, connection, act.code, member=proposal.target, by=by, roles=roles)


async def settle(desk: Desk, kind: str, target: str) -> None:
    """After it is durable: the sessions of whom it is about are over, and what they held is gone."""
    if kind in ACTS and ACTS[kind].ends_sessions:
        desk.sessions.forget_member(target)
        await asyncio.to_thread(forget, desk, target)


def forget(desk: Desk, name: str) -> None:
    """What memory and the vault's log still hold of somebody who lost a key."""
    desk.drafts.forget_member(name)
    desk.engine.vault.truncate_wal()
    desk.engine.keep_holdings()


def list_proposals(desk: Desk, session: Session, asked: Proposals) -> ProposalList:
    with desk.engine.vault.reading() as connection:
        row = people.read_member(connection, session.member.name)
        found = proposals.list_proposals(connection, _kinds(session), session.member.name)
        agreed = {one.id: who_agreed(connection, one.id) for one in found if one.kind in contact_approval.KINDS}
        said = {one.id: _said(connection, session, one) for one in found if one.kind in (OPEN, REFER)}
    day = desk.engine.day
    held = row.held if row else None
    lines = (_line(one, session.member.name, held, day, agreed.get(one.id, set())) for one in found)
    shown = ((one, said.get(one.proposal, {})) for one in lines)
    return ProposalList(tuple(replace(one, **more) for one, more in shown if more is not None))


def _said(connection: Connection, session: Session, one: Proposal) -> dict[str, Any] | None:
    """Of a case that is to be referred, or whose contact details are to be opened: its number, and the reason, for whom
    it was sealed to; None where the member is not to know of it."""
    if one.kind == REFER:
        return _referral(connection, session, one)
    if not knows_of(connection, one.id, one.content, session.member.name):
        return None
    try:
        wish = Wish.of_bytes(one.content)
    except ProposalOver:
        return {"target": ""}
    reason = said_reason(read_reason(connection, session.holder, one.id), wish)
    altered = one.state == State.OPEN and reason is None
    return {"target": str(wish.number), "reason": NOT_READABLE if altered else reason or ""}


def _referral(connection: Connection, session: Session, one: Proposal) -> dict[str, Any] | None:
    if not one.content:
        return {"target": ""} if one.asker == session.member.name else None
    try:
        seen = referral_approval.seen_by(connection, session, one)
    except BadInput:
        return {"target": "", "reason": NOT_READABLE}
    if seen is None:
        return None
    return {
        "target": referral_approval.about(seen),
        "reason": seen.wish.reason,
        "text": leaving_words(previewed(seen.case.number, seen.wish.slug, seen.wish.slug, seen.wish.report)),
    }


def any_for(connection: Connection, member: str, roles: frozenset[Role], day: int) -> bool:
    """Whether a proposal of a day before waits for a member on a day, of those that their list has."""
    found = proposals.list_waiting(connection, kinds_for(roles), member, day)
    return any(_knows_of(connection, member, one) for one in found)


def _knows_of(connection: Connection, member: str, one: Proposal) -> bool:
    """By what the vault says of them, without their key."""
    if one.kind == OPEN:
        return knows_of(connection, one.id, one.content, member)
    return one.kind != REFER or referral_approval.knows_of(connection, member, one)


def kinds_for(roles: frozenset[Role]) -> list[str]:
    """What a member may approve by these roles."""
    return [kind for kind, approvers in APPROVERS.items() if not approvers.isdisjoint(roles)]


def _kinds(session: Session) -> list[str]:
    return kinds_for(session.member.roles)


def _step(proposal: Proposal) -> Step:
    """What is asked for about a member; an empty one for other kinds, and where the bytes are gone."""
    return Step.of_bytes(proposal.content if proposal.kind in set(Kind) else b"")


def _line(one: Proposal, name: str, held: str | None, day: int, agreed: set[str]) -> ProposalLine:
    step, state = _step(one), one.state_on(day)
    first = proposals.approves_from(held, APPROVERS[one.kind])
    able = state == State.OPEN and name not in (one.asker, *agreed) and first is not None
    return ProposalLine(
        proposal=one.id,
        kind=one.kind,
        target=one.target,
        roles=step.roles,
        before=step.before,
        reason=one.reason,
        asked_by=one.asker,
        day=iso_day(one.day, DAY),
        last_day=iso_day(one.last_day, DAY),
        state=state,
        decided_by=one.decider,
        answer=one.answer,
        decided=iso_day(one.decided, DAY) if one.decided else "",
        yours=able and first is not None and first <= day,
        from_day=iso_day(first, DAY) if able and first is not None and first > day else "",
        agreed=tuple(sorted(agreed)) if state == State.OPEN else (),
    )


def _found(connection: Connection, session: Session, number: int, day: int) -> Proposal:
    """One that the member sees, and that can be decided. Raises NoSuchProposal, ProposalOver."""
    proposal = proposals.find_proposal(connection, number)
    if proposal.kind not in _kinds(session) and proposal.asker != session.member.name:
        raise NoSuchProposal(proposals.NO_PROPOSAL)
    # First: that it is over tells that it was there.
    if proposal.kind in (OPEN, REFER) and _said(connection, session, proposal) is None:
        raise NoSuchProposal(proposals.NO_PROPOSAL)
    proposals.require_open(proposal, day)
    return proposal


async def approve(desk: Desk, session: Session, asked: Approve) -> Decided:
    """Raises NoSuchProposal, ProposalOver, OwnProposal, NotAllowed, RoleTooNew, and what doing it raises."""
    kind = await asyncio.to_thread(_kind_of, desk, session, asked.proposal)
    if kind == REFER:
        referral, target, offer = await asyncio.to_thread(referral_approval.approve, desk, session, asked.proposal)
        if offer:
            desk.engine.add_reply(offer)
        return Decided(referral.id, REFER, target, State.APPROVED)
    if kind in contact_approval.KINDS:
        made = await asyncio.to_thread(contact_approval.approve, desk, session, asked.proposal)
        if made.told:
            # On the loop's thread, which the engine works on.
            desk.engine.add_reply(made.told)
        found = made.proposal
        target = str(Wish.of_bytes(found.content).number) if found.kind == OPEN else found.target
        return Decided(found.id, found.kind, target, State.APPROVED if made.done else AGREED)
    proposal = await asyncio.to_thread(_approve, desk, session, asked.proposal)
    await settle(desk, proposal.kind, proposal.target)
    return Decided(proposal.id, proposal.kind, proposal.target, State.APPROVED)


def _kind_of(desk: Desk, session: Session, number: int) -> str:
    """Raises NoSuchProposal, ProposalOver."""
    _close_expired(desk)
    with desk.engine.vault.reading() as connection:
        return _found(connection, session, number, desk.engine.day).kind


def _approve(desk: Desk, session: Session, number: int) -> Proposal:
    day, name = desk.engine.day, session.member.name
    _close_expired(desk)
    with desk.engine.vault.writing() as connection:
        proposal = _found(connection, session, number, day)
        approvers = ACTS[proposal.kind].approvers
        proposals.require_approver(connection, name, proposal.asker, approvers, day)
        try:
            people.require_role(connection, proposal.asker, *approvers)
        except NotAllowed:
            raise ProposalOver(ASKER_GONE) from None
        proposals.require_asked(connection, proposal)
        proposals.close_approved(connection, proposal, Signer(name, session.signer), day)
        _do(desk, connection, proposal, f"{proposal.asker} and {name}")
    return proposal


def refuse(desk: Desk, session: Session, asked: Refuse) -> Decided:
    """Raises NoSuchProposal, ProposalOver, BadInput."""
    reason, day = proposals.check_reason(asked.reason, needed=True), desk.engine.day
    _close_expired(desk)
    with desk.engine.vault.writing() as connection:
        proposal = _found(connection, session, asked.proposal, day)
        target = _target(connection, session, proposal)
        proposals.close_refused(connection, proposal, session.member.name, reason, day)
        forget_decided(connection)
    desk.engine.vault.truncate_wal()
    return Decided(proposal.id, proposal.kind, target, State.REFUSED)


def _target(connection: Connection, session: Session, proposal: Proposal) -> str:
    """What it is about, as its list says it."""
    if proposal.kind not in (OPEN, REFER):
        return proposal.target
    return str((_said(connection, session, proposal) or {}).get("target", ""))


def _close_expired(desk: Desk) -> None:
    """By itself, so that it stays written when what follows is refused."""
    with desk.engine.vault.writing() as connection:
        proposals.close_expired(connection, desk.engine.day)
        forget_decided(connection)
