# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that are referred to another unit: what leaves, what came back, and referrals that came here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.constants import ACCEPTS, BODY_PART, REFERENCE, REFERRAL
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import BadBody, BadText, NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from dropbox.protocol.units import Unit
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.sealing import referral_answer_info, referral_info

from .cases import OpenedCase
from .conversation import Conversation, SourceMessage

CARRIED = ("at-risk", "subject-role")
"""Answers of the source that go with a summary: they are options, and nobody's words."""
_NUMBER = 4
_HEAD = _NUMBER + REFERENCE
NO_UNIT = "There is no other unit {slug} in the signed list. `dropbox-source units` shows all."
PAUSED = "{name} takes no reports at the moment, by the signed list."
CONFLICT = "The signed list keeps reports about that force from {name}. Nothing was referred."
KEPT_FROM = "The source wants {name} never to get this report. Nothing was referred."
LONG = "The summary is too long: a referral has one part. Shorten it by about {over:,} bytes."
EMPTY = "Say what the other unit needs to know, in your own words."


@dataclass(frozen=True)
class Wish:
    """What is asked for: that ``report`` goes to the unit ``slug`` under the ``reference``, and why."""

    slug: str
    reference: bytes
    report: Report = field(repr=False)
    by: str
    reason: str = field(repr=False)


def other_unit(directory: Directory, own: bytes, slug: str, force: str) -> Unit:
    """The unit of that slug, which takes reports and may get those about the force. Raises BadInput."""
    unit = next((one for one in directory.units if one.slug == slug and one.unit_id != own), None)
    if unit is None:
        raise BadInput(NO_UNIT.format(slug=slug))
    if unit.paused:
        raise BadInput(PAUSED.format(name=unit.name))
    if force and force in unit.conflicts:
        raise BadInput(CONFLICT.format(name=unit.name))
    return unit


def summarised(found: Conversation, directory: Directory, own: bytes, slug: str, summary: str) -> tuple[Unit, Report]:
    """The other unit, and exactly what it would get of a case that was opened whole. Raises BadInput."""
    first = found.first or Report("")
    unit = other_unit(directory, own, slug, first.force)
    reports = [one.report for one in found.messages if isinstance(one, SourceMessage) and one.report]
    barred = sorted({one for report in reports for one in report.not_to})
    if slug in barred:
        raise BadInput(KEPT_FROM.format(name=unit.name))
    said = summary.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(EMPTY)
    answers = {name: first.answers[name] for name in CARRIED if isinstance(first.answers.get(name), tuple)}
    report = Report(said, first.categories, first.force, answers, not_to=tuple(barred))
    try:
        over = len(encode_body(report)) + _CLAIM - BODY_PART
    except (BadBody, BadText) as error:
        raise BadInput(error.say) from None
    if over > 0:
        raise BadInput(LONG.format(over=over))
    return unit, report


_CLAIM = len(f',"{REFERRAL}":"{"0" * 192}"')
"""Bytes that the claim takes in a report."""


def seal_wish(case: OpenedCase, wish: Wish) -> bytes:
    """The exact bytes that a second person approves: sealed to the case, for whoever opens it."""
    words = {"to": wish.slug, "by": wish.by, "reason": wish.reason, "body": encode_body(wish.report).hex()}
    plain = wish.reference + json.dumps(words).encode()
    sealed = hpke_seal(case.key.public, plain, referral_info(case.number, wish.reference))
    return u32(case.number) + wish.reference + sealed


def case_of_wish(content: bytes) -> int:
    """The number of the case that it is about; 0 where the bytes are gone."""
    return int.from_bytes(content[:_NUMBER], "big")


def open_wish(case: OpenedCase, sealed: bytes) -> Wish:
    """Raises BadInput where it does not open: then it was altered."""
    reference = sealed[_NUMBER:_HEAD]
    try:
        plain = case.key.open(sealed[_HEAD:], referral_info(case.number, reference))
        words = json.loads(plain[REFERENCE:])
        report = parse_body(bytes.fromhex(words["body"]))
        return Wish(str(words["to"]), reference, report, str(words["by"]), str(words["reason"]))
    except (NotForThisKey, BadBody, ValueError, KeyError, TypeError):
        raise BadInput("What was asked for cannot be read. Ask for it anew.") from None


