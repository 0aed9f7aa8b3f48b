# SPDX-License-Identifier: AGPL-3.0-or-later
"""How it stands, for a page that is open: no word of any case, and no act of its member's."""

from journalist_ui.casework.cases import public_key
from journalist_ui.casework.conversation import newest_place
from journalist_ui.casework.inbox import count_unread
from journalist_ui.people.members import Role
from journalist_ui.people.session import Session
from journalist_ui.shapes.watching import Watch, Watched

from .desk import Desk


def watch(desk: Desk, session: Session, asked: Watch) -> Watched:
    """Raises NoSuchCase."""
    name, case = session.member.name, asked.case
    if Role.INVESTIGATOR not in session.member.roles:
        return Watched(0)
    with desk.engine.vault.reading() as connection:
        unread = count_unread(connection, name) if desk.engine.settings.title_count else 0
        if case is None:
            return Watched(unread)
        # Whoever may not open it is told nothing of it, and tells nobody that they write.
        public_key(connection, name, case)
        newest = newest_place(connection, case)
    if asked.typing:
        desk.drafts.note_typing(name, case)
    return Watched(unread, tuple(desk.drafts.writing(case, name)), newest)
