# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signed-in member at the vault itself: each act as its verb does it, without a desk that runs."""

from collections.abc import Collection
from dataclasses import dataclass

from dropbox.flows.desk.state import Text
from journalist_ui.casework import cases, conversation, inbox, replies, sharing
from journalist_ui.casework.conversation import Conversation
from journalist_ui.casework.inbox import CaseLine
from journalist_ui.people.members import find_member
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotAllowed
from journalist_ui.vault.database import Vault
from journalist_ui.vault.roles import OPENERS, WRITERS


@dataclass
class Listed:
    """A line of the list with its categories."""

    line: CaseLine
    categories: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def state(self) -> str:
        return self.line.state

    @property
    def unread(self) -> int:
        return self.line.unread

    @property
    def opened(self) -> int:
        return self.line.opened


class Reader:
    """Raises NotAllowed where the roles do not reach."""

    def __init__(self, vault: Vault, session: Session) -> None:
        self.vault = vault
        self.session = session
        self.holder = self.session.holder
        self.member = self.session.member

    def lines(self) -> list[CaseLine]:
        self.session.require(*OPENERS)
        with self.vault.reading() as connection:
            return inbox.list_cases(connection, self.member.name)

    def cases(self) -> list[Listed]:
        lines, known = self.lines(), self.session.glimpses
        wanted = [line.number for line in lines if line.number not in known]
        with self.vault.reading() as connection:
            sealed = inbox.read_glimpses(connection, self.holder, wanted)
        known |= zip(wanted, (one.open() for one in sealed), strict=True)
        return [Listed(line, known[line.number].categories) for line in lines]

    def show(self, number: int, day: int, page: int = 0) -> Conversation:
        self.session.require(*OPENERS)
        with self.vault.reading() as connection:
            sealed = conversation.read_page(connection, cases.open_case(connection, self.holder, number), page)
        found = sealed.open()
        with self.vault.writing() as connection:
            conversation.mark_shown(connection, sealed.case, found.messages, day)
        return found

    def reply(self, number: int, parts: tuple[bytes, ...], period: int, day: int, *, ahead: bool = False) -> Text:
        self.session.require(*WRITERS)
        with self.vault.writing() as connection:
            case = cases.open_case(connection, self.holder, number)
            return replies.store_reply(connection, case, replies.Reply(parts, ahead=ahead), period, day)

    def share(self, name: str, day: int, numbers: Collection[int] | None = None) -> tuple[int, int]:
        self.session.require(*WRITERS)
        with self.vault.reading() as connection:
            other, public = find_member(connection, name)
            if other.roles.isdisjoint(OPENERS) or other.provisional:
                raise NotAllowed("passphrase of their own")
            plan = sharing.plan_share(connection, self.member.name, name, public, numbers)
        wrapped = plan.wrap(self.holder)
        with self.vault.writing() as connection:
            return sharing.store_share(connection, plan, wrapped, day)
