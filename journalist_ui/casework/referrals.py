# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that are referred to another unit: what leaves, what came back, and referrals that came here."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from dropbox.forces import find_force
from dropbox.protocol.body import Answer, Report, encode_body, parse_body
from dropbox.protocol.constants import ACCEPTS, BODY_PART, MAX_NOT_TO, REFERENCE, REFERRAL, UnitKind
from dropbox.protocol.directory import Directory
from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import BadBody, BadText, NotForThisKey, TooLong
from dropbox.protocol.primitives import hpke_seal
from dropbox.protocol.units import Unit
from dropbox.questions import find_question, is_independent
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.sealing import referral_answer_info, referral_info

from .cases import OpenedCase
from .conversation import Conversation, SourceMessage

CARRIED = ("at-risk", "subject-role", "keep-from")
"""Answers of the source that go with a summary: they are options, and nobody's words."""
_NUMBER = 4
NO_UNIT = "There is no other unit {slug} in the signed list. `dropbox-source units` shows all."
PAUSED = "{name} takes no reports at the moment, by the signed list."
CONFLICT = "The signed list keeps reports about that force from {name}. Nothing was referred."
KEPT_FROM = "The source wants this report kept from {name}. Nothing was referred."
UNSAID = (
    "Not all that the source wrote can be read as a report, so it is not known whether {name} may get it. Nothing was "
    "referred."
)
MANY = "The source names more units that must never get this than a referral has room for. Nothing was referred."
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


@dataclass(frozen=True)
class Bars:
    """What the source said of whom its report is to be kept from, and which forces it is about, over all its reports;
    ``unsaid``: not all of them could be read. ``independent``: not to the unit of a force that it is about."""

    not_to: tuple[str, ...]
    forces: frozenset[str]
    independent: bool
    unsaid: bool


def bars_of(found: Conversation) -> Bars:
    """Of a case that was opened whole."""
    theirs = [one for one in found.messages if isinstance(one, SourceMessage)]
    reports = [one.report for one in theirs if one.report]
    named = (report.answers.get("forces") for report in reports)
    forces = {report.force for report in reports} | {one for each in named if isinstance(each, tuple) for one in each}
    return Bars(
        tuple(sorted({one for report in reports for one in report.not_to})),
        frozenset(forces - {""}),
        any(is_independent(report.answers) for report in reports),
        len(reports) < len(theirs),
    )


def other_unit(directory: Directory, own: bytes, slug: str, bars: Bars) -> Unit:
    """The unit of that slug, which takes reports and may get this one. Raises BadInput."""
    unit = next((one for one in directory.units if one.slug == slug and one.unit_id != own), None)
    if unit is None:
        raise BadInput(NO_UNIT.format(slug=slug))
    if unit.paused:
        raise BadInput(PAUSED.format(name=unit.name))
    if bars.unsaid and (unit.conflicts or unit.kind is UnitKind.FORCE_UNIT):
        raise BadInput(UNSAID.format(name=unit.name))
    if bars.forces & set(unit.conflicts):
        raise BadInput(CONFLICT.format(name=unit.name))
    of_force = unit.kind is UnitKind.FORCE_UNIT and (not bars.forces or bars.forces & set(unit.forces))
    if slug in bars.not_to or (bars.independent and of_force):
        raise BadInput(KEPT_FROM.format(name=unit.name))
    return unit


def summarised(found: Conversation, directory: Directory, own: bytes, slug: str, summary: str) -> tuple[Unit, Report]:
    """The other unit, and exactly what it would get of a case that was opened whole. Raises BadInput."""
    first, bars = found.first or Report(""), bars_of(found)
    unit = other_unit(directory, own, slug, bars)
    said = summary.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput(EMPTY)
    force = find_force(first.force) if first.force else None
    answers = {name: _options(name, first.answers.get(name)) for name in CARRIED}
    chosen = {name: options for name, options in answers.items() if options}
    report = Report(said, first.categories, force.slug if force else "", chosen, not_to=bars.not_to)
    try:
        over = len(encode_body(report)) + _CLAIM - BODY_PART
    except (BadBody, BadText, TooLong) as error:
        raise BadInput(MANY if len(bars.not_to) > MAX_NOT_TO else error.say) from None
    if over > 0:
        raise BadInput(LONG.format(over=over))
    return unit, report


