# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a custodian does by agreeing: hands each other custodian their half of the pair that the two have, for one
proposal. Whoever agrees as the second holds both halves then, and nobody did before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.encoding import text8, u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import ProposalOver
from journalist_ui.vault import labels, tables
from journalist_ui.vault.sealing import Holder

from .contact_key import Half, halves_of
from .proposals import State

NO_HALVES = (
    "You hold no half of the key for contact details together with another custodian. Two custodians who do can give "
    "you one."
)
_releases = tables.contact_releases.c


class Joined(NamedTuple):
    """The two halves of one key."""

    hash: bytes
    own: bytes
    theirs: bytes


@dataclass(frozen=True)
class Release:
    """``owner``'s half of a pair, wrapped to its ``partner`` for one proposal."""

    proposal: int
    hash: bytes
    owner: str
    partner: str
    wrapped: bytes = field(repr=False)


def _info(proposal: int, hashed: bytes, owner: str, partner: str) -> bytes:
    return labels.CONTACT_RELEASE + u32(proposal) + hashed + text8(owner) + text8(partner)


def hand_over(connection: Connection, holder: Holder, proposal: int, custodians: Mapping[str, bytes]) -> None:
    """This custodian agrees: each other one, name and public key, is handed their half. Raises ProposalOver where there
    is none to hand over."""
    made = []
    for half in halves_of(connection, holder.name):
        opened = _opened(half, holder) if half.partner in custodians else b""
        if opened:
            info = _info(proposal, half.hash, half.owner, half.partner)
            wrapped = hpke_seal(custodians[half.partner], opened, info)
            made.append(Release(proposal, half.hash, half.owner, half.partner, wrapped))
    if not made:
        raise ProposalOver(NO_HALVES)
    for one in made:
        connection.execute(upsert(tables.contact_releases).values(**vars(one)).on_conflict_do_nothing())


def _opened(half: Half, holder: Holder) -> bytes:
    try:
        return half.open(holder)
    except NotForThisKey:
        return b""


def who_agreed(connection: Connection, proposal: int) -> set[str]:
    """The custodians who have handed halves over for a proposal, and are custodians still."""
    found = select(_releases.owner).where(_releases.proposal == proposal)
    return set(connection.execute(found).scalars())


def join(connection: Connection, holder: Holder, proposal: int) -> list[Joined]:
    """Of each key of which this custodian was handed the other half of a pair, both halves. Raises ProposalOver where
    there is none."""
    mine = {(half.hash, half.partner): half for half in halves_of(connection, holder.name)}
    found = []
    handed = select(_releases.hash, _releases.owner, _releases.wrapped)
    for row in connection.execute(handed.where(_releases.proposal == proposal, _releases.partner == holder.name)):
        half = mine.get((row.hash, row.owner))
        try:
            theirs = holder.key.open(row.wrapped, _info(proposal, row.hash, row.owner, holder.name))
            if half is not None:
                found.append(Joined(row.hash, half.open(holder), theirs))
        except NotForThisKey:
            continue
    if not found:
        raise ProposalOver(NO_HALVES)
    return found


def store_reasons(connection: Connection, proposal: int, reason: bytes, readers: Iterable[tuple[str, bytes]]) -> None:
    """For each of these members, names and public keys, why it is asked for."""
    for name, public in readers:
        row = {"proposal": proposal, "member": name, "sealed": hpke_seal(public, reason, _reason_info(proposal, name))}
        connection.execute(upsert(tables.contact_reasons).values(**row).on_conflict_do_nothing())


def read_reason(connection: Connection, holder: Holder, proposal: int) -> bytes:
    """As it was stored for this member; nothing where it was not, or for a key of before."""
    rows = tables.contact_reasons.c
    mine = select(rows.sealed).where(rows.proposal == proposal, rows.member == holder.name)
    sealed = connection.execute(mine).scalar()
    try:
        return holder.key.open(sealed, _reason_info(proposal, holder.name)) if sealed else b""
    except NotForThisKey:
        return b""


def _reason_info(proposal: int, member: str) -> bytes:
    return labels.CONTACT_REASON + u32(proposal) + member.encode()


def forget_decided(connection: Connection) -> None:
    """What was handed over for a proposal that is decided, or has expired, goes."""
    open_ones = select(tables.proposals.c.id).where(tables.proposals.c.state == State.OPEN)
    for rows in (tables.contact_releases, tables.contact_asks):
        connection.execute(delete(rows).where(rows.c.proposal.not_in(open_ones)))
