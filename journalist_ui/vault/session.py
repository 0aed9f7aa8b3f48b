# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signed-in member sees and does. Only this opens content, and only the cases wrapped to the member."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk_state import Text
from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.constants import EntryType
from dropbox.protocol.errors import BadBody, NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal
from journalist_ui.refusals import BadInput, NoSuchCase, NotAllowed

from . import audit, tables
from .cases import STATES, answer_info, case_key_info, draft_info, rewrap_case_key, store_case_keys
from .database import Vault, next_place
from .evidence import KEPT, REPLY, Proof, SealedMessage, about_text, listed
from .ledger import add_text
from .members import Change, Member, Role, Unlocked, find_member

CASE_PAGE = 50
"""How much of a conversation stands on one page beside the report: opening a message takes milliseconds, and a source
may write thousands."""
_AT_ONCE = 100
NO_CASE = "There is no case of that number for you. `dropbox-desk cases` lists yours."


@dataclass(frozen=True)
class SourceMessage:
    """A whole message. ``report`` is None when the body is no form of ours: then ``raw`` is all there is to show.
    ``proof`` says whether it is the source's."""

    message_id: bytes
    number: int
    period: int
    place: int
    report: Report | None
    raw: str
    proof: Proof


@dataclass(frozen=True)
class OfficerText:
    """A text of the unit and where it is on its way. ``number`` is its msg_no, 0 before it is admitted."""

    number: int
    period: int
    place: int
    author: str
    text: str
    state: str
    proof: Proof


@dataclass(frozen=True)
class CaseLine:
    """One line of the list of cases. ``opened`` is a period; ``unread`` messages this member was not yet shown;
    ``waiting`` texts of the unit that the source has not read yet; ``to_answer``: the source wrote last; ``given_up``:
    nobody read the unit's newest text in time."""

    number: int
    state: str
    categories: tuple[str, ...]
    opened: int
    unread: int
    waiting: int
    to_answer: bool
    given_up: bool


@dataclass(frozen=True)
class Case:
    """A case in running order: whole, or its first message and ``page`` of so many ``pages``, of which 1 is the
    newest."""

    number: int
    state: str
    first: Report | None
    messages: tuple[SourceMessage | OfficerText, ...] = field(default_factory=tuple)
    page: int = 0
    pages: int = 0


