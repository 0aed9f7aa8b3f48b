# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case, and telling its source: two acts."""

import asyncio
from collections.abc import Iterable

from dropbox.flows.desk.state import Text
from dropbox.protocol.board import split_bytes
from dropbox.protocol.constants import EntryType
from dropbox.protocol.errors import BadText, TooLong
from dropbox.protocol.outcome import Outcome, encode_outcome
from journalist_ui.casework import conversation, outcomes, replies
from journalist_ui.casework.cases import OUTCOME, open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, CaseMoved
from journalist_ui.reply_check.ahead import asks_ahead
from journalist_ui.shapes.outcomes import (
    OutcomeLine,
    OutcomePreviewed,
    OutcomeReleased,
    OutcomeSet,
    PreviewOutcome,
    ReleaseOutcome,
    SetOutcome,
)

from .desk import Desk
from .moments import DAY, minute_of
from .reply_marks import let_through, marks_of

SET_ANEW = "The outcome was set anew meanwhile. Nothing was released: look at it first."
TOLD = "The source was sent this outcome already. Nothing was sent twice. Set it anew where there is more to say."
COMMAND = "outcome CASE --release"


def outcome_lines(found: Iterable[outcomes.Outcome]) -> tuple[OutcomeLine, ...]:
    """As they are shown."""
    return tuple(
        OutcomeLine(
            *(one.kinds, one.by, iso_day(one.day, DAY), one.reason, one.say),
            released=iso_day(one.released, DAY) if one.released else "",
        )
        for one in found
    )


def _checked(kinds: tuple[str, ...], say: str) -> str:
    """What the source is to be told: what can be sent. Raises BadInput."""
    said = say.replace("\r\n", "\n").strip()
    try:
        _cut(encode_outcome(Outcome(kinds, said)))
    except BadText as error:
        raise BadInput(error.say) from None
    return said


def _cut(written: bytes) -> tuple[bytes, ...]:
    """As it will be posted. Raises BadInput."""
    try:
        return split_bytes(written)
    except TooLong as error:
        raise BadInput(
            f"What the source is to be told needs {error.parts} parts, at most {error.allowed} can be sent. Shorten it."
        ) from None


def set_outcome(desk: Desk, session: Session, asked: SetOutcome) -> OutcomeSet:
    """Raises NoSuchCase, Undeclared, BadInput."""
    reason = asked.reason.replace("\r\n", "\n").strip()
    say = _checked(outcomes.check_outcome(asked.kinds, reason), asked.say)
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        named = outcomes.set_outcome(connection, case, asked.kinds, reason, say, desk.engine.day)
    return OutcomeSet(asked.case, OUTCOME, named)


def _present(desk: Desk, session: Session, number: int) -> tuple[outcomes.Present, int]:
    """What holds, and the place of what was added last. Raises NoSuchCase, Undeclared, SetAside, BadInput, NotYet."""
    with desk.engine.vault.reading() as connection:
        case = open_case(connection, session.holder, number)
        replies.refuse_unposted(connection, number)
        found = outcomes.present_outcome(connection, case)
        newest = conversation.newest_place(connection, number)
    desk.engine.check_listed()
    return found, newest


def preview(desk: Desk, session: Session, asked: PreviewOutcome) -> OutcomePreviewed:
    """Raises NoSuchCase, Undeclared, SetAside, BadInput, NotYet."""
    found, newest = _present(desk, session, asked.case)
    say = found.outcome.say
    return OutcomePreviewed(
        *(asked.case, found.setting, found.outcome.kinds, say, len(_cut(found.written))),
        next_batch=minute_of(desk.engine.next_batch()),
        newest=newest,
        marks=marks_of(desk, session, asked.case, say) if say else (),
        released=found.outcome.released > 0,
    )


async def release(desk: Desk, session: Session, asked: ReleaseOutcome) -> OutcomeReleased:
    """Raises NoSuchCase, Undeclared, SetAside, CaseMoved, TaskingRefused, MarksUnread, BadInput, NotYet."""
    text, kinds = await asyncio.to_thread(_release, desk, session, asked)
    desk.engine.add_reply(text)
    return OutcomeReleased(asked.case, kinds, True, len(text.parts), minute_of(desk.engine.next_batch()))


def _release(desk: Desk, session: Session, asked: ReleaseOutcome) -> tuple[Text, tuple[str, ...]]:
    found, _ = _present(desk, session, asked.case)
    say, engine, mark = found.outcome.say, desk.engine, asked.newest
    if not asked.again:
        # Whatever was seen of it: nothing goes past a message that its sender has not read.
        with engine.vault.reading() as connection:
            known = replies.known_mark(connection, open_case(connection, session.holder, asked.case))
        mark = known if mark is None else mark
    allowed = let_through(desk, session, asked.case, asked, say, COMMAND) if say else None
    words = {"text": say, "kinds": found.outcome.kinds}
    parts = _cut(found.written)
    new = replies.Reply(parts, "", mark, allowed, asks_ahead(say), type=EntryType.OUTCOME, said=words)
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        now = outcomes.present_outcome(connection, case)
        if now.row != found.row or asked.setting not in (0, now.setting):
            raise CaseMoved(SET_ANEW)
        if now.outcome.released:
            raise BadInput(TOLD)
        text = replies.store_reply(connection, case, new, engine.now_period(), engine.day)
        outcomes.note_release(connection, case, now, text.id, engine.day)
    return text, found.outcome.kinds
