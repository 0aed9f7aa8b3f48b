# SPDX-License-Identifier: AGPL-3.0-or-later
"""What arrives for a case is sealed to a key of the case's own at once, and that key to each member allowed.

The daemon makes a case's X-Wing key pair at the first message, keeps the public half, wraps the 32-byte seed to every
member who takes new reports and forgets it. After that the daemon can add to a case and cannot read it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.flows.desk.requests import NewContent
from dropbox.flows.desk.state import Conversation
from dropbox.protocol.body import File, Report
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.primitives import SealingKey, hpke_seal
from dropbox.protocol.referral import names_referral

from . import tables
from .audit import pen_of
from .case_keys import store_case_keys
from .contacts import Brought, note_contacts, taken_apart
from .counters import count_cases, note_looks
from .database import read_place, write_place
from .files import note_files
from .first_look import is_urgent, named_members, parse_report, said_in
from .flood import Floodgate
from .referrals import note_named
from .roles import SHEETS, Role, holders_of, list_openers
from .sealing import WrappedKey, proved_part_info, wrap_case_key
from .withheld import NAMED, keep_from, let_go

NEW = "new"
"""The state of a case of which no person has said anything."""

_LOWEST, _NUMBERS = 100_000, 900_000
_CASE = insert(tables.cases)
_ALL_NAMED = update(tables.cases).where(tables.cases.c.number == bindparam("of_case")).values(all_named=True)
_BOXED = update(tables.cases).where(tables.cases.c.number == bindparam("of_case"))
_BOXED = _BOXED.values(box=bindparam("of_box"), public=bindparam("of_public"))
_MESSAGE = upsert(tables.messages).on_conflict_do_nothing()
_PART = upsert(tables.parts).on_conflict_do_nothing()
_this = (tables.messages.c.number == bindparam("of_case"), tables.messages.c.message_id == bindparam("of_message"))
_LATER = (
    update(tables.messages).where(*_this, tables.messages.c.period < bindparam("came")).values(period=bindparam("came"))
)
_WHOLE = update(tables.messages).where(*_this, tables.messages.c.complete == 0)


def draw_number(connection: Connection, random: Random) -> int:
    """Six digits by which people know a new case: they tell neither how many cases there are nor of any between two."""
    cases = tables.cases.c
    while True:
        drawn = int.from_bytes(random(8), "big") % _NUMBERS + _LOWEST
        if connection.execute(select(cases.number).where(cases.number == drawn)).scalar() is None:
            return drawn


@dataclass(frozen=True)
class Taker:
    """Who may take new reports: a member's name and public key, and whether they do."""

    name: str
    public: bytes
    triage: bool
    supervises: bool


def read_takers(connection: Connection) -> list[Taker]:
    """The members who may open cases, in order of name; those of the ``triage`` set take new ones."""
    rows = tables.members.c
    triage = set(connection.execute(select(rows.name).where(rows.triage)).scalars())
    supervisors = holders_of(connection, Role.SUPERVISOR)
    return [Taker(name, public, name in triage, name in supervisors) for name, public in list_openers(connection)]


def new_case_takers(connection: Connection) -> list[str]:
    """The names of the members to whom new reports are opened."""
    people = [one for one in read_takers(connection) if one.name != SHEETS]
    return [one.name for one in people if one.triage] or [one.name for one in people]


def read_known_as(connection: Connection) -> list[tuple[str, tuple[str, ...]]]:
    """Members with the names and numbers by which a report may speak of them."""
    rows = tables.members.c
    known = connection.execute(select(rows.name, rows.known_as).where(rows.known_as != "[]"))
    return [(row.name, tuple(json.loads(row.known_as))) for row in known]


def wrap_new_case(connection: Connection, number: int, seed: bytes, said: str) -> set[str]:
    """A key of its own for a case that says this, for whom it would be on a quiet day. The names of those."""
    writer = CaseWriter(connection, pen_of(connection).random)
    wrapped = list(writer.wrap(_Case(number, b"", seed, [said])))
    store_case_keys(connection, wrapped)
    return {one.member for one in wrapped}


@dataclass
class _Case:
    """``seed`` is that of a case made in this commit, until its key is wrapped; ``said`` what its messages say,
    ``plain`` its parts, sealed once it is known to whose key. ``keys`` is the number under which its key is wrapped:
    its own, or that of a box."""

    number: int
    public: bytes
    seed: bytes = field(default=b"", repr=False)
    said: list[str] = field(default_factory=list, repr=False)
    plain: list[NewContent] = field(default_factory=list, repr=False)
    keys: int = 0


