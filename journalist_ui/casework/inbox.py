# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of a member's cases, by what is kept beside each: no row of a message is read for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, literal, select, update

from journalist_ui.vault import tables
from journalist_ui.vault.database import read_meta
from journalist_ui.vault.first_look import is_urgent
from journalist_ui.vault.sealing import Holder
from journalist_ui.vault.seen import Glimpse

from .cases import ASKED, ASKS, open_case, open_tags, read_tags
from .conversation import Conversation, Sealed, SourceMessage, read_first, read_page

EXCERPT = 80
"""Letters of a report that a list shows."""
AT_ONCE = 100
"""Cases that are read in one transaction, whose report is then opened."""


class CaseLine(NamedTuple):
    """One line of the list of cases. ``opened`` is a period; ``unread`` messages this member was not yet shown;
    ``waiting`` texts of the unit that the source has not read yet; ``to_answer``: the source wrote last, ``since`` the
    period of its first message behind the unit's newest text; ``given_up``: nobody read that in time; ``written``:
    the unit has written at all; ``chis`` the period of an occasion to consider CHIS status, 0 for none; ``told``: the
    source was sent the outcome that holds; ``asked``: it was asked what it has not answered yet; ``declared``: the
    member may see what the case holds; ``drafts`` the members who have begun to write, ``owners`` those whose case it
    is; ``junked`` the day of unix time since which it is set aside, 0 for not."""

    number: int
    state: str
    opened: int
    unread: int
    waiting: int
    to_answer: bool
    given_up: bool
    since: int
    urgent: bool
    shelf: str
    muted: bool
    examined: bool
    all_named: bool
    outcomes: tuple[str, ...]
    written: bool
    referral_decided: bool
    chis: int
    told: bool
    asked: bool
    declared: bool
    drafts: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    junked: int = 0


def listed_rows(member: str) -> Select[Any]:  # the columns of tables.LISTED, up to where the member read, and declared
    """Every case of this member that has a whole message, by number."""
    cases, keys, progress, declared = tables.cases, tables.case_keys, tables.progress, tables.declarations
    seen = select(progress.c.shown).where(progress.c.number == cases.c.number, progress.c.member == member)
    shown = func.coalesce(seen.scalar_subquery(), 0).label("shown")
    mine = select(keys.c.number).where(keys.c.number == cases.c.number, keys.c.member == member).exists()
    said = select(literal(1)).where(declared.c.number == cases.c.number, declared.c.member == member).exists()
    columns = (cases.c[name] for name in tables.LISTED)
    return select(*columns, shown, said.label("declared")).where(mine, cases.c.whole > 0).order_by(cases.c.number)


def list_cases(connection: Connection, member: str, only: int | None = None) -> list[CaseLine]:
    """Every case of this member that has a whole message, by number; or that one alone."""
    drafts, owners = _members_by_case(connection, tables.drafts), _members_by_case(connection, tables.owners)
    free = read_meta(connection, ASKS, "") != ASKED
    nobody: tuple[str, ...] = ()
    junked = dict(connection.execute(select(tables.junked.c.number, tables.junked.c.day)).tuples().all())
    rows, found = listed_rows(member), []
    for row in connection.execute(rows if only is None else rows.where(tables.cases.c.number == only)).all():
        # Taken apart by place: looking each column up by its name costs more than reading the row.
        number, state, opened, whole, newest, answered, waiting, given_up, since = row[:9]
        urgent, shelf, muted, examined, all_named, outcomes, referral_decided, chis, told, asked = row[9:19]
        read, declared = row[19:]
        found.append(
            CaseLine(
                *(number, state, opened, whole - read, waiting, newest > answered, given_up, since, urgent),
                *(shelf, muted, examined, all_named, tuple(outcomes.split()) if outcomes else nobody, answered > 0),
                *(referral_decided, chis, told, asked, free or bool(declared), drafts.get(number, nobody)),
                *(owners.get(number, nobody), junked.get(number, 0)),
            )
        )
    return found


def _members_by_case(connection: Connection, rows: Any) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for number, name in connection.execute(select(rows.c.number, rows.c.member).order_by(rows.c.member)):
        found.setdefault(number, []).append(name)
    return {number: tuple(names) for number, names in found.items()}


def count_unread(connection: Connection, member: str) -> int:
    """How many of the member's cases have messages that they were not shown, of those in the inbox that count."""
    rows = listed_rows(member).order_by(None).subquery()
    counted = (rows.c.whole > rows.c.shown, rows.c.shelf == "", ~rows.c.muted)
    return int(connection.execute(select(func.count()).select_from(rows).where(*counted)).scalar_one())


def next_to_answer(connection: Connection, member: str, number: int) -> int:
    """Of the member's other cases in the inbox whose source wrote last: one in which somebody is at risk, else the one
    that waits longest; 0 for none."""
    cases, rows = tables.cases.c, listed_rows(member)
    waiting = rows.where(cases.newest > cases.answered, cases.number != number, cases.shelf == "").order_by(None)
    first = waiting.order_by(cases.urgent.desc(), cases.since, cases.newest)
    found = connection.execute(first.with_only_columns(cases.number).limit(1)).scalar()
    return 0 if found is None else int(found)


@dataclass(frozen=True)
class SealedGlimpse:
    """What a list will say of a case's content: its report and its tags, sealed."""

    report: Sealed
    tags: bytes

    def open(self) -> Glimpse:
        """Nothing of a report that is no form, or not proved to be the source's, but its beginning."""
        found = self.report.open()
        first = found.first
        text = first.text if first else next((one.raw for one in found.messages if isinstance(one, SourceMessage)), "")
        return Glimpse(
            first.categories if first else (),
            " ".join(text[: 4 * EXCERPT].split())[:EXCERPT],
            tuple(open_tags(self.report.case, self.tags)),
            self.tags,
        )


def read_glimpses(connection: Connection, holder: Holder, numbers: Iterable[int]) -> list[SealedGlimpse]:
    """Of each of these cases, still sealed. Raises NoSuchCase, Undeclared."""
    cases = [open_case(connection, holder, number) for number in numbers]
    tags = read_tags(connection, [one.number for one in cases])
    return [SealedGlimpse(read_first(connection, one), tags.get(one.number, b"")) for one in cases]


def read_changed(connection: Connection, numbers: Sequence[int], known: Mapping[int, Glimpse]) -> list[int]:
    """Those of the cases of which nothing is known yet, or other tags."""
    tags = read_tags(connection, numbers)
    return [one for one in numbers if one not in known or known[one].sealed != tags.get(one, b"")]


def read_unexamined(connection: Connection, holder: Holder, numbers: Iterable[int]) -> list[Sealed]:
    """Cases whose messages came in pieces on several days, or before anybody looked. Raises NoSuchCase."""
    return [read_page(connection, open_case(connection, holder, number, declared=True)) for number in numbers]


def store_examined(connection: Connection, found: Conversation) -> None:
    """What was looked for in all of its messages: whether somebody is at risk."""
    theirs = (one.report for one in found.messages if isinstance(one, SourceMessage) and one.report)
    urgent = any(is_urgent(report) for report in theirs)
    cases = tables.cases
    this = update(cases).where(cases.c.number == found.number)
    connection.execute(this.values(examined=True, **({"urgent": True} if urgent else {})))
