# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case is referred by two: who asks, and a supervisor who approves exactly what leaves."""

import asyncio
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from dropbox.flows.desk.state import Text
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import KEY, MESSAGE_ID, REFERENCE, EntryType
from dropbox.protocol.referral import Offer, encode_offer, sign_referral
from dropbox.protocol.units import Unit
from journalist_ui.casework import referrals, replies
from journalist_ui.casework.cases import OpenedCase, holds_case, open_case, public_key
from journalist_ui.casework.referrals import Leaving, Wish
from journalist_ui.people import members as people, proposals
from journalist_ui.people.proposals import Proposal, Signer, State, Wanted
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NoSuchCase, NoSuchProposal, ProposalOver, SetAside, Undeclared
from journalist_ui.shapes.referrals import Refer, ReferralAsked
from journalist_ui.vault.roles import WRITERS, Role

from .desk import Desk
from .notices import tell_members
from .referrals import open_whole

REFER = proposals.REFER
SUPERVISORS = frozenset({Role.SUPERVISOR})
ASKED = "It is asked for already that this case is referred. Let that be approved, or refuse it first."
NOBODY = "No supervisor but you could approve it, or none opens this case. Share it with one first. Nothing was asked."
ASKER_GONE = "Whoever asked for this may not ask for it any more. Refuse it, and ask yourself if it is to be done."


@dataclass(frozen=True)
class Seen:
    """What a proposal asks for, for a member to whom its case opens."""

    case: OpenedCase
    wish: Wish


async def ask(desk: Desk, session: Session, asked: Refer) -> ReferralAsked:
    """Done at once where nobody else could approve it, as any proposal. Raises NoSuchCase, Undeclared, BadInput,
    NotYet."""
    done, offer = await asyncio.to_thread(_ask, desk, session, asked)
    if offer is not None:
        desk.engine.add_reply(offer)
    return done


def _ask(desk: Desk, session: Session, asked: Refer) -> tuple[ReferralAsked, Text | None]:
    reason, engine, me = proposals.check_reason(asked.reason, needed=True), desk.engine, session.member.name
    engine.check_listed()
    directory = engine.state.trusted().directory
    _, found = open_whole(desk, session, asked.case)
    unit, report = referrals.summarised(found, directory, engine.settings.unit_id, asked.to, asked.summary)
    wish = Wish(unit.slug, engine.vault.random(REFERENCE), report, me, reason)
    text = None
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        if referrals.is_asked(connection, asked.case, REFER, State.OPEN):
            raise BadInput(ASKED)
        able = [
            name
            for name in proposals.others_who_approve(connection, me, SUPERVISORS)
            if _opens(connection, name, asked.case)
        ]
        if not able and Role.SUPERVISOR not in session.member.roles:
            raise BadInput(NOBODY)
        content = referrals.seal_wish(case, wish)
        wanted = Wanted(REFER, engine.vault.random(MESSAGE_ID).hex(), content, "", SUPERVISORS)
        proposal = proposals.store_proposal(connection, me, wanted, engine.day)
        if not able:
            proposals.close_approved(connection, proposal, Signer(me, session.signer), engine.day, alone=True)
            text = _start(desk, connection, case, wish, content, unit)
            tell_members(desk, connection, "acted-alone", member="a case", by=me)
    return ReferralAsked(asked.case, unit.slug, proposal.id if able else 0), text


def _opens(connection: Connection, name: str, number: int) -> bool:
    try:
        holds_case(connection, name, number)
    except NoSuchCase:
        return False
    return True


def knows_of(connection: Connection, member: str, proposal: Proposal) -> bool:
    """As ``seen_by``, of a member who may be away: whether its case is open to them."""
    try:
        public_key(connection, member, referrals.case_of_wish(proposal.content))
    except (NoSuchCase, Undeclared):
        return False
    return True


def seen_by(connection: Connection, session: Session, proposal: Proposal) -> Seen | None:
    """None where its case does not open to the member, or its bytes are gone. Raises BadInput where it was altered."""
    number = referrals.case_of_wish(proposal.content)
    if number == 0:
        return None
    try:
        case = open_case(connection, session.holder, number)
    except (NoSuchCase, Undeclared):
        return None
    return Seen(case, referrals.open_wish(case, proposal.content))


def approve(desk: Desk, session: Session, number: int) -> tuple[Proposal, str, Text | None]:
    """The proposal, what it was about, and what the source is offered. Raises NoSuchProposal, ProposalOver,
    OwnProposal, NotAllowed, RoleTooNew, BadInput."""
    engine, me = desk.engine, session.member.name
    with engine.vault.reading() as connection:
        first = seen_by(connection, session, proposals.find_proposal(connection, number))
    if first is None:
        raise NoSuchProposal(proposals.NO_PROPOSAL)
    # What the source has said since counts too.
    _, found = open_whole(desk, session, first.case.number)
    directory, own = engine.state.trusted().directory, engine.settings.unit_id
    unit = referrals.other_unit(directory, own, first.wish.slug, referrals.bars_of(found))
    with engine.vault.writing() as connection:
        proposal = proposals.find_proposal(connection, number)
        proposals.require_open(proposal, engine.day)
        seen = seen_by(connection, session, proposal)
        if seen is None:
            raise NoSuchProposal(proposals.NO_PROPOSAL)
        proposals.require_approver(connection, me, proposal.asker, SUPERVISORS, engine.day)
        asker = people.read_member(connection, proposal.asker)
        writes = asker is not None and not asker.member.roles.isdisjoint(WRITERS)
        if not writes or seen.wish.by != proposal.asker or not _opens(connection, proposal.asker, seen.case.number):
            raise ProposalOver(ASKER_GONE)
        proposals.require_asked(connection, proposal)
        proposals.close_approved(connection, proposal, Signer(me, session.signer), engine.day)
        text = _start(desk, connection, seen.case, seen.wish, proposal.content, unit)
    return proposal, about(seen), text


def about(seen: Seen) -> str:
    """In a few words."""
    return f"{seen.case.number} to {seen.wish.slug}"


def _start(desk: Desk, connection: Connection, case: OpenedCase, wish: Wish, content: bytes, unit: Unit) -> Text | None:
    """It leaves with one of the next visits, and the source is offered to follow, where anything is posted to it."""
    engine = desk.engine
    secret = engine.vault.random(KEY)
    sign = partial(sign_referral, wish.report, engine.state.keyring.signing_seed, engine.settings.unit_id, unit.unit_id)
    report = sign(conversation_keys(secret, unit.unit_id).pseudonym, wish.reference, engine.service_id)
    leaving = Leaving(secret, engine.vault.random(MESSAGE_ID), referrals.body_of(report))
    referrals.start(connection, case, wish, content, leaving, engine.day)
    offer = encode_offer(Offer(wish.slug, wish.reference.hex()))
    said = {"text": f"Offered: to go on with {unit.name}.", "offer": wish.slug}
    new = replies.Reply((offer,), type=EntryType.REFERRAL_OFFER, said=said)
    try:
        return replies.store_reply(connection, case, new, engine.now_period(), engine.day)
    except SetAside:
        return None
