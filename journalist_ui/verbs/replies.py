# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that goes to a source: its preview and its sending."""

import asyncio

from dropbox.flows.desk.state import Text
from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.refusals import BadInput, CaseMoved
from journalist_ui.shapes.replies import Preview, Previewed, Replied, Reply
from journalist_ui.vault.replies import before_reply, check_known, open_draft, was_sent
from journalist_ui.vault.session import NOT_THAT, MemberSession, SourceMessage

from .conversation import message_of
from .desk import Desk
from .drafts import opened_draft
from .moments import minute_of


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
    desk.engine.check_room(len(parts))
    return parts


def preview(desk: Desk, session: MemberSession, asked: Preview) -> Previewed:
    """What was added counts as shown. Raises NoSuchCase, BadInput, NotYet."""
    case = asked.case
    kept, texts = opened_draft(desk, session, case)
    if kept is None or not texts:
        raise BadInput("There is no text to preview. Write one first.")
    if len(texts) > 1:
        raise BadInput("There is more than one draft of yours in this case. Choose one first.")
    (text,) = texts
    parts = _parts(desk, text)
    before = before_reply(session, case, text, kept.seen, desk.engine.day)
    seconds = desk.engine.period_seconds()
    # Their texts alone: the rest of a later report stands in the case.
    added = tuple(
        message_of(one, seconds, one.report if isinstance(one, SourceMessage) else None) for one in before.added
    )
    return Previewed(
        case=case,
        text=text,
        once=f"{kept.version}-{before.mark}",
        newer=any(one.sender != "unit" for one in added),
        added=added,
        repeated=before.repeated,
        writing=tuple(desk.drafts.writing(case, session.member.name)),
        parts=len(parts),
        bytes=sum(map(len, parts)),
        next_batch=minute_of(desk.engine.next_batch()),
    )


async def reply(desk: Desk, session: MemberSession, asked: Reply) -> Replied:
    """Raises NoSuchCase, CaseMoved, BadInput, NotYet."""
    send = _send_text if asked.once is None else _send_draft
    done, text = await asyncio.to_thread(send, desk, session, asked)
    if text is not None:
        desk.engine.add_reply(text)
    return done


Sent = tuple[Replied, Text | None]
"""What is answered, and the text that the vault holds now for the engine to take up; None where it held it before."""


def _send_text(desk: Desk, session: MemberSession, asked: Reply) -> Sent:
    if asked.text is None:
        raise BadInput("text is missing.")
    engine, parts = desk.engine, _parts(desk, asked.text)
    mark = None if asked.again else check_known(session, asked.case, asked.text)
    text = session.reply(asked.case, parts, engine.now_period(), engine.day, mark=mark)
    return Replied(asked.case, len(parts), "waiting"), text


def _send_draft(desk: Desk, session: MemberSession, asked: Reply) -> Sent:
    case, once = asked.case, asked.once or ""
    name = session.member.name
    version, _, mark = once.partition("-")
    kept = desk.drafts.find(name, case)
    if kept is None or kept.version != version or not (mark.isascii() and mark.isdigit() and len(mark) < 10):
        if version and was_sent(session, case, version):
            return Replied(case, 0, "again"), None
        raise BadInput(NOT_THAT)
    texts = open_draft(session, case, kept)
    if len(texts) != 1:
        raise BadInput(NOT_THAT)
    engine, parts = desk.engine, _parts(desk, texts[0])
    try:
        text = session.reply(case, parts, engine.now_period(), engine.day, version=version, mark=int(mark))
    except (BadInput, CaseMoved):
        # The same button pressed twice: the other press came first, meanwhile.
        if was_sent(session, case, version):
            return Replied(case, 0, "again"), None
        raise
    desk.drafts.gone(name, case)
    return Replied(case, len(parts), "waiting"), text
