# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source that closes its conversation is told."""

import asyncio

from dropbox.flows.desk.state import Text
from dropbox.protocol.board import split_bytes
from dropbox.protocol.constants import CLOSED_KINDS, EntryType
from dropbox.protocol.outcome import Outcome, encode_outcome
from journalist_ui.casework import replies
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.closings import NO_WISH, WHICH, Closing, read_closing
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.closings import ClosingLine, ClosingTold, TellClosing

from .desk import Desk
from .moments import minute_of


def closing_line(desk: Desk, found: Closing | None) -> ClosingLine | None:
    """As it is shown. It ends with the period after the last in which its source can undo it."""
    if found is None:
        return None
    after = desk.engine.policy.close_after if desk.engine.policy else 0
    ends = iso_day(found.since + after + 1, desk.engine.period_seconds()) if after else ""
    never = desk.engine.policy is not None and not after
    return ClosingLine(ends, found.burn, found.closed, never)


async def tell(desk: Desk, session: Session, asked: TellClosing) -> ClosingTold:
    """Raises NoSuchCase, Undeclared, SetAside, CaseMoved, BadInput, NotYet."""
    text = await asyncio.to_thread(_tell, desk, session, asked)
    desk.engine.add_reply(text)
    return ClosingTold(asked.case, asked.kind, minute_of(desk.engine.next_batch()))


def _tell(desk: Desk, session: Session, asked: TellClosing) -> Text:
    if asked.kind not in CLOSED_KINDS:
        raise BadInput(WHICH)
    engine, mark = desk.engine, asked.newest
    engine.check_listed()
    parts = split_bytes(encode_outcome(Outcome((asked.kind,)), CLOSED_KINDS))
    with engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        found = read_closing(connection, case)
        if found is None:
            raise BadInput(NO_WISH)
        found.check_answer(asked.kind)
        if not asked.again:
            known = replies.known_mark(connection, case)
            mark = known if mark is None else mark
        said = {"text": "", "kinds": (asked.kind,)}
        new = replies.Reply(parts, mark=mark, type=EntryType.CLOSED, said=said)
        return replies.store_reply(connection, case, new, engine.now_period(), engine.day)