class MemberSession:
    """A member who has signed in. Raises NotAllowed where the roles do not reach."""

    def __init__(self, vault: Vault, unlocked: Unlocked) -> None:
        self._vault = vault
        self._key = unlocked.key
        self._known: dict[int, tuple[str, ...]] = {}
        self.member: Member = unlocked.member
        # A change of passphrase whose new codes were not confirmed yet: it goes with the session.
        self.pending: Change | None = None

    def require(self, role: Role) -> None:
        """Raises NotAllowed."""
        if role not in self.member.roles:
            raise NotAllowed(f"Only a member with the role {role.value} may do this. Ask one.")

    def _open_case(self, connection: Connection, number: int) -> tuple[Row[Any], SealingKey]:
        """The case and its key. Raises NoSuchCase, also when it is wrapped to others only or nothing of it is whole."""
        keys = tables.case_keys
        wrapped = connection.execute(
            select(keys.c.wrapped).where(keys.c.number == number, keys.c.member == self.member.name)
        ).scalar()
        row = connection.execute(select(tables.cases).where(tables.cases.c.number == number)).first()
        messages = tables.messages
        whole = select(messages.c.number).where(messages.c.number == number, messages.c.complete > 0).limit(1)
        if wrapped is None or row is None or connection.execute(whole).first() is None:
            raise NoSuchCase(NO_CASE)
        try:
            return row, SealingKey(self._key.open(wrapped, case_key_info(number, self.member.name)))
        except NotForThisKey:
            raise NoSuchCase(NO_CASE) from None

    def cases(self) -> list[CaseLine]:
        """Every case of this member that has a whole message, by number."""
        lines = self.lines()
        known = self.categories([line.number for line in lines])
        return [replace(line, categories=known[line.number]) for line in lines]

    def lines(self) -> list[CaseLine]:
        """The same without categories, for which each case must be opened."""
        self.require(Role.INVESTIGATOR)
        keys, rows, messages, shown = tables.case_keys, tables.cases, tables.messages, tables.shown
        answers, texts = tables.answers, tables.texts
        mine = select(keys.c.number).where(keys.c.member == self.member.name)
        listed = select(rows.c.number, rows.c.state, rows.c.opened).where(rows.c.number.in_(mine))
        whole = select(messages.c.number, messages.c.message_id, messages.c.place).where(
            messages.c.number.in_(mine), messages.c.complete > 0
        )
        seen = select(shown.c.number, func.count()).where(shown.c.member == self.member.name).group_by(shown.c.number)
        sent = select(answers.c.number, answers.c.place, texts.c.state).join(texts, texts.c.id == answers.c.text)
        with self._vault.transaction() as connection:
            theirs = _by_case(connection.execute(whole.order_by(messages.c.place)))
            ours = _by_case(connection.execute(sent.where(answers.c.number.in_(mine)).order_by(answers.c.place)))
            counts = dict(connection.execute(seen).tuples().all())
            return [
                CaseLine(
                    number=row.number,
                    state=row.state,
                    categories=(),
                    opened=row.opened,
                    unread=len(theirs[row.number]) - counts.get(row.number, 0),
                    waiting=sum(text.state in ("waiting", "published") for text in ours[row.number]),
                    to_answer=theirs[row.number][-1].place > max((text.place for text in ours[row.number]), default=0),
                    given_up=bool(ours[row.number]) and ours[row.number][-1].state == "expired",
                )
                for row in connection.execute(listed.order_by(rows.c.number)).all()
                if theirs[row.number]
            ]

    def categories(self, numbers: list[int]) -> dict[int, tuple[str, ...]]:
        """Those of each case's first message, which never changes: it is opened once a session. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        unknown = [number for number in numbers if number not in self._known]
        for at in range(0, len(unknown), _AT_ONCE):
            with self._vault.transaction() as connection:
                opened = [self._open_first(connection, number) for number in unknown[at : at + _AT_ONCE]]
            # What takes long comes after the transaction: nobody else waits for it.
            for number, sealed, key, kept in opened:
                body, proof = sealed.open(key, kept)
                first = _parse(body) if proof is not Proof.UNPROVED else None
                self._known[number] = first.categories if first else ()
        return {number: self._known[number] for number in numbers}

    def _open_first(self, connection: Connection, number: int) -> tuple[int, SealedMessage, SealingKey, Container[str]]:
        case, key = self._open_case(connection, number)
        rows = tables.messages
        whole = select(rows).where(rows.c.number == number, rows.c.complete > 0)
        message = connection.execute(whole.order_by(rows.c.place).limit(1)).one()
        parts = _parts(connection, number, [message.message_id])[message.message_id]
        sealed = SealedMessage(case, message, parts)
        return number, sealed, key, listed(connection, sealed.names())

    def show(self, number: int, day: int, page: int = 0) -> Case:
        """Open a case, or one page of it; what was opened counts as shown to this member. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            row, key = self._open_case(connection, number)
            theirs, ours = _message_rows(connection, number), _answer_rows(connection, number)
            page, pages, places = _window(theirs[0].place, [one.place for one in (*theirs[1:], *ours)], page)
            theirs = [one for one in theirs if one.place in places]
            ours = [one for one in ours if one.place in places]
            parts = _parts(connection, number, [one.message_id for one in theirs])
            sealed = [SealedMessage(row, one, parts[one.message_id]) for one in theirs]
            kept = listed(connection, [name for one in sealed for name in one.names()])
            written = listed(connection, map(_text_name, ours), (REPLY, KEPT))
        # What takes long comes between two transactions: nobody else waits for it.
        messages = [_message(one, parts, key, kept) for one, parts in zip(theirs, sealed, strict=True)]
        texts = [_answer(one, key, written) for one in ours]
        with self._vault.transaction() as connection:
            seen = [{"number": number, "member": self.member.name, "message_id": one.message_id} for one in messages]
            connection.execute(upsert(tables.shown).on_conflict_do_nothing(), seen)
            audit.record(connection, day, self.member.name, "show", str(number))
        everything: list[SourceMessage | OfficerText] = [*messages, *texts]
        everything.sort(key=lambda one: one.place)
        first = messages[0].report if messages[0].proof is not Proof.UNPROVED else None
        return Case(number, row.state, first, tuple(everything), page, pages)

    def set_state(self, number: int, state: str, day: int) -> None:
        """What a person says of the case, for all members. Raises NoSuchCase, BadInput."""
        self.require(Role.INVESTIGATOR)
        if state not in STATES:
            raise BadInput(f"A case's state is {' or '.join(STATES)}.")
        with self._vault.transaction() as connection:
            self._open_case(connection, number)
            connection.execute(update(tables.cases).where(tables.cases.c.number == number).values(state=state))
            audit.record(connection, day, self.member.name, f"state {state}", str(number))

    def newest_shown(self, number: int) -> int:
        """The number of the source's newest message that this member was shown; 0 for none."""
        rows, shown = tables.messages, tables.shown
        asked = select(func.max(rows.c.complete)).join(
            shown, (shown.c.number == rows.c.number) & (shown.c.message_id == rows.c.message_id)
        )
        with self._vault.transaction() as connection:
            found = connection.execute(asked.where(rows.c.number == number, shown.c.member == self.member.name))
            return found.scalar_one() or 0

    def check_case(self, number: int) -> None:
        """Raises NoSuchCase unless the member can open it."""
        with self._vault.transaction() as connection:
            self._open_case(connection, number)

    def reply(self, number: int, parts: tuple[bytes, ...], period: int, day: int) -> Text:
        """Store a text for the source: sealed to the case for the members, and in the ledger for the daemon to post.

        ``parts`` are those of protocol.board.split_text. Raises NoSuchCase.
        """
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            row, _ = self._open_case(connection, number)
            text = Text(id=0, pseudonym=row.pseudonym, type=EntryType.TEXT, parts=parts, copies=[0] * len(parts))
            text.id = add_text(connection, text)
            words = json.dumps({"by": self.member.name, "text": b"".join(parts).decode()}).encode()
            sealed = hpke_seal(row.public, words, answer_info(number, text.id))
            values = {"text": text.id, "number": number, "period": period, "place": next_place(connection)}
            connection.execute(insert(tables.answers).values(values | {"sealed": sealed}))
            audit.record(connection, day, self.member.name, REPLY, about_text(number, text.id, sealed))
        return text

    def before_reply(self, number: int, text: str) -> tuple[int, bool]:
        """The number of the source's newest message, and whether the unit wrote exactly this text before. Nothing
        counts as shown. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        rows = tables.messages
        with self._vault.transaction() as connection:
            _, key = self._open_case(connection, number)
            newest = connection.execute(select(func.max(rows.c.complete)).where(rows.c.number == number)).scalar_one()
            ours = _answer_rows(connection, number)
        return newest, any(_answer(one, key, {}).text == text for one in ours)

    def open_draft(self, number: int, sealed: bytes) -> str:
        """Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self._vault.transaction() as connection:
            _, key = self._open_case(connection, number)
        return key.open(sealed, draft_info(number, self.member.name)).decode("utf-8", "surrogatepass")

    def share(self, name: str, day: int) -> tuple[int, int]:
        """Wrap every case that this member can open to another investigator; returns how many that one can open now,
        and how many stay closed to them. Raises NoSuchMember, NotAllowed, BadInput."""
        keys = tables.case_keys
        with self._vault.transaction() as connection:
            other, public = find_member(connection, name)
            if Role.INVESTIGATOR not in other.roles:
                raise NotAllowed("Cases are opened by investigators only, and that member is none.")
            if other.provisional:
                raise NotAllowed("That member has not made a passphrase of their own yet. Share once they have.")
            held = select(keys.c.number).where(keys.c.member == name)
            mine = select(keys.c.number, keys.c.wrapped).where(keys.c.member == self.member.name)
            missing = connection.execute(mine.where(keys.c.number.not_in(held))).all()
        found = [rewrap_case_key(row.number, row.wrapped, self.member.name, self._key, name, public) for row in missing]
        with self._vault.transaction() as connection:
            if find_member(connection, name)[1] != public:
                raise BadInput("That member's key has changed meanwhile. Share again.")
            store_case_keys(connection, [row for row in found if row])
            total = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
            theirs = connection.execute(select(func.count()).where(keys.c.member == name)).scalar_one()
            audit.record(connection, day, self.member.name, "share", name)
        return theirs, total - theirs


