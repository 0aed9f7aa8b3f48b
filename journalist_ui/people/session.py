# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member who is signed in: the unlocked key, and what this session has seen. It dies with the desk's process."""

from dataclasses import dataclass, field

from journalist_ui.vault.sealing import Holder
from journalist_ui.vault.seen import CaseWords, Glimpse

from .changes import Change
from .members import Member, Role, only
from .sign_in import Unlocked


@dataclass
class Session:
    """``holder`` opens what is wrapped to the member. ``glimpses`` are those of the cases whose report was opened,
    ``words`` what search looks through, ``learnt`` once all of them are there, ``read`` the newest place of each case
    that was shown; ``audited`` of which case (0 for all) the log was looked at, and on which day; ``pending`` a change
    of passphrase whose new codes were not confirmed yet, ``signer`` the Ed25519 seed that signs what the member
    approves; ``taking`` the file that is being taken out, with what its pieces are asked for by; ``looking`` the
    pages of a file that are being looked at, ``looked`` which files of which cases were."""

    member: Member
    holder: Holder
    glimpses: dict[int, Glimpse] = field(default_factory=dict)
    words: dict[int, CaseWords] = field(default_factory=dict, repr=False)
    learnt: bool = False
    read: dict[int, int] = field(default_factory=dict)
    audited: set[tuple[int, int]] = field(default_factory=set)
    pending: Change | None = None
    signer: bytes = field(default=b"", repr=False)
    taking: tuple[str, object] | None = field(default=None, repr=False)
    looking: object | None = field(default=None, repr=False)
    looked: set[tuple[int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, unlocked: Unlocked) -> "Session":
        """Of a member who has proved who they are."""
        return cls(unlocked.member, unlocked.holder, signer=unlocked.signer)

    def require(self, *roles: Role) -> None:
        """One of these. Raises NotAllowed."""
        if self.member.roles.isdisjoint(roles):
            raise only(roles)
