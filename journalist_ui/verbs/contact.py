# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details of a case: asking two custodians to open them, and reading what they opened."""

from sqlalchemy import Connection

from journalist_ui.casework import contact, replies
from journalist_ui.casework.cases import open_case
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people import contact_consent, contact_key, proposals
from journalist_ui.people.proposals import Wanted
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.contact import AskContact, ContactAsked, ContactShown, ShowContact

from .contact_approval import CUSTODIANS, OPEN, may_agree
from .desk import Desk
from .moments import DAY

NOBODY = (
    "No two custodians of this desk can open them now: it takes two who hold halves of its key, each since seven days, "
    "from neither of whom the case is kept, and one of them must never have had to do with it."
)


def ask(desk: Desk, session: Session, asked: AskContact) -> ContactAsked:
    """Raises NoSuchCase, Undeclared, SetAside, BadInput."""
    reason, day, me = proposals.check_reason(asked.reason, needed=True), desk.engine.day, session.member.name
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        replies.refuse_unposted(connection, asked.case)
        wanted = contact.want_contact(connection, case, reason, desk.engine.vault.random)
        custodians = contact.without_kept(connection, asked.case, contact_key.list_custodians(connection))
        _refuse_hopeless(connection, asked.case, list(custodians), day)
        target = wanted.wish.message_id.hex()
        proposal = proposals.store_proposal(
            connection, me, Wanted(OPEN, target, wanted.wish.to_bytes(), "", CUSTODIANS), day
        )
        contact.note_asked(connection, case, proposal.id, wanted, day)
        readers = {**custodians, me: session.holder.key.public}
        contact_consent.store_reasons(connection, proposal.id, wanted.reason, readers.items())
        agreed = me in custodians and may_agree(connection, me, day) and _holds(connection, me)
        if agreed:
            contact_consent.hand_over(connection, session.holder, proposal.id, custodians)
    return ContactAsked(asked.case, proposal.id, agreed)


def _holds(connection: Connection, name: str) -> bool:
    return bool(contact_key.halves_of(connection, name))


def _refuse_hopeless(connection: Connection, number: int, custodians: list[str], day: int) -> None:
    """Raises BadInput where no two could agree."""
    able = [one for one in custodians if may_agree(connection, one, day) and _holds(connection, one)]
    if len(able) < 2 or all(contact.has_held(connection, number, one) for one in able):
        raise BadInput(NOBODY)


def show(desk: Desk, session: Session, asked: ShowContact) -> ContactShown:
    """Raises NoSuchCase, Undeclared, BadInput."""
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        found = contact.show_opened(connection, case, desk.engine.day)
    return ContactShown(asked.case, found.text, iso_day(found.day, DAY))
