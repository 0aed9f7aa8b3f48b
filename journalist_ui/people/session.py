# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member who is signed in: the unlocked key, and what this session has seen. It dies with the desk's process."""

from dataclasses import dataclass, field

from journalist_ui.refusals import NotAllowed
from journalist_ui.vault.sealing import Holder

from .changes import Change
from .members import Member, Role
from .sign_in import Unlocked


@dataclass
class Session:
    """``holder`` opens what is wrapped to the member. ``categories`` are those of the cases whose report was opened,
    ``read`` the newest place of each case that was shown; ``audited`` of which case (0 for all) the log was looked at,
    and on which day; ``pending`` a change of passphrase whose new codes were not confirmed yet."""

    member: Member
    holder: Holder
    categories: dict[int, tuple[str, ...]] = field(default_factory=dict)
    read: dict[int, int] = field(default_factory=dict)
    audited: set[tuple[int, int]] = field(default_factory=set)
    pending: Change | None = None

    @classmethod
    def of(cls, unlocked: Unlocked) -> "Session":
        """Of a member who has proved who they are."""
        return cls(unlocked.member, unlocked.holder)

    def require(self, role: Role) -> None:
        """Raises NotAllowed."""
        if role not in self.member.roles:
            raise NotAllowed(f"Only a member with the role {role.value} may do this. Ask one.")