def body_of(report: Report) -> bytes:
    """What leaves, in one part."""
    return encode_body(report)


@dataclass(frozen=True)
class Leaving:
    """What a referral leaves by: ``secret`` in place of a codename, and the body of its one message."""

    secret: bytes = field(repr=False)
    message_id: bytes = field(repr=False)
    body: bytes = field(repr=False)


def start(connection: Connection, case: OpenedCase, wish: Wish, sealed: bytes, leaving: Leaving, day: int) -> None:
    """It leaves with one of the next visits."""
    values = {
        "number": case.number,
        "slug": wish.slug,
        "force": wish.report.force,
        "reference": wish.reference,
        "secret": leaving.secret,
        "message_id": leaving.message_id,
        "body": leaving.body,
        "day": day,
        "sealed": sealed,
    }
    connection.execute(insert(tables.referrals).values(values))
    audit.record(connection, day, case.reader, "referred", wish.slug, case=case.number)


@dataclass(frozen=True)
class OtherUnitsAnswer:
    """A text of the other unit, as it stood on its board of a ``period``. ``kind`` is that of an entry."""

    number: int
    period: int
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class Referral:
    """One that left, or waits to. ``sent`` is the period in which the service took it, 0 before; ``refused`` the code
    for which the last try failed. ``by`` and ``text`` are "" where they do not open."""

    slug: str
    day: int
    sent: int
    refused: str
    by: str
    text: str = field(repr=False)
    answers: tuple[OtherUnitsAnswer, ...] = ()


def read_referrals(connection: Connection, case: OpenedCase) -> list[Referral]:
    """Of a case, oldest first."""
    rows, answers = tables.referrals.c, tables.referral_answers.c
    columns = (rows.id, rows.slug, rows.day, rows.sent, rows.refused, rows.sealed)
    found = connection.execute(select(*columns).where(rows.number == case.number).order_by(rows.id)).all()
    back = select(tables.referral_answers).where(answers.referral.in_([row.id for row in found]))
    came = connection.execute(back.order_by(answers.referral, answers.msg_no)).all()
    return [_referral(case, row, [_answer(case, one) for one in came if one.referral == row.id]) for row in found]


def _referral(case: OpenedCase, row: Row[Any], answers: Iterable[OtherUnitsAnswer]) -> Referral:
    try:
        wish = open_wish(case, row.sealed)
        by, text = wish.by, wish.report.text
    except BadInput:
        by, text = "", ""
    return Referral(row.slug, row.day, row.sent, row.refused, by, text, tuple(answers))


def _answer(case: OpenedCase, row: Row[Any]) -> OtherUnitsAnswer:
    try:
        words = json.loads(case.key.open(row.sealed, referral_answer_info(case.number, row.referral, row.msg_no)))
        kind, text = str(words["kind"]), str(words["text"])
    except (NotForThisKey, ValueError, KeyError, TypeError):
        kind, text = "text", ""
    return OtherUnitsAnswer(row.msg_no, row.period, kind, text)


def with_referrals(connection: Connection) -> list[int]:
    """The cases that were referred."""
    return list(connection.execute(select(tables.referrals.c.number).distinct()).scalars())


@dataclass(frozen=True)
class Named:
    """A referral that a case names: the cases that came as it, and those whose sources say that they are the one of it,
    each in the order in which they came."""

    came: tuple[int, ...]
    accepted: tuple[int, ...]


def read_named(connection: Connection, number: int, kind: str) -> Named | None:
    """Of the first message of a case that names one so; None where none does."""
    rows = tables.referral_names.c
    found = select(rows.name).where(rows.number == number, rows.kind == kind).order_by(rows.id).limit(1)
    name = connection.execute(found).scalar()
    if name is None:
        return None
    same = connection.execute(select(rows.number, rows.kind).where(rows.name == name).order_by(rows.id)).all()
    came, accepted = (tuple(row.number for row in same if row.kind == one) for one in (REFERRAL, ACCEPTS))
    return Named(came, accepted)
