# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referrals as far as the daemon knows them, with nobody signed in: what waits to leave, which other units may have
answered, and which messages name a referral. What another unit answers is sealed to the case at once."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.primitives import hpke_seal, sha256

from . import labels, tables
from .sealing import referral_answer_info

_rows = tables.referrals.c


@dataclass(frozen=True)
class Outgoing:
    """A referral on its way to the unit ``slug``, or that has come there: then ``body`` is empty. ``secret`` stands in
    place of a source's stretched codename."""

    id: int
    slug: str
    force: str
    secret: bytes = field(repr=False)
    message_id: bytes = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """A text that stood for it on another unit's board of that ``period``, and what kind it was."""

    number: int
    period: int
    kind: str
    text: str = field(repr=False)


_OUTGOING = select(_rows.id, _rows.slug, _rows.force, _rows.secret, _rows.message_id, _rows.body)


UNSEEN = 3
"""Periods after which a referral that the other unit has not said to have is sent again, as the same message."""


def next_to_send(connection: Connection, period: int) -> Outgoing | None:
    """In this period the one that waits longest, and was not refused."""
    unseen = or_(_rows.sent == 0, _rows.sent < period - UNSEEN)
    waits = _OUTGOING.where(_rows.body != b"", _rows.refused == "", unseen)
    row = connection.execute(waits.order_by(_rows.id).limit(1)).first()
    return Outgoing(*row) if row else None


def refused_before(connection: Connection) -> list[int]:
    """Those to be tried again."""
    return list(connection.execute(select(_rows.id).where(_rows.body != b"", _rows.refused != "")).scalars())


def sent_since(connection: Connection, period: int) -> list[int]:
    """Those that the service took in that period or later, whose units may answer."""
    return list(connection.execute(select(_rows.id).where(_rows.sent >= max(period, 1))).scalars())


def forget_secrets(connection: Connection, period: int) -> None:
    """Of those that went before: their answers are not looked for any more, and open for nobody."""
    old = (_rows.sent > 0, _rows.sent < period, _rows.secret != b"")
    connection.execute(update(tables.referrals).where(*old).values(secret=b"", body=b""))


def read_outgoing(connection: Connection, number: int) -> Outgoing:
    """The one of that id."""
    return Outgoing(*connection.execute(_OUTGOING.where(_rows.id == number)).one())


def note_sent(connection: Connection, number: int, period: int) -> None:
    """The service has taken it in this period; whether the other unit has it, its board says."""
    connection.execute(update(tables.referrals).where(_rows.id == number).values(sent=period, refused=""))


def note_collected(connection: Connection, number: int) -> None:
    """The other unit has it: its words go from here."""
    connection.execute(update(tables.referrals).where(_rows.id == number).values(body=b""))


def note_refused(connection: Connection, number: int, code: str) -> None:
    """It could not be sent, for now."""
    connection.execute(update(tables.referrals).where(_rows.id == number).values(refused=code))


def note_answers(connection: Connection, number: int, answers: Iterable[Answered]) -> None:
    """Those that are not there yet, sealed to the case."""
    case = select(tables.cases.c.number, tables.cases.c.public).join(
        tables.referrals, _rows.number == tables.cases.c.number
    )
    found = connection.execute(case.where(_rows.id == number)).one()
    rows = [
        {
            "referral": number,
            "msg_no": one.number,
            "period": one.period,
            "sealed": hpke_seal(
                found.public,
                json.dumps({"kind": one.kind, "text": one.text}).encode(),
                referral_answer_info(found.number, number, one.number),
            ),
        }
        for one in answers
    ]
    if rows:
        connection.execute(upsert(tables.referral_answers).on_conflict_do_nothing(), rows)


def name_of(reference: bytes) -> bytes:
    """How the vault knows a referral that came: whoever holds the desk key learns no reference from it."""
    return sha256(labels.REFERRAL_NAME + reference)


def note_named(connection: Connection, number: int, kind: str, reference: bytes) -> None:
    """A message of a case names a referral."""
    names = tables.referral_names
    name = name_of(reference)
    this = (names.c.number == number, names.c.kind == kind, names.c.name == name)
    if not connection.execute(select(func.count()).select_from(names).where(*this)).scalar():
        connection.execute(insert(names).values(name=name, number=number, kind=kind))
