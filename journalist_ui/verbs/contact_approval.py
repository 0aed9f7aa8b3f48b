# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two custodians agree, and only then a seed exists, in a process of its own for one task: to open what one source
left, or to give a new custodian halves. It is worked out between two transactions, and everything is asked again in the
second."""

from dataclasses import dataclass

from sqlalchemy import Connection

from dropbox.flows.desk.state import Text
from dropbox.protocol.constants import HASH, XWING_PUBLIC
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from journalist_ui.casework import contact, replies
from journalist_ui.casework.cases import holds_case
from journalist_ui.casework.contact import Wish
from journalist_ui.daemon.contact_seeds import Pair, open_sealed, split_for
from journalist_ui.people import contact_consent, contact_key, members as people, proposals
from journalist_ui.people.contact_consent import Joined
from journalist_ui.people.contact_key import Half
from journalist_ui.people.proposals import Proposal, Signer
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NoSuchCase, NoSuchProposal, OwnProposal, ProposalOver
from journalist_ui.vault import audit
from journalist_ui.vault.roles import WRITERS, Role

from .desk import Desk

OPEN, SHARE = proposals.CONTACT_OPEN, "contact-share"
KINDS = (OPEN, SHARE)
CUSTODIANS = frozenset({Role.CUSTODIAN})
SHARED = "contact key shared"
AGREED = "You have agreed to this already. It takes another custodian too."
BOTH_HELD = (
    "One of the two who agree must be a custodian who never had to do with the case, and both of you have. Let another "
    "custodian approve it."
)
UNREAD = (
    "The reason that it was asked with cannot be read by you: it was changed, or asked before you had this key. Refuse "
    "this, and let it be asked anew."
)
DIFFERENT = "What the source left does not open with the key of this desk: it was sealed wrongly, or altered."
OTHER_KEY = "{name} has another key since this was asked for, or is no custodian any more. Refuse it, and ask anew."
CHANGED = "The custodians of this desk, or their keys, have changed meanwhile. Nothing was done: approve it again."
ASKER_GONE = "Whoever asked for this may not ask for it any more. Refuse it, and ask yourself if it is to be done."


def custodians_only(connection: Connection, name: str, day: int) -> None:
    """Whether a member may agree on a day, whoever asked. Raises NotAllowed, RoleTooNew."""
    proposals.require_approver(connection, name, "", CUSTODIANS, day)


def may_agree(connection: Connection, name: str, day: int) -> bool:
    """The same as a question."""
    row = people.read_member(connection, name)
    first = proposals.approves_from(row.held, CUSTODIANS) if row and not row.provisional else None
    return first is not None and first <= day


@dataclass(frozen=True)
class _Ready:
    """The second of two agrees: both halves of each key, what is to be opened, and who agreed before."""

    proposal: Proposal
    joined: list[Joined]
    first: str
    sealed: bytes = b""


@dataclass(frozen=True)
class Approved:
    """The proposal, whether it is ``done``, and the ``told`` text by which the source is told, which the engine has yet
    to be given."""

    proposal: Proposal
    done: bool
    told: Text | None = None


def approve(desk: Desk, session: Session, number: int) -> Approved:
    """Raises NoSuchProposal, ProposalOver, OwnProposal, NotAllowed, RoleTooNew, OpeningFailed, SetAside, BadInput."""
    with desk.engine.vault.writing() as connection:
        ready = _agree(desk, connection, session, number)
    if ready is None:
        with desk.engine.vault.reading() as connection:
            return Approved(proposals.find_proposal(connection, number), done=False)
    told = None
    if ready.proposal.kind == OPEN:
        text = _open(ready)
        with desk.engine.vault.writing() as connection:
            told = _store_opened(desk, connection, session, ready, text)
    else:
        custodians, halves = _split(desk, ready)
        with desk.engine.vault.writing() as connection:
            _store_shared(desk, connection, session, ready, custodians, halves)
    desk.engine.vault.truncate_wal()
    return Approved(ready.proposal, done=True, told=told)


def _agree(desk: Desk, connection: Connection, session: Session, number: int) -> _Ready | None:
    """None where this was the first of the two, who has agreed by it."""
    day, name = desk.engine.day, session.member.name
    contact_consent.forget_decided(connection)
    proposal = proposals.find_proposal(connection, number)
    if proposal.kind == OPEN and not contact.knows_of(connection, number, proposal.content, name):
        raise NoSuchProposal(proposals.NO_PROPOSAL)
    proposals.require_open(proposal, day)
    agreed = contact_consent.who_agreed(connection, number)
    if name in agreed:
        raise OwnProposal(AGREED)
    proposals.require_approver(connection, name, proposal.asker, CUSTODIANS, day)
    proposals.require_asked(connection, proposal)
    custodians = _who_may(connection, proposal)
    first = next((one for one in sorted(agreed) if one in custodians and may_agree(connection, one, day)), "")
    if proposal.kind == OPEN:
        wish = Wish.of_bytes(proposal.content)
        _refuse_gone(connection, proposal, wish)
        replies.refuse_unposted(connection, wish.number)
        sealed = contact.read_asked(connection, number, wish)
        if contact.said_reason(contact_consent.read_reason(connection, session.holder, number), wish) is None:
            raise ProposalOver(UNREAD)
    else:
        people.require_role(connection, proposal.asker, Role.CUSTODIAN)
        if name == proposal.target:
            raise OwnProposal(AGREED)
        sealed = b""
    if not first:
        contact_consent.hand_over(connection, session.holder, number, custodians)
        proposals.record_agreed(connection, proposal, Signer(name, session.signer), day)
        return None
    if proposal.kind == OPEN and all(contact.has_held(connection, wish.number, one) for one in (first, name)):
        raise OwnProposal(BOTH_HELD)
    return _Ready(proposal, contact_consent.join(connection, session.holder, number), first, sealed)


def _who_may(connection: Connection, proposal: Proposal) -> dict[str, bytes]:
    """The custodians who can be among the two, names with public keys: none from whom the case is kept. Raises
    ProposalOver, BadInput."""
    custodians = contact_key.list_custodians(connection)
    if proposal.kind != OPEN:
        return custodians
    return contact.without_kept(connection, Wish.of_bytes(proposal.content).number, custodians)


def _refuse_gone(connection: Connection, proposal: Proposal, wish: Wish) -> None:
    """Raises ProposalOver where whoever asked opens the case no more, or writes in none."""
    row = people.read_member(connection, proposal.asker)
    try:
        holds_case(connection, proposal.asker, wish.number)
    except NoSuchCase:
        row = None
    if row is None or row.member.roles.isdisjoint(WRITERS):
        raise ProposalOver(ASKER_GONE)


def _open(ready: _Ready) -> str:
    """By whichever of the unit's keys it was sealed to. Raises ProposalOver, OpeningFailed."""
    wish = Wish.of_bytes(ready.proposal.content)
    for one in ready.joined:
        try:
            return open_sealed(Pair(*one), ready.sealed, wish.info)
        except NotForThisKey:
            continue
        except ProtocolError:
            break
    raise ProposalOver(DIFFERENT)