class CaseWriter:
    """Takes the new parts of one commit into their cases. Statements are gathered: a desk that was away has thousands.

    ``store`` each part, then ``finish`` once, all in the same transaction. A member of whom a report speaks gets no key
    to it; one of whom a later message speaks, and who has not declared that nothing keeps them from the case, has none
    from then on.
    """

    def __init__(self, connection: Connection, random: Random) -> None:
        self._connection = connection
        self._random = random
        self._takers = read_takers(connection)
        self._known_as = read_known_as(connection)
        self._gate = Floodgate(connection)
        self._known: dict[bytes, _Case] = {}
        self._place = read_place(connection)
        self._bodies: dict[tuple[bytes, bytes], dict[int, bytes]] = {}
        self._looks: dict[int, tuple[bool, bool]] = {}
        self._files: list[tuple[int, bytes, int, Sequence[File]]] = []
        self._named: list[tuple[int, str, bytes]] = []
        self._contacts: dict[tuple[int, bytes], tuple[_Case, int, Report]] = {}
        self._rows: dict[Insert | Update, list[dict[str, Any]]] = {
            statement: [] for statement in (_MESSAGE, _PART, _LATER, _WHOLE)
        }

    def _case(self, content: NewContent) -> _Case:
        """A conversation's case, which is made when this is its first part."""
        if content.pseudonym not in self._known:
            cases = tables.cases
            found = select(cases.c.number, cases.c.public, cases.c.box).where(cases.c.pseudonym == content.pseudonym)
            row = self._connection.execute(found).first()
            known = _Case(row.number, row.public, keys=row.box or row.number) if row else self._new_case(content)
            self._known[content.pseudonym] = known
        return self._known[content.pseudonym]

    def _new_case(self, content: NewContent) -> _Case:
        seed = self._random(XWING_SEED)
        public, number = SealingKey(seed).public, draw_number(self._connection, self._random)
        values = {"pseudonym": content.pseudonym, "public": public, "opened": content.period, "state": NEW}
        self._connection.execute(_CASE, values | {"number": number})
        return _Case(number, public, seed, keys=number)

    def _next_place(self) -> int:
        self._place += 1
        return self._place

    def store(self, content: NewContent, conversation: Conversation) -> None:
        """Seal one part to its case. A part that is there already stays; a message that became whole gets its number
        and its place after what was whole before."""
        case = self._case(content)
        came = self._bodies.setdefault((content.pseudonym, content.message_id), {})
        came[content.part] = content.body
        complete = conversation.incoming[content.message_id].number
        self._look(case, came, content, whole=bool(complete))
        message = {"number": case.number, "message_id": content.message_id}
        row = message | {"parts": content.parts, "period": content.period, "complete": 0, "place": self._next_place()}
        self._rows[_MESSAGE].append(row)
        this = {"of_case": case.number, "of_message": content.message_id}
        self._rows[_LATER].append(this | {"came": content.period})
        if case.seed:
            case.plain.append(content)
        else:
            self._seal(case, content)
        if complete:
            self._rows[_WHOLE].append(this | {"complete": complete, "place": self._next_place()})

    def _seal(self, case: _Case, content: NewContent) -> None:
        info = proved_part_info(case.number, content.message_id, content.part)
        noted = self._contacts.get((case.number, content.message_id))
        body = taken_apart(noted[2]) if noted else content.body
        sealed = hpke_seal(case.public, content.proof + body, info)
        row = {"number": case.number, "message_id": content.message_id, "part": content.part}
        self._rows[_PART].append(row | {"sealed": sealed, "proved": True})

    def _look(self, case: _Case, came: dict[int, bytes], content: NewContent, *, whole: bool) -> None:
        """At what came of a message in this commit, all of it together: a name may be cut in two. A message that brings
        files or contact details has one part, so that all of it is here."""
        message_id, parts, period = content.message_id, content.parts, content.period
        body = b"".join(came[part] for part in sorted(came))
        if self._known_as:
            said = said_in(body)
            if case.seed:
                case.said.append(said)
            else:
                self._withdraw(case, said)
        if whole:
            report = parse_report(body) if len(came) == parts else None
            if parts == 1 and (named := names_referral(body)):
                self._named.append((case.number, *named))
            if report is not None and report.files:
                self._files.append((case.number, message_id, period, report.files))
            if report is not None and report.contact and parts == 1:
                self._contacts[case.number, message_id] = case, period, report
            urgent, examined = self._looks.get(case.number, (False, True))
            urgent |= report is not None and is_urgent(report)
            self._looks[case.number] = urgent, examined and len(came) == parts

    def _withdraw(self, case: _Case, said: str) -> None:
        """A message of a case that there was already: who is named in it, and holds it undeclared, is let go of it,
        before the message is sealed. Not where nobody else would read the case: then the flag tells."""
        keys, declared = tables.case_keys.c, tables.declarations.c
        # What somebody said of a box they said of nothing that is in it.
        free = select(declared.member).where(declared.number == (case.number if case.keys == case.number else 0))
        held = set(self._connection.execute(select(keys.member).where(keys.number == case.keys)).scalars())
        named = held & set(named_members(said, self._known_as)) - set(self._connection.execute(free).scalars())
        if not named:
            return
        if not held - named - {SHEETS}:
            self._connection.execute(_ALL_NAMED, {"of_case": case.number})
            return
        for name in sorted(named):
            let_go(self._connection, name, case.keys, NAMED, self._random)
        public = select(tables.cases.c.public).where(tables.cases.c.number == case.number)
        now = self._connection.execute(public).scalar_one()
        # Others of its box are sealed to that too from here on.
        for one in self._known.values():
            one.public = now if one.keys == case.keys else one.public

    def _is_boxed(self, case: _Case) -> bool:
        """Whether a new case shares the day's box; then it is sealed to that."""
        named = bool(case.said) and any(named_members("\n".join(case.said), self._known_as))
        if self._gate.lets_in(at_risk=self._looks.get(case.number, (False, True))[0], named=named):
            return False
        case.keys, case.public = self._gate.box() or self._make_box()
        values = {"of_case": case.number, "of_box": case.keys, "of_public": case.public}
        self._connection.execute(_BOXED, values)
        return True

    def _make_box(self) -> tuple[int, bytes]:
        """For those who take new reports, and the recovery sheets."""
        people = [one for one in self._takers if one.name != SHEETS]
        triage = [one for one in people if one.triage] or people
        sheets = [one for one in self._takers if one.name == SHEETS]
        takers = [(one.name, one.public) for one in (*triage, *sheets)]
        return self._gate.make_box(takers, draw_number(self._connection, self._random))

    def wrap(self, case: _Case) -> Iterator[WrappedKey]:
        """A new case's key for those who take new reports and are not named in it; where it names all of them, for
        supervisors whom it does not name, else for all of them: somebody must read it, and the flag tells."""
        named = set(named_members("\n".join(case.said), self._known_as)) if case.said else set()
        people = [one for one in self._takers if one.name != SHEETS]
        # Where the last who took new reports has left, all who open cases take them.
        triage = [one for one in people if one.triage] or people
        others = [one for one in people if one.supervises]
        takers = [one for one in triage if one.name not in named] or [one for one in others if one.name not in named]
        if not takers and triage:
            takers, named = triage, named - {one.name for one in triage}
            self._connection.execute(_ALL_NAMED, {"of_case": case.number})
        keep_from(self._connection, case.number, named, NAMED)
        # Nobody reads with the sheets while members can.
        takers += [one for one in self._takers if one.name == SHEETS]
        return (wrap_case_key(case.number, 1, case.seed, one.name, one.public) for one in takers)

    def finish(self) -> bool:
        """Write what was gathered. Whether anything was erased."""
        new = [case for case in self._known.values() if case.seed]
        own = [case for case in new if not self._is_boxed(case)]
        store_case_keys(self._connection, [key for case in own for key in self.wrap(case)])
        for case in new:
            for content in case.plain:
                self._seal(case, content)
        if new:
            self._gate.keep()
        for statement, rows in self._rows.items():
            if rows:
                self._connection.execute(statement, rows)
        for brought in self._files:
            note_files(self._connection, *brought)
        gone = note_contacts(self._connection, [self._brought(*one) for one in self._contacts.items()])
        for named in self._named:
            note_named(self._connection, *named)
        write_place(self._connection, self._place)
        count_cases(self._connection, {row["of_case"] for row in self._rows[_WHOLE]})
        note_looks(self._connection, self._looks)
        return gone

    @staticmethod
    def _brought(which: tuple[int, bytes], noted: "tuple[_Case, int, Report]") -> Brought:
        (number, message_id), (case, period, report) = which, noted
        return Brought(number, case.public, message_id, period, report.contact)


def forget_parts(connection: Connection, messages: list[dict[str, bytes]]) -> None:
    """Let go what came of messages that never became whole: ``whose`` is P_pk, ``which`` the message_id of each."""
    cases = tables.cases
    number = select(cases.c.number).where(cases.c.pseudonym == bindparam("whose")).scalar_subquery()
    for rows in (tables.parts, tables.messages):
        connection.execute(
            delete(rows).where(rows.c.number == number, rows.c.message_id == bindparam("which")), messages
        )


def forget_cases(connection: Connection, pseudonyms: set[bytes]) -> None:
    """Let go the cases of conversations of which nothing is left: nobody was ever shown one of them."""
    for pseudonym in pseudonyms:
        found = select(tables.cases.c.number).where(tables.cases.c.pseudonym == pseudonym)
        number = connection.execute(found).scalar()
        for rows in (tables.drafts, tables.case_keys, tables.withheld, tables.referral_names, tables.cases):
            connection.execute(delete(rows).where(rows.c.number == number))
