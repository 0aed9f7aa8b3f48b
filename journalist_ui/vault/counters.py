# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a list of cases says of each, kept beside the case by whoever writes, so that no list counts rows."""

from collections.abc import Iterable, Mapping

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.constants import EntryType

from . import tables

ON_THE_WAY = ("waiting", "published")
"""States of a text that the source has not read yet and that is not given up."""
GIVEN_UP = "expired"
CLOSED, JUNK = "closed", "junk"
"""Where a person has put a case that is not in the inbox: it comes back from the first when its source writes."""

REFERRAL, CHIS = "referral", "chis"
"""What each case asks its members to decide: whether it is referred to a body that oversees the police, and what its
source is, as one who is asked again and again may become a covert human intelligence source."""

_messages, _answers, _texts, _shown = tables.messages, tables.answers, tables.texts, tables.shown


def _of_case(found: Select[tuple[int]]) -> ScalarSelect[int]:
    return found.where(found.get_final_froms()[0].c.number == bindparam("of_case")).scalar_subquery()


_sent = select(_texts.c.state).join(_answers, _answers.c.text == _texts.c.id)
_sent = _sent.where(_answers.c.number == bindparam("of_case"))
# No list of values may stand in a statement that is executed for many cases.
_on_the_way = or_(*(_texts.c.state == state for state in ON_THE_WAY))
_newest = _sent.order_by(_answers.c.place.desc()).limit(1).scalar_subquery()
# What the desk's program says by itself, as that contact details were opened, answers nobody.
_written = select(func.coalesce(func.max(_answers.c.place), 0)).join(_texts, _texts.c.id == _answers.c.text)
_written = _written.where(_texts.c.type != literal_column(str(int(EntryType.CONTACT_OPENED))))
_last_text = _written.where(_answers.c.number == bindparam("of_case")).scalar_subquery()
_decisions = tables.decisions


def _next(table: Table, after: ColumnElement[int]) -> ScalarSelect[int]:
    """The place of the case's first text, or whole message, behind another place."""
    rows = table.alias()
    found = select(func.min(rows.c.place)).where(rows.c.number == bindparam("of_case"), rows.c.place > after)
    if table is _messages:
        # As in tables.IS_WHOLE.
        found = found.where(rows.c.complete > literal_column("0"))
    return found.correlate(None).scalar_subquery()


# An exchange begins when the source writes: for the third time with a text of the unit between.
_second = _next(_messages, _next(_answers, literal_column("0")))
_third = _next(_messages, _next(_answers, _second))
_considered = func.coalesce(
    _of_case(select(func.max(_decisions.c.place)).where(_decisions.c.what == CHIS)), literal_column("0")
)
_third_period = _of_case(
    select(func.min(_messages.c.period)).where(tables.IS_WHOLE, _messages.c.place == _third, _third > _considered)
)
_ahead_period = _of_case(select(func.min(_answers.c.period)).where(_answers.c.ahead, _answers.c.place > _considered))
_later = _messages.alias()
_passed = select(_later.c.place).where(
    *(_later.c.number == _answers.c.number, _later.c.complete > literal_column("0"), _later.c.place > _answers.c.place),
    *(_texts.c.read > literal_column("0"), _later.c.period >= _texts.c.read),
)
_open = select(_answers.c.text).join(_texts, _texts.c.id == _answers.c.text)
_open = _open.where(
    *(_answers.c.number == bindparam("of_case"), _texts.c.type == literal_column(str(int(EntryType.QUESTIONS)))),
    *(_texts.c.state != GIVEN_UP, ~_passed.correlate(_answers, _texts).exists()),
)
_CASE = (
    update(tables.cases)
    .where(tables.cases.c.number == bindparam("of_case"))
    .values(
        whole=_of_case(select(func.count()).select_from(_messages).where(tables.IS_WHOLE)),
        newest=_of_case(select(func.coalesce(func.max(_messages.c.place), 0)).where(tables.IS_WHOLE)),
        answered=_last_text,
        waiting=select(func.count()).select_from(_sent.where(_on_the_way).subquery()).scalar_subquery(),
        given_up=func.coalesce(_newest == GIVEN_UP, False),
        since=_of_case(
            select(func.coalesce(func.min(_messages.c.period), 0)).where(
                tables.IS_WHOLE, _messages.c.place > _last_text
            )
        ),
        referral_decided=select(_decisions.c.id)
        .where(_decisions.c.number == bindparam("of_case"), _decisions.c.what == REFERRAL)
        .exists(),
        asked=_open.exists(),
        chis=func.coalesce(func.min(_third_period, _ahead_period), _third_period, _ahead_period, literal_column("0")),
    )
)


def count_cases(connection: Connection, numbers: Iterable[int]) -> None:
    """After messages became whole, texts were added or changed, or something was decided in these cases, in the same
    transaction."""
    rows = [{"of_case": number} for number in sorted(set(numbers))]
    if rows:
        connection.execute(_CASE, rows)


def note_looks(connection: Connection, looks: Mapping[int, tuple[bool, bool]]) -> None:
    """What was found in new whole messages, by case: whether somebody is at risk, and whether all of them were looked
    at. A case that is urgent stays so; one that was closed is in the inbox again."""
    cases = tables.cases
    this = update(cases).where(cases.c.number == bindparam("of_case"))
    values = {
        "urgent": or_(cases.c.urgent, bindparam("is_urgent", type_=Boolean)),
        "examined": and_(cases.c.examined, bindparam("all_seen", type_=Boolean)),
        "shelf": case((cases.c.shelf == CLOSED, ""), else_=cases.c.shelf),
    }
    rows = [{"of_case": number, "is_urgent": urgent, "all_seen": seen} for number, (urgent, seen) in looks.items()]
    if rows:
        connection.execute(this.values(values), rows)


def count_texts(connection: Connection, texts: Iterable[int]) -> None:
    """The same of the cases in which these texts of the unit, by their ids, stand."""
    wanted, numbers = list(texts), set[int]()
    for text in wanted:
        found = connection.execute(select(_answers.c.number).where(_answers.c.text == text)).scalar()
        numbers |= {found} if found is not None else set()
    count_cases(connection, numbers)


def count_shown(connection: Connection, number: int, member: str) -> None:
    """After messages of a case were shown to a member: how many, and up to which place."""
    found = select(func.count(), func.coalesce(func.max(_messages.c.place), 0)).select_from(_shown)
    found = found.join(
        _messages, (_messages.c.number == _shown.c.number) & (_messages.c.message_id == _shown.c.message_id)
    )
    mine = found.where(_shown.c.number == number, _shown.c.member == member)
    count, place = connection.execute(mine).one()
    values = {"shown": count, "place": place}
    statement = upsert(tables.progress).values(number=number, member=member, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["number", "member"], set_=values))
