# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member must know before a text goes to the source, and the member's own draft of it."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dropbox.protocol.errors import NotForThisKey
from journalist_ui.refusals import CaseMoved

from . import tables
from .cases import draft_info
from .drafts import Draft, case_public
from .evidence import REPLY
from .members import Role
from .session import SHOW, MemberSession, OfficerText, SourceMessage, answer_rows, open_answer, text_name, whole_places

_FIRST = "Nothing was sent. Read it first: `dropbox-desk show`; or say --again."
SOURCE_WROTE = f"The source has written since you last opened the case. {_FIRST}"
UNIT_WROTE = f"Another member has written to the source since you last opened the case. {_FIRST}"
SENT_BEFORE = (
    "The unit wrote exactly this text in this case before. Nothing was sent. Say --again if it is to go out twice."
)


@dataclass(frozen=True)
class Before:
    """``mark`` is the newest place of the case; ``repeated``: the unit wrote exactly this before; ``added`` is what
    stands after the place up to which the writer had read."""

    mark: int
    repeated: bool
    added: tuple[SourceMessage | OfficerText, ...]


def open_draft(session: MemberSession, number: int, draft: Draft | None) -> list[str]:
    """The member's texts, each once. One that does not open is left out. Raises NoSuchCase."""
    session.require(Role.INVESTIGATOR)
    with session.vault.reading() as connection:
        case_public(connection, session.member.name, number)
        if draft is None:
            return []
        _, key = session._open_case(connection, number)
    texts: dict[str, None] = {}
    for sealed in draft.sealed:
        try:
            found = key.open(sealed, draft_info(number, session.member.name))
        except NotForThisKey:
            continue
        texts[found.decode("utf-8", "surrogatepass")] = None
    return list(texts)


def before_reply(session: MemberSession, number: int, text: str, seen: int, day: int) -> Before:
    """For a preview. What was added counts as shown. Raises NoSuchCase."""
    repeated = _was_written(session, number, text)
    with session.vault.reading() as connection:
        places = whole_places(connection, number)
    later = {place for place in places if place > seen}
    added = session.open_places(number, later, day)[1] if later else []
    return Before(places[-1], repeated, tuple(added))


def _was_written(session: MemberSession, number: int, text: str) -> bool:
    session.require(Role.INVESTIGATOR)
    with session.vault.reading() as connection:
        _, key = session._open_case(connection, number)
        ours = answer_rows(connection, number)
    return any(open_answer(one, key, {}).text == text for one in ours)


def was_sent(session: MemberSession, number: int, version: str) -> bool:
    """Whether the draft of that version is a text of this member's already. Raises NoSuchCase."""
    session.require(Role.INVESTIGATOR)
    with session.vault.reading() as connection:
        _, key = session._open_case(connection, number)
        ours = answer_rows(connection, number)
    found = (open_answer(one, key, {}) for one in ours)
    return any(one.once == version and one.author == session.member.name for one in found)


def check_known(session: MemberSession, number: int, text: str) -> int:
    """The newest place of the case, for a text that no preview was looked at of. Raises CaseMoved when its sender does
    not know all that stands in the case, or the unit wrote the very text before; NoSuchCase."""
    with session.vault.reading() as connection:
        session._open_case(connection, number)
        mark = whole_places(connection, number)[-1]
        if _unread(connection, number, session.member.name):
            raise CaseMoved(SOURCE_WROTE)
        if _others_wrote(connection, number, session.member.name):
            raise CaseMoved(UNIT_WROTE)
    if _was_written(session, number, text):
        raise CaseMoved(SENT_BEFORE)
    return mark


def _unread(connection: Connection, number: int, member: str) -> bool:
    """Whether messages came after those that the member was shown. Who was shown none is told so by the list."""
    messages, shown = tables.messages, tables.shown
    whole = select(func.count()).select_from(messages).where(messages.c.number == number, tables.IS_WHOLE)
    seen = select(func.count()).select_from(shown).where(shown.c.number == number, shown.c.member == member)
    known = connection.execute(seen).scalar_one()
    return bool(known) and connection.execute(whole).scalar_one() > known


def _others_wrote(connection: Connection, number: int, member: str) -> bool:
    """Whether a text of another member stands in the audit log after the member last opened the case."""
    rows = tables.audit
    last = select(func.max(rows.c.seq)).where(rows.c.member == member, rows.c.act == SHOW, rows.c.about == str(number))
    opened = connection.execute(last).scalar() or 0
    names = [text_name(one) for one in answer_rows(connection, number)]
    theirs = select(rows.c.seq).where(rows.c.act == REPLY, rows.c.member != member, rows.c.seq > opened)
    return any(connection.execute(theirs.where(rows.c.about == name)).first() for name in names)