def _options(name: str, answer: Answer) -> tuple[str, ...]:
    """Those that the question offers: anything else could be somebody's words."""
    question = find_question(name)
    offered = {option.id for option in question.options} if question else set()
    return tuple(one for one in answer if one in offered) if isinstance(answer, tuple) else ()


_CLAIM = len(f',"{REFERRAL}":"{"0" * 192}"')
"""Bytes that the claim takes in a report."""


def seal_wish(case: OpenedCase, wish: Wish) -> bytes:
    """The exact bytes that a second person approves: sealed to the case, for whoever opens it."""
    words = {"to": wish.slug, "by": wish.by, "reason": wish.reason, "body": encode_body(wish.report).hex()}
    plain = wish.reference + json.dumps(words).encode()
    return u32(case.number) + hpke_seal(case.key.public, plain, referral_info(case.number))


def case_of_wish(content: bytes) -> int:
    """The number of the case that it is about; 0 where the bytes are gone."""
    return int.from_bytes(content[:_NUMBER], "big")


def open_wish(case: OpenedCase, sealed: bytes) -> Wish:
    """Raises BadInput where it does not open: then it was altered."""
    try:
        plain = case.key.open(sealed[_NUMBER:], referral_info(case.number))
        reference, words = plain[:REFERENCE], json.loads(plain[REFERENCE:])
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
    for which the last try failed; ``collected``: the other unit has it, or it is not looked after any more. ``by`` and
    ``text`` are "" where they do not open."""

    slug: str
    day: int
    sent: int
    refused: str
    collected: bool
    by: str
    text: str = field(repr=False)
    answers: tuple[OtherUnitsAnswer, ...] = ()


def read_referrals(connection: Connection, case: OpenedCase) -> list[Referral]:
    """Of a case, oldest first."""
    rows, answers = tables.referrals.c, tables.referral_answers.c
    gone = rows.body == b""
    columns = (rows.id, rows.slug, rows.day, rows.sent, rows.refused, gone.label("collected"), rows.sealed)
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
    return Referral(row.slug, row.day, row.sent, row.refused, bool(row.collected), by, text, tuple(answers))


def _answer(case: OpenedCase, row: Row[Any]) -> OtherUnitsAnswer:
    try:
        words = json.loads(case.key.open(row.sealed, referral_answer_info(case.number, row.referral, row.msg_no)))
        kind, text = str(words["kind"]), str(words["text"])
    except (NotForThisKey, ValueError, KeyError, TypeError):
        kind, text = "text", ""
    return OtherUnitsAnswer(row.msg_no, row.period, kind, text)


def is_asked(connection: Connection, number: int, kind: str, open_state: str) -> bool:
    """Whether a proposal of that kind waits for the case."""
    rows = tables.proposals.c
    found = connection.execute(select(rows.content).where(rows.kind == kind, rows.state == open_state)).scalars()
    return any(case_of_wish(content) == number for content in found)


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
    """Of a message of a case that names one so; None where none does."""
    rows = tables.referral_names.c
    # Of the source's words the newest: one that was mistyped can be set right.
    order = rows.id if kind == REFERRAL else rows.id.desc()
    found = select(rows.name).where(rows.number == number, rows.kind == kind).order_by(order).limit(1)
    name = connection.execute(found).scalar()
    if name is None:
        return None
    same = connection.execute(select(rows.number, rows.kind).where(rows.name == name).order_by(rows.id)).all()
    came, accepted = (tuple(row.number for row in same if row.kind == one) for one in (REFERRAL, ACCEPTS))
    return Named(came, accepted)
