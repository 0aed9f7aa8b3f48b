# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member must know before a text goes to the source, and the member's own draft of it."""

from dataclasses import dataclass

from journalist_ui.casework import conversation, drafts, replies
from journalist_ui.casework.cases import open_case, public_key
from journalist_ui.casework.conversation import Entry, OfficerText

from .drafts import Draft
from .members import Role
from .session import MemberSession


@dataclass(frozen=True)
class Before:
    """``mark`` is the newest place of the case; ``repeated``: the unit wrote exactly this before; ``added`` is what
    stands after the place up to which the writer had read."""

    mark: int
    repeated: bool
    added: tuple[Entry, ...]


def open_draft(session: MemberSession, number: int, draft: Draft | None) -> list[str]:
    """The member's texts, each once. One that does not open is left out. Raises NoSuchCase."""
    session.require(Role.INVESTIGATOR)
    with session.vault.reading() as connection:
        if draft is None:
            public_key(connection, session.member.name, number)
            return []
        case = open_case(connection, session.holder, number)
    return drafts.open_draft(case, draft)


def before_reply(session: MemberSession, number: int, text: str, seen: int, day: int) -> Before:
    """For a preview. What was added counts as shown. Raises NoSuchCase."""
    repeated = replies.was_written(_texts(session, number), text)
    with session.vault.reading() as connection:
        mark = conversation.newest_place(connection, number)
    added = session.show_after(number, seen, day) if mark > seen else ()
    return Before(mark, repeated, added)


def _texts(session: MemberSession, number: int) -> list[OfficerText]:
    session.require(Role.INVESTIGATOR)
    with session.vault.reading() as connection:
        case = open_case(connection, session.holder, number)
        rows = conversation.text_rows(connection, number)
    return conversation.open_texts(case, rows)


def was_sent(session: MemberSession, number: int, version: str) -> bool:
    """Whether the draft of that version is a text of this member's already. Raises NoSuchCase."""
    return replies.was_sent(_texts(session, number), session.member.name, version)


def check_known(session: MemberSession, number: int, text: str) -> int:
    """The newest place of the case, for a text that no preview was looked at of. Raises CaseMoved when its sender does
    not know all that stands in the case, or the unit wrote the very text before; NoSuchCase."""
    with session.vault.reading() as connection:
        mark = replies.known_mark(connection, open_case(connection, session.holder, number))
    replies.refuse_repeated(_texts(session, number), text)
    return mark
