# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's keys for contact details, of which no member holds one: each pair of custodians has two halves whose
exclusive-or is the seed. Who holds which, as the vault knows it; what is done with seeds is done elsewhere
(daemon/contact_process.py)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.encoding import text8
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal, sha256
from journalist_ui.refusals import BadInput
from journalist_ui.vault import labels, tables
from journalist_ui.vault.evidence import unproved_members
from journalist_ui.vault.roles import Role
from journalist_ui.vault.sealing import Holder

from .members import list_rows

LEAST = 3
"""Custodians at a key's birth: with two, one who leaves would take it along."""
MOST_DAYS = 365
"""After so many a new key is due."""
TOO_FEW = (
    "A key for contact details is split among three custodians or more, each with a passphrase of their own; this desk "
    "has {count}. Administrators give the role."
)
ALTERED = (
    "The key or the roles of {names} are not those of this desk's record of acts: somebody changed the vault. Make no "
    "key, and tell whoever oversees this desk."
)
_keys, _halves = tables.contact_keys.c, tables.contact_halves.c


@dataclass(frozen=True)
class ContactKey:
    """``hash`` is H(public); ``day`` that of unix time on which it was made; ``holders`` among how many custodians it
    was split, ``held`` who has halves of it now."""

    hash: bytes
    public: bytes
    day: int
    holders: int
    held: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether there are two who open with it."""
        return len(self.held) > 1

    def due(self, day: int) -> bool:
        """Whether a new key is to take its place: a custodian left, or it is old."""
        return len(self.held) < self.holders or day - self.day > MOST_DAYS


@dataclass(frozen=True)
class Half:
    """Of the pair of ``owner`` and ``partner``: what the owner has, wrapped to them."""

    hash: bytes
    owner: str
    partner: str
    wrapped: bytes = field(repr=False)

    def open(self, holder: Holder) -> bytes:
        """32 bytes, for its owner. Raises NotForThisKey."""
        return holder.key.open(self.wrapped, half_info(self.hash, self.owner, self.partner))


def half_info(hashed: bytes, owner: str, partner: str) -> bytes:
    """What a wrapped half is bound to: the key, whose it is, and with whom."""
    return labels.CONTACT_HALF + hashed + text8(owner) + text8(partner)


def list_custodians(connection: Connection) -> dict[str, bytes]:
    """Name and public key of every custodian with a passphrase of their own, in order of name. Raises BadInput where
    one of them is not as the audit log says."""
    found = [row for row in list_rows(connection) if not row.provisional and Role.CUSTODIAN in row.member.roles]
    altered = {row.name for row in found} & set(unproved_members(connection))
    if altered:
        raise BadInput(ALTERED.format(names=", ".join(sorted(altered))))
    return {row.name: row.public for row in found}


def require_enough(custodians: Collection[str]) -> None:
    """Raises BadInput."""
    if len(custodians) < LEAST:
        raise BadInput(TOO_FEW.format(count=len(custodians)))


def list_keys(connection: Connection) -> list[ContactKey]:
    """Newest first."""
    held: dict[bytes, set[str]] = {}
    for row in connection.execute(select(_halves.hash, _halves.owner)):
        held.setdefault(row.hash, set()).add(row.owner)
    order = select(_keys.hash, _keys.public, _keys.day, _keys.holders).order_by(
        _keys.day.desc(), tables.contact_keys.c.hash
    )
    return [
        ContactKey(row.hash, row.public, row.day, row.holders, tuple(sorted(held.get(row.hash, ()))))
        for row in connection.execute(order)
    ]


def store_key(connection: Connection, public: bytes, halves: Sequence[Half], day: int) -> bytes:
    """A key that was just made; its hash."""
    hashed, holders = sha256(public), len({one.owner for one in halves})
    connection.execute(insert(tables.contact_keys).values(hash=hashed, public=public, day=day, holders=holders))
    store_halves(connection, halves)
    return hashed


def store_halves(connection: Connection, halves: Iterable[Half]) -> None:
    """One that is there already is replaced."""
    for one in halves:
        row = upsert(tables.contact_halves).values(**asdict(one))
        keys = ["hash", "owner", "partner"]
        connection.execute(row.on_conflict_do_update(index_elements=keys, set_={"wrapped": one.wrapped}))


def count_holder(connection: Connection, hashed: bytes) -> None:
    """One more custodian has halves of a key."""
    this = update(tables.contact_keys).where(_keys.hash == hashed)
    connection.execute(this.values(holders=_keys.holders + 1))


def halves_of(connection: Connection, owner: str) -> list[Half]:
    """All that a member has, of every key."""
    found = select(_halves.hash, _halves.owner, _halves.partner, _halves.wrapped).where(_halves.owner == owner)
    return [Half(*row) for row in connection.execute(found.order_by(_halves.hash, _halves.partner))]


def drop_halves(connection: Connection, member: str) -> None:
    """Who is no custodian any more, or lost their key, opens nothing: every pair with them goes, whoever's half it
    is."""
    for rows in (tables.contact_halves, tables.contact_releases):
        connection.execute(delete(rows).where(or_(rows.c.owner == member, rows.c.partner == member)))


def rewrap_halves(connection: Connection, old: Holder, public: bytes) -> None:
    """A member has another key: what the old one opens is wrapped to it; what it does not open goes with its pair."""
    for one in halves_of(connection, old.name):
        info = half_info(one.hash, one.owner, one.partner)
        mine = (_halves.hash == one.hash, _halves.owner == one.owner, _halves.partner == one.partner)
        try:
            again = hpke_seal(public, one.open(old), info)
        except NotForThisKey:
            theirs = (_halves.hash == one.hash, _halves.owner == one.partner, _halves.partner == one.owner)
            for which in (mine, theirs):
                connection.execute(delete(tables.contact_halves).where(*which))
            continue
        connection.execute(update(tables.contact_halves).where(*mine).values(wrapped=again))