def _by_case(rows: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.number].append(row)
    return found


def _parts(connection: Connection, number: int, message_ids: list[bytes]) -> defaultdict[bytes, list[Row[Any]]]:
    """The parts of these messages of a case, in order."""
    rows = tables.parts
    found: defaultdict[bytes, list[Row[Any]]] = defaultdict(list)
    for at in range(0, len(message_ids), _AT_ONCE):
        these = select(rows).where(rows.c.number == number, rows.c.message_id.in_(message_ids[at : at + _AT_ONCE]))
        for row in connection.execute(these.order_by(rows.c.part)):
            found[row.message_id].append(row)
    return found


def _parse(body: bytes) -> Report | None:
    try:
        return parse_body(body)
    except BadBody:
        return None


def _message_rows(connection: Connection, number: int) -> list[Row[Any]]:
    """The whole ones."""
    rows = tables.messages
    whole = select(rows).where(rows.c.number == number, rows.c.complete > 0).order_by(rows.c.place)
    return list(connection.execute(whole).all())


def _answer_rows(connection: Connection, number: int) -> list[Row[Any]]:
    rows, texts = tables.answers, tables.texts
    joined = select(rows, texts.c.number.label("msg_no"), texts.c.state).join(texts, texts.c.id == rows.c.text)
    return list(connection.execute(joined.where(rows.c.number == number).order_by(rows.c.place)).all())


