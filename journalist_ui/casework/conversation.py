# SPDX-License-Identifier: AGPL-3.0-or-later
"""What both sides have written in a case, in its running order: read sealed in a transaction, opened without one."""

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.board import split_bytes, split_text
from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.constants import CLOSED_KINDS, OUTCOME_KINDS
from dropbox.protocol.errors import BadBody, NotForThisKey
from dropbox.protocol.outcome import Outcome, encode_outcome, named_together
from dropbox.protocol.questions import Questions, encode_questions, parse_questions
from journalist_ui.vault import audit, tables
from journalist_ui.vault.contacts import ERASED
from journalist_ui.vault.counters import ON_THE_WAY, count_shown
from journalist_ui.vault.evidence import KEPT, SENDS, Proof, SealedMessage, about_text, listed
from journalist_ui.vault.first_look import said_in
from journalist_ui.vault.rows import CONTACTS, PARTS, TEXTS, WHOLE_MESSAGES, ContactRow, MessageRow, PartRow, TextRow
from journalist_ui.vault.sealing import CaseKeys, answer_info

from .cases import OpenedCase

PAGE = 50
"""How much of a conversation stands on one page beside the report: opening a message takes milliseconds, and a source
may write thousands."""
_AT_ONCE = 100
SHOW = "show"


@dataclass(frozen=True)
class SourceMessage:
    """A whole message. ``number`` counts them from 1; ``report`` is None when the body is no form of ours: then ``raw``
    is all there is to show. ``proof`` says whether it is the source's."""

    message_id: bytes
    number: int
    period: int
    place: int
    report: Report | None
    raw: str
    proof: Proof


@dataclass(frozen=True)
class OfficerText:
    """A text of the unit and where it is on its way. ``number`` is its msg_no, 0 before it has one; ``once`` the
    version of the draft that it was, "" for none. ``written`` is the period for which it was first planned, ``stood``
    that of the newest batch that carried it, each 0 before. ``authorisation`` and ``officer``: by what reference, and
    who, somebody outside the desk authorised it, "" for nobody. ``kinds``: it is an outcome, with these words;
    ``questions``: it asks these; ``opened``: it says that contact details were opened; ``offer``: it offers to go on
    with the unit of that slug. ``read`` is the period in which it was acknowledged, 0 before."""

    number: int
    period: int
    place: int
    author: str
    text: str
    state: str
    proof: Proof
    once: str = ""
    written: int = 0
    stood: int = 0
    authorisation: str = ""
    officer: str = ""
    kinds: tuple[str, ...] = ()
    questions: Questions = ()
    read: int = 0
    opened: bool = False
    offer: str = ""

    @property
    def parts(self) -> int:
        """How many parts it travels in."""
        if self.offer or self.opened:
            return 1
        if self.questions:
            return len(split_bytes(encode_questions(self.questions)))
        if self.kinds:
            of = CLOSED_KINDS if self.closing else OUTCOME_KINDS
            return len(split_bytes(encode_outcome(Outcome(self.kinds, self.text), of)))
        return len(split_text(self.text))

    @property
    def closing(self) -> bool:
        """Whether it answers a source that closes the conversation."""
        return bool(self.kinds) and self.kinds[0] in CLOSED_KINDS

    def is_off_board(self, newest: int) -> bool:
        """Whether the unit's newest batch, of that period, was planned with it and does not carry it."""
        return self.state in ON_THE_WAY and 0 < self.written <= newest and self.stood < newest


OnPage = SourceMessage | OfficerText


@dataclass(frozen=True)
class Conversation:
    """A case in running order: whole, or its first message and ``page`` of so many ``pages``, of which 1 is the newest.
    ``first`` is the report that opened the case, None where that is no form or not proved."""

    number: int
    state: str
    first: Report | None
    messages: tuple[OnPage, ...]
    page: int = 0
    pages: int = 0


@dataclass(frozen=True)
class Sealed:
    """What was read of a case and not opened yet. ``kept`` and ``written`` are what the audit log knows of it."""

    case: OpenedCase
    messages: tuple[tuple[MessageRow, SealedMessage], ...]
    texts: tuple[TextRow, ...]
    kept: Container[str]
    written: Mapping[str, Proof]
    page: int = 0
    pages: int = 0

    def open(self) -> Conversation:
        """It takes milliseconds for each message, and no transaction."""
        key = self.case.key
        found: list[OnPage] = [_message(row, sealed, key, self.kept) for row, sealed in self.messages]
        first = next((one for one in found if isinstance(one, SourceMessage)), None)
        report = first.report if first and first.proof is not Proof.UNPROVED else None
        found += [_text(row, key, self.written) for row in self.texts]
        found.sort(key=lambda one: one.place)
        return Conversation(self.case.number, self.case.row.state, report, tuple(found), self.page, self.pages)


