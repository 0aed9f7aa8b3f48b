# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one member asks for and another approves, by a signature of their own over exactly that. What is done then, and
for which kinds, the caller knows; here is who may, until when, and what the audit log keeps."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection, func, insert, or_, select, update

from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import ed25519_sign, ed25519_verify, sha256
from journalist_ui.refusals import BadInput, NoSuchProposal, OwnProposal, ProposalOver, RoleTooNew
from journalist_ui.vault import audit, labels, tables
from journalist_ui.vault.database import read_vault_id
from journalist_ui.vault.evidence import listed
from journalist_ui.vault.roles import Role, parse_held

from .members import TOLD_DAYS, list_rows, only, read_member

OPEN_DAYS = 7
"""Days for which a proposal can be approved, that on which it was asked among them."""
CONTACT_OPEN, REFER = "contact-open", "refer"
OF_CASES = (CONTACT_OPEN, REFER)
"""What is asked about one case: nobody may learn of it from whom that case is kept."""
LONGEST_REASON = 500
"""Characters."""
_ASKED = "proposal"
NO_PROPOSAL = "There is no proposal of that number for you. `dropbox-desk proposals` lists them."
_rows = tables.proposals
_FIELDS = (*("id", "kind", "target", "content", "reason", "asker", "day", "state", "decider", "answer", "decided"),)


class State(StrEnum):
    """OPEN until somebody decides or seven days are over. ALONE: its asker did it, for nobody else could approve."""

    OPEN = "open"
    APPROVED = "approved"
    ALONE = "alone"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Proposal:
    """``content`` is the exact bytes that are approved. Days are of unix time; ``decided`` is 0 before."""

    id: int
    kind: str
    target: str
    content: bytes = field(repr=False)
    reason: str
    asker: str
    day: int
    state: str
    decider: str
    answer: str
    decided: int

    @property
    def last_day(self) -> int:
        """The last on which it can be approved."""
        return self.day + OPEN_DAYS - 1

    def state_on(self, day: int) -> str:
        """What it is on a day: one that nobody decided in time has expired."""
        return State.EXPIRED if self.state == State.OPEN and day > self.last_day else self.state


@dataclass(frozen=True)
class Wanted:
    """What a member asks for. ``approvers``: whoever approves it holds one of these roles."""

    kind: str
    target: str
    content: bytes = field(repr=False)
    reason: str
    approvers: frozenset[Role]


@dataclass(frozen=True)
class Signer:
    """A member who approves, with the Ed25519 seed of their session."""

    name: str
    seed: bytes = field(repr=False)


def check_reason(reason: str, *, needed: bool = False) -> str:
    """Without blanks around it. Raises BadInput: too long, no plain text, or missing where one is ``needed``."""
    reason = reason.strip()
    if needed and not reason:
        raise BadInput("Say why, in a few words.")
    if len(reason) > LONGEST_REASON or any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in reason):
        raise BadInput(f"A reason is one line of at most {LONGEST_REASON} characters. Shorten it.")
    return reason


def approval(connection: Connection, proposal: Proposal) -> bytes:
    """What whoever approves a proposal signs: label, vault id 16, number u32, kind, target and asker each behind its
    length in a byte, SHA-256 of the content."""
    texts = b"".join(u8(len(one.encode())) + one.encode() for one in (proposal.kind, proposal.target, proposal.asker))
    return labels.PROPOSAL + read_vault_id(connection) + u32(proposal.id) + texts + sha256(proposal.content)


def approves_from(held: str | None, approvers: Collection[Role]) -> int | None:
    """The first day on which somebody with these roles may approve; None for never."""
    days = [day + TOLD_DAYS if day else 0 for role, day in parse_held(held).items() if role in approvers]
    return min(days, default=None)


