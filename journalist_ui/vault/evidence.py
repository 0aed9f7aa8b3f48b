# SPDX-License-Identifier: AGPL-3.0-or-later
"""What shows that a row is what it claims to be, to whoever opens it: the desk key alone can write rows.

A part of a source's message carries the source's signature. A text of the unit, and a member's key, stand with their
hash in the audit log, whose head goes out with each batch. What was stored before proofs were kept is listed there too.
"""

from collections.abc import Container, Iterable, Sequence
from enum import StrEnum

from sqlalchemy import Connection, func, select

from dropbox.protocol.body import parse_body
from dropbox.protocol.errors import NotForThisKey, ProtocolError
from dropbox.protocol.part_proof import PART_PROOF, parse_part_proof, verify_part
from dropbox.protocol.primitives import sha256

from . import audit, tables
from .contacts import WITHDRAWAL, WITHDRAWN, about_erased, put_together
from .roles import signs_of
from .rows import MEMBER_KEYS, CaseRow, ContactRow, MemberKey, MessageRow, PartRow
from .sealing import CaseKeys, contact_field_info, part_info, proved_part_info

KEPT = "kept before proofs"
MIGRATED = "vault migrated"
REPLY = "reply"
RELEASE = "outcome released"
ASK = "questions asked"
CLOSING = "closing told"
CONTACT_OPENED = "contact opened"
OFFER = "referral offered"
SENDS = (REPLY, RELEASE, ASK, CLOSING, CONTACT_OPENED, OFFER)
"""Acts by which a text of the unit goes to its source: each names it."""
LINK = "link"
MEMBER_KEY = "member key"
_AT_ONCE = 500


class Proof(StrEnum):
    """PROVED: its writer's own proof holds. ERASED: it held until contact details went that its signature covers, as
    the audit log says. BEFORE: listed as stored before proofs were kept. UNPROVED: none of these."""

    PROVED = "proved"
    ERASED = "erased"
    BEFORE = "before"
    UNPROVED = "unproved"


def about_part(case: CaseRow, message: MessageRow, part: int, sealed: bytes) -> str:
    """How the audit log names a sealed part: with whose case it is in and of how many parts."""
    hashed = sha256(case.pseudonym + sealed).hex()
    return f"part {case.number} {message.message_id.hex()} {part}/{message.parts} {hashed}"


def about_text(number: int, text_id: int, sealed: bytes) -> str:
    """How it names a text of the unit."""
    return f"text {number} {text_id} {sha256(sealed).hex()}"


def about_link(plain: bytes) -> str:
    """How it names a link, or that one was taken back: by what only whoever opens both cases can know."""
    return f"link {sha256(plain).hex()}"


def about_key(key: MemberKey) -> str:
    """How it names a member's public keys, X-Wing then Ed25519, with what the member may do (roles.py), and whether the
    passphrase is still the first one (p)."""
    return (
        f"key {key.name} {signs_of(key.held)}{'p' if key.provisional else ''} {sha256(key.public + key.signing).hex()}"
    )


def listed(connection: Connection, names: Iterable[str], acts: Sequence[str] = (KEPT,)) -> dict[str, Proof]:
    """Those of the names that the audit log holds for these acts, and what that proves; of what was kept before proofs,
    only where it stands before the row that closed that list."""
    rows, wanted = tables.audit, list(names)
    found: dict[str, Proof] = {}
    if not wanted:
        return found
    closed = connection.execute(select(func.min(rows.c.seq)).where(rows.c.act == MIGRATED)).scalar() or 0
    for at in range(0, len(wanted), _AT_ONCE):
        these = select(rows.c.about, rows.c.act, rows.c.seq).where(rows.c.about.in_(wanted[at : at + _AT_ONCE]))
        for row in connection.execute(these):
            if row.act in acts and (row.act != KEPT or row.seq < closed):
                found[row.about] = Proof.BEFORE if row.act == KEPT else Proof.PROVED
    return found