@dataclass(frozen=True)
class SealedWords:
    """All that both sides wrote, for a search: nothing is asked of what proves it, which whoever opens the case is
    told."""

    case: OpenedCase
    messages: tuple[SealedMessage, ...]
    texts: tuple[TextRow, ...]

    def open(self) -> Iterator[str]:
        """It takes milliseconds for each message, and no transaction."""
        for message in self.messages:
            yield said_in(message.read(self.case.key))
        for text in open_texts(self.case, self.texts):
            yield text.text


Places = Callable[[Column[int]], ColumnElement[bool]]


def read_page(connection: Connection, case: OpenedCase, page: int = 0) -> Sealed:
    """The page that there is, the last where there are fewer; everything for page 0."""
    if not page:
        return _read(connection, case)
    number = case.number
    theirs, ours = tables.messages.c, tables.answers.c
    places = select(theirs.place).where(theirs.number == number, tables.IS_WHOLE)
    both = places.union_all(select(ours.place).where(ours.number == number)).subquery()
    (first, count) = connection.execute(select(func.min(both.c.place), func.count())).one()
    pages = max(1, -(-(count - 1) // PAGE))
    page = min(page, pages)
    ordered = select(both.c.place).where(both.c.place > first).order_by(both.c.place.desc())
    on_page = ordered.limit(PAGE).offset((page - 1) * PAGE).subquery()
    (low, high) = connection.execute(select(func.min(on_page.c.place), func.max(on_page.c.place))).one()
    return _read(connection, case, lambda place: (place == first) | place.between(low, high), page, pages)


def read_after(connection: Connection, case: OpenedCase, place: int) -> Sealed:
    """What stands behind a place."""
    return _read(connection, case, lambda at: at > place)


def read_words(connection: Connection, case: OpenedCase) -> SealedWords:
    """Of the whole case."""
    _, messages = _messages(connection, case)
    return SealedWords(case, tuple(messages), tuple(_texts(connection, case.number)))


def read_places(connection: Connection, case: OpenedCase, places: Sequence[int]) -> Sealed:
    """The source's messages that stand at these places."""
    return _read(connection, case, lambda at: at.in_(places), texts=False)


def read_first(connection: Connection, case: OpenedCase) -> Sealed:
    """The message with which it began."""
    messages = tables.messages.c
    first = select(func.min(messages.place)).where(messages.number == case.number, tables.IS_WHOLE)
    return _read(connection, case, lambda place: place == first.scalar_subquery(), texts=False)


# Made once: search opens thousands of cases after each sign-in.
_THEIRS = WHOLE_MESSAGES.where(tables.messages.c.number == bindparam("case")).order_by(tables.messages.c.place)
_OURS = TEXTS.where(tables.answers.c.number == bindparam("case")).order_by(tables.answers.c.place)
_THESE_PARTS = PARTS.where(
    tables.parts.c.number == bindparam("case"), tables.parts.c.message_id.in_(bindparam("ids", expanding=True))
).order_by(tables.parts.c.part)


def _read(
    connection: Connection,
    case: OpenedCase,
    these: Places | None = None,
    page: int = 0,
    pages: int = 0,
    *,
    texts: bool = True,
) -> Sealed:
    """What stands at ``these`` places, or everything."""
    theirs, sealed = _messages(connection, case, these)
    kept = listed(connection, [name for one in sealed for name in one.names()], (KEPT, ERASED))
    ours = _texts(connection, case.number, these) if texts else []
    written = listed(connection, map(text_name, ours), (*SENDS, KEPT))
    return Sealed(case, tuple(zip(theirs, sealed, strict=True)), tuple(ours), kept, written, page, pages)


def _messages(
    connection: Connection, case: OpenedCase, these: Places | None = None
) -> tuple[list[MessageRow], list[SealedMessage]]:
    found = _THEIRS if these is None else _THEIRS.where(these(tables.messages.c.place))
    theirs = [MessageRow._make(row) for row in connection.execute(found, {"case": case.number})]
    parts = _parts(connection, case.number, [one.message_id for one in theirs])
    left = _contacts(connection, case.number, [one.message_id for one in theirs])
    return theirs, [SealedMessage(case.row, one, parts[one.message_id], left.get(one.message_id)) for one in theirs]


def _contacts(connection: Connection, number: int, message_ids: Sequence[bytes]) -> dict[bytes, ContactRow]:
    """What these messages of a case brought of contact details, or took back."""
    rows, found = tables.contacts.c, dict[bytes, ContactRow]()
    for at in range(0, len(message_ids), _AT_ONCE):
        these = CONTACTS.where(rows.number == number, rows.message_id.in_(message_ids[at : at + _AT_ONCE]))
        found |= {row.message_id: ContactRow._make(row) for row in connection.execute(these)}
    return found


def _parts(connection: Connection, number: int, message_ids: Sequence[bytes]) -> defaultdict[bytes, list[PartRow]]:
    """The parts of these messages of a case, in order."""
    found: defaultdict[bytes, list[PartRow]] = defaultdict(list)
    for at in range(0, len(message_ids), _AT_ONCE):
        for row in connection.execute(_THESE_PARTS, {"case": number, "ids": message_ids[at : at + _AT_ONCE]}):
            found[row.message_id].append(PartRow._make(row))
    return found


def _texts(connection: Connection, number: int, these: Places | None = None) -> list[TextRow]:
    found = _OURS if these is None else _OURS.where(these(tables.answers.c.place))
    return [TextRow._make(row) for row in connection.execute(found, {"case": number})]


def _message(row: MessageRow, sealed: SealedMessage, key: CaseKeys, kept: Container[str]) -> SourceMessage:
    body, proof = sealed.open(key, kept)
    # Nothing that arrived is lost: what is no form is shown byte for byte.
    raw = body.decode("utf-8", "backslashreplace")
    return SourceMessage(row.message_id, row.complete, row.period, row.place, _parse(body), raw, proof)


def _parse(body: bytes) -> Report | None:
    try:
        return parse_body(body)
    except BadBody:
        return None


def text_name(row: TextRow) -> str:
    """How the audit log names a text of the unit."""
    return about_text(row.number, row.text, row.sealed)


def _text(row: TextRow, key: CaseKeys, written: Mapping[str, Proof]) -> OfficerText:
    proof = written.get(text_name(row), Proof.UNPROVED)
    try:
        words = json.loads(key.open(row.sealed, answer_info(row.number, row.text)))
        author, text = str(words["by"]), str(words["text"])
        once, reference, officer = (str(words.get(name, "")) for name in ("once", "authorisation", "officer"))
        kinds = tuple(map(str, words.get("kinds", ())))
        if kinds and not (named_together(kinds) or named_together(kinds, CLOSED_KINDS)):
            raise ValueError("kinds")
        asked = str(words.get("questions", ""))
        questions = parse_questions(asked.encode()) if asked else ()
        opened, offer = words.get("opened") is True, str(words.get("offer", ""))
    except (NotForThisKey, BadBody, ValueError, KeyError, TypeError, AttributeError):
        author, text, once, reference, officer, kinds, proof = "", "", "", "", "", (), Proof.UNPROVED
        questions, opened, offer = (), False, ""
    return OfficerText(
        *(row.msg_no, row.period, row.place, author, text, row.state, proof, once, row.written, row.stood),
        authorisation=reference,
        officer=officer,
        kinds=kinds,
        questions=questions,
        read=row.read,
        opened=opened,
        offer=offer,
    )


def text_rows(connection: Connection, number: int) -> list[TextRow]:
    """The unit's texts of a case, sealed, in running order."""
    return _texts(connection, number)


def open_texts(case: OpenedCase, rows: Iterable[TextRow]) -> list[OfficerText]:
    """The same opened, without asking the audit log what proves them."""
    return [_text(row, case.key, {}) for row in rows]


def open_proved(connection: Connection, case: OpenedCase, rows: Sequence[TextRow]) -> list[OfficerText]:
    """The same with what proves each."""
    written = listed(connection, map(text_name, rows), (*SENDS, KEPT))
    return [_text(row, case.key, written) for row in rows]


def newest_place(connection: Connection, number: int) -> int:
    """Of all that stands in a case; 0 for nothing."""
    cases = tables.cases.c
    theirs, ours = connection.execute(select(cases.newest, cases.answered).where(cases.number == number)).one()
    return int(max(theirs, ours))


def newest_message(connection: Connection, number: int) -> int:
    """The place of what the source wrote last; 0 for nothing."""
    cases = tables.cases.c
    return int(connection.execute(select(cases.newest).where(cases.number == number)).scalar_one())


def came_in(connection: Connection, number: int, most: int | None = None) -> list[tuple[int, int]]:
    """The period and number of each whole message of the source, or of the newest so many, newest first."""
    rows = tables.messages.c
    found = select(rows.period, rows.complete).where(rows.number == number, tables.IS_WHOLE)
    return list(connection.execute(found.order_by(rows.place.desc()).limit(most)).tuples())


def mark_shown(connection: Connection, case: OpenedCase, on_page: Iterable[OnPage], day: int) -> None:
    """Before they are shown to the case's reader, on a ``day`` of unix time: no word of a source is read without a row
    of the audit log."""
    seen = [
        {"number": case.number, "member": case.reader, "message_id": one.message_id}
        for one in on_page
        if isinstance(one, SourceMessage)
    ]
    if seen:
        connection.execute(upsert(tables.shown).on_conflict_do_nothing(), seen)
        count_shown(connection, case.number, case.reader)
    audit.record(connection, day, case.reader, SHOW, case=case.number)


def read_up_to(connection: Connection, number: int, member: str) -> int:
    """The place of the source's newest message that was shown to the member; 0 for none."""
    rows = tables.progress.c
    found = connection.execute(select(rows.place).where(rows.number == number, rows.member == member)).scalar()
    return 0 if found is None else int(found)