def others_who_approve(connection: Connection, asker: str, approvers: Collection[Role], target: str = "") -> list[str]:
    """Members who may approve what a member asks for, today or once their role is old enough. Who it is about, where
    they are recovered, is none of them: they cannot sign in."""
    return [
        row.name
        for row in list_rows(connection)
        if row.name not in (asker, target) and not row.provisional and approves_from(row.held, approvers) is not None
    ]


def store_proposal(connection: Connection, asker: str, wanted: Wanted, day: int) -> Proposal:
    """Ask for something on a ``day``. Raises BadInput where the same is asked for already."""
    close_expired(connection, day)
    same = (_rows.c.kind == wanted.kind, _rows.c.target == wanted.target, _rows.c.state == State.OPEN)
    if (found := connection.execute(select(_rows.c.id).where(*same)).scalar()) is not None:
        raise BadInput(f"Proposal {found} asks for this already. Let it be approved, or refuse it first.")
    values = {"kind": wanted.kind, "target": wanted.target, "content": wanted.content, "asker": asker, "day": day}
    made = insert(_rows).values(**values, reason=wanted.reason, state=State.OPEN).returning(_rows.c.id)
    proposal = find_proposal(connection, connection.execute(made).scalar_one())
    audit.record(connection, day, asker, _ASKED, _about(proposal), named=True)
    return proposal


def _about(proposal: Proposal) -> str:
    """How the audit log names it."""
    asked = f"{proposal.kind} {proposal.target} {proposal.asker}"
    return f"proposal {proposal.id} {asked} {sha256(proposal.content).hex()}"


def find_proposal(connection: Connection, number: int) -> Proposal:
    """Raises NoSuchProposal."""
    row = connection.execute(select(*(_rows.c[name] for name in _FIELDS)).where(_rows.c.id == number)).first()
    if row is None:
        raise NoSuchProposal(NO_PROPOSAL)
    return Proposal(*row)


def list_proposals(connection: Connection, kinds: Collection[str], asker: str) -> list[Proposal]:
    """Of these kinds, or asked for by this member, newest first."""
    theirs = or_(_rows.c.kind.in_(sorted(kinds)), _rows.c.asker == asker)
    columns = select(*(_rows.c[name] for name in _FIELDS)).where(theirs).order_by(_rows.c.id.desc())
    return [Proposal(*row) for row in connection.execute(columns)]


def count_open(connection: Connection, day: int) -> int:
    """How many can be approved on a day; what is asked about a case, which is not for everybody to know of, is left
    out."""
    waiting = (_rows.c.state == State.OPEN, _rows.c.day > day - OPEN_DAYS, _rows.c.kind.not_in(OF_CASES))
    return connection.execute(select(func.count()).where(*waiting)).scalar_one()


def list_waiting(connection: Connection, kinds: Collection[str], member: str, day: int) -> list[Proposal]:
    """Of these kinds, those that another asked for on a day before, and that wait for this member on a day; they may
    not know of each."""
    theirs = (_rows.c.state == State.OPEN, _rows.c.asker != member, _rows.c.kind.in_(sorted(kinds)))
    columns = select(*(_rows.c[name] for name in _FIELDS))
    found = columns.where(*theirs, _rows.c.day < day, _rows.c.day > day - OPEN_DAYS)
    return [Proposal(*row) for row in connection.execute(found)]


def require_asked(connection: Connection, proposal: Proposal) -> None:
    """Raises ProposalOver where the audit log does not say that exactly this was asked for."""
    if not listed(connection, [_about(proposal)], (_ASKED,)):
        raise ProposalOver(
            "This is not what this desk's record of acts says was asked for: somebody changed the vault. Approve "
            "nothing, and tell whoever oversees this desk."
        )


def require_open(proposal: Proposal, day: int) -> None:
    """Raises ProposalOver."""
    if (state := proposal.state_on(day)) != State.OPEN:
        raise ProposalOver(f"Proposal {proposal.id} is {state}: nothing can be decided any more. Ask anew if need be.")


