# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a signed-in member sees and does. Only this opens content, and only the cases wrapped to the member."""

from collections.abc import Collection
from dataclasses import replace

from dropbox.flows.desk.state import Text
from journalist_ui.casework import cases, conversation, drafts, inbox, replies, sharing
from journalist_ui.casework.conversation import Conversation as Case
from journalist_ui.casework.conversation import Entry, OfficerText, SourceMessage
from journalist_ui.casework.inbox import CaseLine
from journalist_ui.casework.sharing import Share
from journalist_ui.refusals import BadInput, NotAllowed

from .database import Vault
from .members import Change, Member, Role, Unlocked, find_member
from .sealing import Holder

__all__ = ["NOT_THAT", "Case", "CaseLine", "MemberSession", "OfficerText", "SourceMessage"]

NOT_THAT = "This is not the text of that preview any more. Nothing was sent: look at it again."


class MemberSession:
    """A member who has signed in. Raises NotAllowed where the roles do not reach."""

    def __init__(self, vault: Vault, unlocked: Unlocked) -> None:
        self.vault = vault
        self.member: Member = unlocked.member
        self.holder = Holder(unlocked.member.name, unlocked.key)
        self._known: dict[int, tuple[str, ...]] = {}
        self._read: dict[int, int] = {}
        # A change of passphrase whose new codes were not confirmed yet: it goes with the session.
        self.pending: Change | None = None

    def require(self, role: Role) -> None:
        """Raises NotAllowed."""
        if role not in self.member.roles:
            raise NotAllowed(f"Only a member with the role {role.value} may do this. Ask one.")

    def cases(self) -> list[CaseLine]:
        """Every case of this member that has a whole message, by number."""
        lines = self.lines()
        known = self.categories([line.number for line in lines])
        return [replace(line, categories=known[line.number]) for line in lines]

    def lines(self) -> list[CaseLine]:
        """The same without categories, for which each case must be opened."""
        self.require(Role.INVESTIGATOR)
        with self.vault.reading() as connection:
            return inbox.list_cases(connection, self.member.name)

    def categories(self, numbers: list[int]) -> dict[int, tuple[str, ...]]:
        """Those of each case's first message, which never changes: it is opened once a session. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        unknown = [number for number in numbers if number not in self._known]
        for at in range(0, len(unknown), inbox.AT_ONCE):
            wanted = unknown[at : at + inbox.AT_ONCE]
            with self.vault.reading() as connection:
                reports = inbox.read_reports(connection, self.holder, wanted)
            self._known |= zip(wanted, map(inbox.categories_of, reports), strict=True)
        return {number: self._known[number] for number in numbers}

    def show(self, number: int, day: int, page: int = 0) -> Case:
        """Open a case, or one page of it; what was opened counts as shown to this member. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self.vault.reading() as connection:
            sealed = conversation.read_page(connection, cases.open_case(connection, self.holder, number), page)
        return self._opened(sealed, day)

    def show_after(self, number: int, place: int, day: int) -> tuple[Entry, ...]:
        """What stands behind a place of a case; it counts as shown. Raises NoSuchCase."""
        self.require(Role.INVESTIGATOR)
        with self.vault.reading() as connection:
            sealed = conversation.read_after(connection, cases.open_case(connection, self.holder, number), place)
        return self._opened(sealed, day).messages

    def _opened(self, sealed: conversation.Sealed, day: int) -> Case:
        found = sealed.open()
        with self.vault.writing() as connection:
            conversation.mark_shown(connection, sealed.case, found.messages, day)
        self._read[found.number] = max(self._read.get(found.number, 0), *(one.place for one in found.messages), 0)
        return found

    def set_state(self, number: int, state: str, day: int) -> None:
        """What a person says of the case, for all members. Raises NoSuchCase, BadInput."""
        self.require(Role.INVESTIGATOR)
        with self.vault.writing() as connection:
            cases.set_state(connection, cases.open_case(connection, self.holder, number), state, day)

    def read_up_to(self, number: int) -> int:
        """The newest place of the case that this member has had before them; 0 for none. Of the unit's texts only what
        this session opened counts."""
        with self.vault.reading() as connection:
            place = conversation.read_up_to(connection, number, self.member.name)
        return max(place, self._read.get(number, 0))

    def reply(
        self,
        number: int,
        parts: tuple[bytes, ...],
        period: int,
        day: int,
        *,
        version: str | None = None,
        mark: int | None = None,
    ) -> Text:
        """Store a text for the source. ``version`` is that of the draft which it was, and which goes with it. Raises
        NoSuchCase, CaseMoved, BadInput."""
        self.require(Role.INVESTIGATOR)
        with self.vault.writing() as connection:
            case = cases.open_case(connection, self.holder, number)
            text = replies.store_reply(connection, case, replies.Reply(parts, version or "", mark), period, day)
            if version is not None and not drafts.delete_draft(connection, self.member.name, number, version):
                raise BadInput(NOT_THAT)
        return text

    def share(self, name: str, day: int, numbers: Collection[int] | None = None) -> tuple[int, int]:
        """Wrap the cases that this member can open, or these of them, to another investigator; returns how many that
        one can open now, and how many stay closed to them. Raises NoSuchMember, NotAllowed, BadInput, NoSuchCase."""
        plan = self.sharing(name, numbers)
        wrapped = plan.wrap(self.holder)
        with self.vault.writing() as connection:
            return sharing.store_share(connection, plan, wrapped, day)

    def sharing(self, name: str, numbers: Collection[int] | None = None) -> Share:
        """What that would be; nothing is done. Raises the same."""
        self.require(Role.INVESTIGATOR)
        with self.vault.reading() as connection:
            found, public = find_member(connection, name)
            if Role.INVESTIGATOR not in found.roles:
                raise NotAllowed("Cases are opened by investigators only, and that member is none.")
            if found.provisional:
                raise NotAllowed("That member has not made a passphrase of their own yet. Share once they have.")
            return sharing.plan_share(connection, self.member.name, name, public, numbers)
