# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's keys for contact details: made among custodians, handed to the roots, split for one custodian more."""

from sqlalchemy import Connection

from dropbox.protocol.armour import armour
from dropbox.protocol.enrolment import Enrolment
from journalist_ui.daemon.contact_seeds import make_key
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people import contact_consent, contact_key, members as people, proposals
from journalist_ui.people.proposals import Wanted
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.contact_key import (
    AddHolder,
    ContactKeyFile,
    ContactKeyLine,
    ContactKeyList,
    ContactKeys,
    GetContactKey,
    HolderAsked,
    MakeContactKey,
)
from journalist_ui.vault import audit
from journalist_ui.vault.roles import COUNTERS, Role
from journalist_ui.words.contact_key import codes

from .contact_approval import SHARE, custodians_only
from .desk import Desk
from .moments import DAY

MADE, ADDED = "contact key made", "contact key shared"
NO_KEY = "This desk has no key for contact details yet. Make one first."
HAS_IT = "{name} holds halves of every key that you hold already. Nothing was done."
NO_CUSTODIAN = "{name} is no custodian with a passphrase of their own."
KIND = "ENROLMENT"
_SHORT = 16


def short(hashed: bytes) -> str:
    """How people know a key."""
    return hashed.hex()[:_SHORT]


def listed_key(desk: Desk) -> bytes:
    """What sources seal contact details to, by the signed list; empty for none."""
    unit = desk.engine.state.unit()
    return unit.contact_pk if unit else b""


def key_notices(desk: Desk) -> list[str]:
    """What all members must be told of the keys, by its code."""
    with desk.engine.vault.reading() as connection:
        return codes(_list(desk, connection, ()))


def list_keys(desk: Desk, session: Session, asked: ContactKeys) -> ContactKeyList:
    with desk.engine.vault.reading() as connection:
        return _list(desk, connection, tuple(contact_key.list_custodians(connection)))


def _list(desk: Desk, connection: Connection, custodians: tuple[str, ...]) -> ContactKeyList:
    day, listed = desk.engine.day, listed_key(desk)
    found = contact_key.list_keys(connection)
    lines = tuple(
        ContactKeyLine(
            *(short(one.hash), iso_day(one.day, DAY), one.held, one.holders),
            listed=one.public == listed,
            usable=one.usable,
            due=one.due(day),
        )
        for one in found
    )
    return ContactKeyList(lines, custodians, bool(listed))


def make(desk: Desk, session: Session, asked: MakeContactKey) -> ContactKeyFile:
    """Raises BadInput, NotAllowed, OpeningFailed."""
    engine, name = desk.engine, session.member.name
    with engine.vault.reading() as connection:
        custodians = contact_key.list_custodians(connection)
    contact_key.require_enough(custodians)
    public, halves = make_key(custodians)
    with engine.vault.writing() as connection:
        people.require_role(connection, name, *COUNTERS)
        if contact_key.list_custodians(connection) != custodians:
            raise BadInput("The custodians of this desk have changed meanwhile. No key was made: try again.")
        hashed = contact_key.store_key(connection, public, halves, engine.day)
        audit.record(connection, engine.day, name, MADE, f"{hashed.hex()} {' '.join(custodians)}", named=True)
    return _file(desk, public, hashed, tuple(custodians))


def get_file(desk: Desk, session: Session, asked: GetContactKey) -> ContactKeyFile:
    """Raises BadInput."""
    with desk.engine.vault.reading() as connection:
        found = contact_key.list_keys(connection)
    if not found:
        raise BadInput(NO_KEY)
    return _file(desk, found[0].public, found[0].hash, found[0].held)


def _file(desk: Desk, public: bytes, hashed: bytes, held: tuple[str, ...]) -> ContactKeyFile:
    """Signed by the desk's key: whoever adds it to the list knows the desk by that."""
    engine = desk.engine
    keyring = engine.state.keyring
    made = Enrolment(engine.service_id, desk.unit_id, keyring.public, public, desk.name)
    written = armour(KIND, made.sign(keyring.signing_seed)).decode()
    return ContactKeyFile(short(hashed), held, made.fingerprint.hex(), written)


def add(desk: Desk, session: Session, asked: AddHolder) -> HolderAsked:
    """Raises BadInput, NotAllowed, RoleTooNew, ProposalOver."""
    day, me = desk.engine.day, session.member.name
    reason = proposals.check_reason(asked.reason)
    with desk.engine.vault.writing() as connection:
        custodians_only(connection, me, day)
        custodians, name = contact_key.list_custodians(connection), people.spelled(connection, asked.name)
        if name not in custodians:
            raise BadInput(NO_CUSTODIAN.format(name=name))
        mine = {one.hash for one in contact_key.halves_of(connection, me)}
        lacking = mine - {one.hash for one in contact_key.halves_of(connection, name)}
        if name == me or not lacking:
            raise BadInput(HAS_IT.format(name=name))
        content = b"".join([custodians[name], *sorted(lacking)])
        wanted = Wanted(SHARE, name, content, reason, frozenset({Role.CUSTODIAN}))
        proposal = proposals.store_proposal(connection, me, wanted, day)
        others = {one: public for one, public in custodians.items() if one != name}
        contact_consent.hand_over(connection, session.holder, proposal.id, others)
    return HolderAsked(name, proposal.id)