def _again(desk: Desk, connection: Connection, session: Session, ready: _Ready) -> None:
    """Everything once more: what was true before the seed was put together. Raises as ``_agree``."""
    again = _agree(desk, connection, session, ready.proposal.id)
    if again is None or again.first != ready.first:
        raise ProposalOver(ASKER_GONE)
    proposals.close_approved(connection, ready.proposal, Signer(session.member.name, session.signer), desk.engine.day)


def _store_opened(desk: Desk, connection: Connection, session: Session, ready: _Ready, text: str) -> Text:
    _again(desk, connection, session, ready)
    engine, wish, by = desk.engine, Wish.of_bytes(ready.proposal.content), f"{ready.first} and {session.member.name}"
    told = contact.store_opened(connection, wish, text, by, engine.now_period(), engine.day)
    contact_consent.forget_decided(connection)
    return told


def _split(desk: Desk, ready: _Ready) -> tuple[dict[str, bytes], list[Half]]:
    """The custodians with their keys, and, of each key that was asked for, pairs of the new one with everybody who has
    halves of it, wrapped to those keys. Raises BadInput, ProposalOver, OpeningFailed."""
    name, content = ready.proposal.target, ready.proposal.content
    public, hashes = content[:XWING_PUBLIC], content[XWING_PUBLIC:]
    wanted = {hashes[at : at + HASH] for at in range(0, len(hashes), HASH)}
    with desk.engine.vault.reading() as connection:
        custodians = contact_key.list_custodians(connection)
        held = {one.hash: one.held for one in contact_key.list_keys(connection)}
    if custodians.get(name) != public:
        raise ProposalOver(OTHER_KEY.format(name=name))
    made: list[Half] = []
    for one in ready.joined:
        if one.hash in wanted:
            members = {who: custodians[who] for who in (*held[one.hash], name) if who in custodians}
            made += split_for(Pair(*one), name, members)
    return custodians, made


def _store_shared(
    desk: Desk,
    connection: Connection,
    session: Session,
    ready: _Ready,
    custodians: dict[str, bytes],
    halves: list[Half],
) -> None:
    """Only while everybody has the key to which these halves were wrapped. Raises as ``_agree``, and BadInput."""
    if contact_key.list_custodians(connection) != custodians:
        raise BadInput(CHANGED)
    _again(desk, connection, session, ready)
    contact_key.store_halves(connection, halves)
    for hashed in {one.hash for one in halves}:
        contact_key.count_holder(connection, hashed)
    contact_consent.forget_decided(connection)
    by = f"{ready.first} and {session.member.name}"
    audit.record(connection, desk.engine.day, by, SHARED, ready.proposal.target, named=True)