class SealedMessage:
    """The sealed parts of one message of a case, in order, as the vault holds them."""

    def __init__(
        self, case: CaseRow, message: MessageRow, parts: Sequence[PartRow], contact: ContactRow | None = None
    ) -> None:
        """``contact``: contact details that it brought, None where it brought none."""
        self._case = case
        self._message = message
        self._parts = parts
        self._contact = contact if contact and contact.state != WITHDRAWAL else None

    @property
    def _erased(self) -> bool:
        return self._contact is not None and self._contact.state == WITHDRAWN

    def names(self) -> list[str]:
        """How the audit log would name those parts that carry no proof, or not all that theirs covers."""
        erased = [about_erased(row.number, row.message_id, row.sealed) for row in self._parts if self._erased]
        return erased + [self._name(row) for row in self._parts if not row.proved]

    def _name(self, row: PartRow) -> str:
        return about_part(self._case, self._message, row.part, row.sealed)

    def read(self, key: CaseKeys) -> bytes:
        """The joined parts, whoever wrote them: to look words up in, never to be shown."""
        return b"".join(self._body(row, key) for row in self._parts)

    def open(self, key: CaseKeys, kept: Container[str]) -> tuple[bytes, Proof]:
        """The joined parts, and what they prove. A part that does not open is left out and proves nothing."""
        opened = [self._open(row, key, kept) for row in self._parts]
        proofs = {proof for _, proof in opened}
        if [row.part for row in self._parts] != list(range(1, self._message.parts + 1)):
            proofs.add(Proof.UNPROVED)
        worst = next((one for one in (Proof.UNPROVED, Proof.BEFORE, Proof.ERASED) if one in proofs), Proof.PROVED)
        return b"".join(body for body, _ in opened), worst

    def _body(self, row: PartRow, key: CaseKeys) -> bytes:
        try:
            return self._plain(row, key)[PART_PROOF if row.proved else 0 :]
        except NotForThisKey:
            return b""

    def _plain(self, row: PartRow, key: CaseKeys) -> bytes:
        info = proved_part_info if row.proved else part_info
        return key.open(row.sealed, info(row.number, row.message_id, row.part))

    def _open(self, row: PartRow, key: CaseKeys, kept: Container[str]) -> tuple[bytes, Proof]:
        try:
            plain = self._plain(row, key)
        except NotForThisKey:
            return b"", Proof.UNPROVED
        if not row.proved:
            return plain, Proof.BEFORE if self._name(row) in kept else Proof.UNPROVED
        body = plain[PART_PROOF:]
        if self._erased:
            known = about_erased(row.number, row.message_id, row.sealed) in kept
            return body, Proof.ERASED if known else Proof.UNPROVED
        try:
            body = self._whole(body, key)
            proof = parse_part_proof(plain[:PART_PROOF])
            verify_part(self._case.pseudonym, row.message_id, row.part, self._message.parts, body, proof)
        except ProtocolError:
            return body, Proof.UNPROVED
        return body, Proof.PROVED

    def _whole(self, body: bytes, key: CaseKeys) -> bytes:
        """With its contact details, as they were signed. Raises ProtocolError."""
        if self._contact is None:
            return body
        info = contact_field_info(self._contact.number, self._contact.message_id)
        return put_together(parse_body(body), key.open(self._contact.sealed, info))

    def certificate(self, key: CaseKeys) -> bytes:
        """H of the epoch certificate that a message of one part, which is proved, was sealed to. Raises
        ProtocolError."""
        return parse_part_proof(self._plain(self._parts[0], key)[:PART_PROOF]).cert_hash


def keep_nothing(connection: Connection, day: int) -> None:
    """Close the list of what was kept before proofs, in a vault that begins with them: it is empty for good."""
    audit.record(connection, day, "", MIGRATED, "nothing")


def record_key(connection: Connection, day: int, name: str) -> None:
    """Write a member's present public keys and roles down in the audit log."""
    row = connection.execute(MEMBER_KEYS.where(tables.members.c.name == name)).one()
    audit.record(connection, day, name, MEMBER_KEY, about_key(MemberKey._make(row)), named=True)


def unproved_members(connection: Connection) -> list[str]:
    """Members whose newest key in the audit log is not the one that cases are wrapped to, or whose roles are others."""
    rows, wrong = tables.audit, []
    for member in map(MemberKey._make, connection.execute(MEMBER_KEYS)):
        start = f"key {member.name} "
        newest = connection.execute(
            select(rows.c.about)
            .where(rows.c.about >= start, rows.c.about < f"{start}~", rows.c.act.in_((MEMBER_KEY, KEPT)))
            .order_by(rows.c.seq.desc())
            .limit(1)
        ).scalar()
        if newest != about_key(member):
            wrong.append(member.name)
    return wrong