def require_approver(connection: Connection, name: str, asker: str, approvers: Collection[Role], day: int) -> None:
    """Whether a member may approve on a day what another asks for. Raises NotAllowed, OwnProposal, RoleTooNew."""
    row = read_member(connection, name)
    first = approves_from(row.held, approvers) if row and not row.provisional else None
    if first is None:
        raise only(approvers)
    if name == asker:
        raise OwnProposal("You asked for this yourself. Another person has to approve it.")
    if first > day:
        raise RoleTooNew(
            f"A role approves once all members were told of it {TOLD_DAYS} days ago: yours does so "
            f"{_when(first - day)}. Let another approve it."
        )


def _when(days: int) -> str:
    return "tomorrow" if days == 1 else f"in {days} days"


def close_approved(
    connection: Connection, proposal: Proposal, signer: Signer, day: int, *, alone: bool = False
) -> None:
    """Keep the approval, in the transaction in which what is approved is done: signature and public key stand in the
    audit log. ``alone``: the asker signs, because nobody else could. Raises ProposalOver where the session's key is not
    the member's any more."""
    proof, state = _signed(connection, proposal, signer), State.ALONE if alone else State.APPROVED
    _close(connection, proposal, state, signer.name, day)
    # Plain, so that whoever holds the log verifies the signature.
    audit.record(connection, day, signer.name, f"proposal {state}", proof, named=True)


def record_agreed(connection: Connection, proposal: Proposal, signer: Signer, day: int) -> None:
    """The first of two who must approve has: by the same signature, and it waits for the second. Raises ProposalOver as
    ``close_approved``."""
    audit.record(connection, day, signer.name, "proposal agreed", _signed(connection, proposal, signer), named=True)


def _signed(connection: Connection, proposal: Proposal, signer: Signer) -> str:
    """What the audit log keeps of an approval."""
    row = read_member(connection, signer.name)
    signature = ed25519_sign(signer.seed, approval(connection, proposal)) if signer.seed else b""
    try:
        ed25519_verify(row.signing if row else b"", approval(connection, proposal), signature)
    except ProtocolError:
        raise ProposalOver("Your key has changed since you signed in. Sign in again, then approve.") from None
    return f"{_about(proposal)} {row.signing.hex() if row else ''} {signature.hex()}"


def close_refused(connection: Connection, proposal: Proposal, name: str, reason: str, day: int) -> None:
    """Somebody refuses it, or takes back what they asked for."""
    _close(connection, proposal, State.REFUSED, name, day, answer=reason, content=b"")
    audit.record(connection, day, name, "proposal refused", _about(proposal))


def close_of(connection: Connection, member: str, day: int) -> None:
    """What somebody asked for who is no member any more, or what is about them, is over."""
    theirs = or_(_rows.c.asker == member, _rows.c.target == member)
    for number in connection.execute(select(_rows.c.id).where(_rows.c.state == State.OPEN, theirs)).scalars().all():
        close_refused(connection, find_proposal(connection, number), "", "", day)


def close_expired(connection: Connection, day: int) -> None:
    """What nobody approved in time is over, and its bytes go."""
    late = (_rows.c.state == State.OPEN, _rows.c.day <= day - OPEN_DAYS)
    for number in connection.execute(select(_rows.c.id).where(*late)).scalars().all():
        proposal = find_proposal(connection, number)
        _close(connection, proposal, State.EXPIRED, "", day, content=b"")
        audit.record(connection, day, "", "proposal expired", _about(proposal))


def _close(connection: Connection, proposal: Proposal, state: State, by: str, day: int, **more: str | bytes) -> None:
    this = update(_rows).where(_rows.c.id == proposal.id, _rows.c.state == State.OPEN)
    if connection.execute(this.values(state=state, decider=by, decided=day, **more)).rowcount != 1:
        raise ProposalOver(f"Proposal {proposal.id} was decided meanwhile.")
