# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that goes to a source: its preview and its sending."""

import asyncio
from dataclasses import replace

from dropbox.flows.desk.state import Text
from dropbox.protocol.board import split_text
from dropbox.protocol.constants import LANES
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.casework import conversation, drafts, replies
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.conversation import OfficerText, OnPage, SourceMessage
from journalist_ui.casework.inbox import next_to_answer
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, CaseMoved
from journalist_ui.reply_check.ahead import asks_ahead
from journalist_ui.shapes.conversation import Message
from journalist_ui.shapes.replies import Preview, Previewed, Replied, Reply
from journalist_ui.vault.counters import ON_THE_WAY

from .conversation import message_of, opened
from .desk import Desk
from .drafts import opened_draft
from .moments import minute_of
from .reply_marks import let_through, marks_of

NOT_THAT = "This is not the text of that preview any more. Nothing was sent: look at it again."


def _parts(desk: Desk, text: str) -> tuple[bytes, ...]:
    """The text as it will be posted. Raises BadInput, NotYet."""
    if not text.strip():
        raise BadInput("The text is empty. Nothing was sent.")
    try:
        parts = split_text(text)
    except TooLong as error:
        raise BadInput(
            f"The text needs {error.parts} parts, at most {error.allowed} can be sent. Shorten it."
        ) from None
    except BadText as error:
        raise BadInput(error.say) from None
    desk.engine.check_listed()
    return parts


def preview(desk: Desk, session: Session, asked: Preview) -> Previewed:
    """What was added, and what the source wrote last, counts as shown. Raises NoSuchCase, SetAside, BadInput,
    NotYet."""
    case = asked.case
    with desk.engine.vault.reading() as connection:
        open_case(connection, session.holder, case)
        replies.refuse_unposted(connection, case)
    if asked.text is not None:
        return _previewed(desk, session, case, asked.text)
    kept, texts = opened_draft(desk, session, case)
    if kept is None or not texts:
        raise BadInput("There is no text to preview. Write one first.")
    if len(texts) > 1:
        raise BadInput("There is more than one draft of yours in this case. Choose one first.")
    found = _previewed(desk, session, case, texts[0])
    with desk.engine.vault.reading() as connection:
        since = min(kept.seen, conversation.newest_message(connection, case) - 1)
        sealed = conversation.read_after(connection, open_case(connection, session.holder, case), since)
        mark = conversation.newest_place(connection, case)
    behind = opened(desk, session, sealed).messages
    theirs = [one for one in behind if isinstance(one, SourceMessage)]
    added = tuple(_shown(desk, one) for one in behind if one.place > kept.seen)
    return replace(
        found,
        once=f"{kept.version}-{mark}",
        newer=any(one.sender != "unit" for one in added),
        added=added,
        last=_shown(desk, theirs[-1]) if theirs and theirs[-1].place <= kept.seen else None,
    )


def _shown(desk: Desk, one: OnPage) -> Message:
    """Its text alone: the rest of a later report stands in the case."""
    report = one.report if isinstance(one, SourceMessage) else None
    return message_of(one, desk.engine.period_seconds(), desk.engine.newest_batch(), report)


def _previewed(desk: Desk, session: Session, case: int, text: str) -> Previewed:
    """How a text would leave, and its marks. Raises NoSuchCase, BadInput, NotYet."""
    parts = _parts(desk, text)
    ours = _texts(desk, session, case)
    unread = sum(one.parts for one in ours if one.state in ON_THE_WAY and one.author)
    return Previewed(
        case=case,
        text=text,
        once="",
        newer=False,
        added=(),
        repeated=replies.was_written(ours, text),
        writing=tuple(desk.drafts.writing(case, session.member.name)),
        parts=len(parts),
        bytes=sum(map(len, parts)),
        next_batch=minute_of(desk.engine.next_batch()),
        marks=marks_of(desk, session, case, text),
        batches=-(-(unread + len(parts)) // LANES),
        ahead=asks_ahead(text),
    )


async def reply(desk: Desk, session: Session, asked: Reply) -> Replied:
    """Raises NoSuchCase, SetAside, CaseMoved, TaskingRefused, MarksUnread, BadInput, NotYet."""
    send = _send_draft if asked.once is not None else _send_text
    text = await asyncio.to_thread(send, desk, session, asked)
    if text is None:
        return Replied(asked.case, 0, "again")
    desk.engine.add_reply(text)
    following = await asyncio.to_thread(_next_to_answer, desk, session, asked.case)
    leaves = minute_of(desk.engine.next_batch())
    return Replied(asked.case, len(text.parts), "waiting", leaves, following)


def _next_to_answer(desk: Desk, session: Session, number: int) -> int:
    with desk.engine.vault.reading() as connection:
        return next_to_answer(connection, session.member.name, number)


def _send_text(desk: Desk, session: Session, asked: Reply) -> Text:
    if asked.text is None:
        raise BadInput("text is missing.")
    parts, mark = _parts(desk, asked.text), None
    if not asked.again:
        with desk.engine.vault.reading() as connection:
            mark = replies.known_mark(connection, open_case(connection, session.holder, asked.case))
        replies.refuse_repeated(_texts(desk, session, asked.case), asked.text)
    authorisation = let_through(desk, session, asked.case, asked, asked.text)
    engine, new = desk.engine, replies.Reply(parts, "", mark, authorisation, asks_ahead(asked.text))
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        return replies.store_reply(connection, case, new, engine.now_period(), engine.day)


def _texts(desk: Desk, session: Session, number: int) -> list[OfficerText]:
    """What the unit has written in a case. Raises NoSuchCase."""
    with desk.engine.vault.reading() as connection:
        case = open_case(connection, session.holder, number)
        rows = conversation.text_rows(connection, number)
    return conversation.open_texts(case, rows)


def _send_draft(desk: Desk, session: Session, asked: Reply) -> Text | None:
    """None where exactly this was sent before."""
    name, number = session.member.name, asked.case
    version, _, mark = (asked.once or "").partition("-")
    kept, texts = opened_draft(desk, session, number)
    if kept is None or kept.version != version or not (mark.isascii() and mark.isdigit() and len(mark) < 10):
        if version and replies.was_sent(_texts(desk, session, number), name, version):
            return None
        raise BadInput(NOT_THAT)
    if len(texts) != 1:
        raise BadInput(NOT_THAT)
    try:
        parts = _parts(desk, texts[0])
        authorisation = let_through(desk, session, number, asked, texts[0])
        new = replies.Reply(parts, version, int(mark), authorisation, asks_ahead(texts[0]))
        text = _store_draft(desk, session, number, new)
    except (BadInput, CaseMoved):
        # The same button pressed twice: the other press came first, meanwhile.
        if replies.was_sent(_texts(desk, session, number), name, version):
            return None
        raise
    desk.drafts.gone(name, number)
    return text


def _store_draft(desk: Desk, session: Session, number: int, new: replies.Reply) -> Text:
    """The draft goes with it. Raises NoSuchCase, CaseMoved, BadInput where it is another draft by now."""
    engine = desk.engine
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, number)
        text = replies.store_reply(connection, case, new, engine.now_period(), engine.day)
        if not drafts.delete_draft(connection, session.member.name, number, new.once):
            raise BadInput(NOT_THAT)
    return text
