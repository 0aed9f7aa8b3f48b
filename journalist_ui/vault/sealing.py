# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each sealed thing of a case is bound to, and a case's key wrapped to a member. Bytes only: no database."""

from dataclasses import dataclass, field

from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal

from . import labels


def case_key_info(number: int, member: str) -> bytes:
    """What a wrapped case key is bound to."""
    return labels.CASE_KEY + u32(number) + member.encode()


def proved_part_info(number: int, message_id: bytes, part: int) -> bytes:
    """What a sealed part is bound to."""
    return labels.PROVED_PART + u32(number) + message_id + u8(part)


def part_info(number: int, message_id: bytes, part: int) -> bytes:
    """The same of a part that was stored before proofs were kept."""
    return labels.SOURCE_PART + u32(number) + message_id + u8(part)


def answer_info(number: int, text_id: int) -> bytes:
    """What an officer's sealed text is bound to."""
    return labels.OFFICER_TEXT + u32(number) + u32(text_id)


def draft_info(number: int, member: str) -> bytes:
    """What a member's draft is bound to."""
    return labels.DRAFT + u32(number) + member.encode()


@dataclass(frozen=True)
class Holder:
    """Who opens what is wrapped to them: a member's name and X-Wing key."""

    name: str
    key: SealingKey = field(repr=False)


@dataclass(frozen=True)
class WrappedKey:
    """A case's 32-byte seed, sealed to a ``member``: by it they open the case called ``number``."""

    number: int
    member: str
    wrapped: bytes

    def open(self, holder: Holder) -> SealingKey:
        """The case's key, for whom it is wrapped to. Raises NotForThisKey."""
        return SealingKey(holder.key.open(self.wrapped, case_key_info(self.number, holder.name)))


def wrap_case_key(number: int, seed: bytes, member: str, public: bytes) -> WrappedKey:
    """A case's seed for the member of that ``public`` key."""
    return WrappedKey(number, member, hpke_seal(public, seed, case_key_info(number, member)))


def rewrap_case_key(wrapped: WrappedKey, holder: Holder, member: str, public: bytes) -> WrappedKey | None:
    """What a ``holder`` opens, for another member or for another key; None when it does not open."""
    try:
        seed = holder.key.open(wrapped.wrapped, case_key_info(wrapped.number, holder.name))
    except NotForThisKey:
        return None
    return wrap_case_key(wrapped.number, seed, member, public)