def _window(first: int, rest: list[int], page: int) -> tuple[int, int, set[int]]:
    """The page that there is, of how many, and the places that stand on it; everything for page 0."""
    if not page:
        return 0, 0, {first, *rest}
    pages = max(1, -(-len(rest) // CASE_PAGE))
    page = min(page, pages)
    end = len(rest) - (page - 1) * CASE_PAGE
    return page, pages, {first, *sorted(rest)[max(0, end - CASE_PAGE) : end]}


def _message(row: Row[Any], sealed: SealedMessage, key: SealingKey, kept: Container[str]) -> SourceMessage:
    body, proof = sealed.open(key, kept)
    # Nothing that arrived is lost: what is no form is shown byte for byte.
    raw = body.decode("utf-8", "backslashreplace")
    return SourceMessage(row.message_id, row.complete, row.period, row.place, _parse(body), raw, proof)


def _text_name(row: Row[Any]) -> str:
    return about_text(row.number, row.text, row.sealed)


def _answer(row: Row[Any], key: SealingKey, written: Mapping[str, Proof]) -> OfficerText:
    proof = written.get(_text_name(row), Proof.UNPROVED)
    try:
        words = json.loads(key.open(row.sealed, answer_info(row.number, row.text)))
        author, text = str(words["by"]), str(words["text"])
    except (NotForThisKey, ValueError, KeyError, TypeError):
        author, text, proof = "", "", Proof.UNPROVED
    return OfficerText(row.msg_no, row.period, row.place, author, text, row.state, proof)
