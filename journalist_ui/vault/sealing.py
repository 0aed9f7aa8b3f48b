# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each sealed thing of a case is bound to, and a case's key wrapped to a member. Bytes only: no database."""

from contextlib import suppress
from dataclasses import dataclass, field

from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey, hpke_seal

from . import labels


def case_key_info(number: int, generation: int, member: str) -> bytes:
    """What a wrapped case key is bound to; of the first generation, as before there were any."""
    if generation == 1:
        return labels.CASE_KEY + u32(number) + member.encode()
    return labels.LATER_CASE_KEY + u32(number) + u32(generation) + member.encode()


def proved_part_info(number: int, message_id: bytes, part: int) -> bytes:
    """What a sealed part is bound to."""
    return labels.PROVED_PART + u32(number) + message_id + u8(part)


def part_info(number: int, message_id: bytes, part: int) -> bytes:
    """The same of a part that was stored before proofs were kept."""
    return labels.SOURCE_PART + u32(number) + message_id + u8(part)


def answer_info(number: int, text_id: int) -> bytes:
    """What an officer's sealed text is bound to."""
    return labels.OFFICER_TEXT + u32(number) + u32(text_id)


def note_info(number: int, day: int, corrects: int) -> bytes:
    """What a note is bound to."""
    return labels.NOTE + u32(number) + u32(day) + u32(corrects)


def decision_info(number: int, day: int, place: int, word: str) -> bytes:
    """What a decision is bound to; ``word`` is what was asked and the answer."""
    return labels.DECISION + u32(number) + u32(day) + u32(place) + word.encode()


def link_info(number: int) -> bytes:
    """What a case's half of a link is bound to."""
    return labels.LINK + u32(number)


def linked_info(number: int, other: int) -> bytes:
    """What lies in that, sealed to the ``other`` case, is bound to."""
    return labels.LINKED + u32(number) + u32(other)


def outcome_info(number: int, day: int, kinds: str) -> bytes:
    """What a setting of a case's outcome is bound to."""
    return labels.OUTCOME + u32(number) + u32(day) + kinds.encode()


def referral_info(number: int) -> bytes:
    """What the words of a referral of a case are bound to."""
    return labels.REFERRAL + u32(number)


def referral_answer_info(number: int, referral: int, msg_no: int) -> bytes:
    """What another unit's answer to one is bound to."""
    return labels.REFERRAL_ANSWER + u32(number) + u32(referral) + u32(msg_no)


def tags_info(number: int) -> bytes:
    """What a case's tags are bound to."""
    return labels.TAGS + u32(number)


def blob_key_info(number: int, file: int, place: int) -> bytes:
    """What the key of a stored blob of a case's file is bound to."""
    return labels.BLOB_KEY + u32(number) + u32(file) + u32(place)


def contact_field_info(number: int, message_id: bytes) -> bytes:
    """What contact details of a message, sealed by their source, are bound to."""
    return labels.CONTACT_FIELD + u32(number) + message_id


def contact_text_info(number: int, message_id: bytes) -> bytes:
    """The same of those that two custodians have opened."""
    return labels.CONTACT_TEXT + u32(number) + message_id


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
    """A case's 32-byte seed of one ``generation``, sealed to a ``member``: by it they open what was sealed to it of the
    case called ``number``."""

    number: int
    member: str
    generation: int
    wrapped: bytes

    def open(self, holder: Holder) -> SealingKey:
        """The case's key, for whom it is wrapped to. Raises NotForThisKey."""
        return SealingKey(holder.key.open(self.wrapped, case_key_info(self.number, self.generation, holder.name)))


@dataclass(frozen=True)
class CaseKeys:
    """A case's keys that a member has opened, the newest first; there is at least one."""

    keys: tuple[SealingKey, ...] = field(repr=False)

    @property
    def public(self) -> bytes:
        """What new things are sealed to by whoever has opened the case: whatever the case's row says."""
        return self.keys[0].public

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to any of them. Raises NotForThisKey."""
        for key in self.keys[:-1]:
            with suppress(NotForThisKey):
                return key.open(sealed, info)
        return self.keys[-1].open(sealed, info)


def wrap_case_key(number: int, generation: int, seed: bytes, member: str, public: bytes) -> WrappedKey:
    """A case's seed for the member of that ``public`` key."""
    info = case_key_info(number, generation, member)
    return WrappedKey(number, member, generation, hpke_seal(public, seed, info))


def rewrap_case_key(wrapped: WrappedKey, holder: Holder, member: str, public: bytes) -> WrappedKey | None:
    """What a ``holder`` opens, for another member or for another key; None when it does not open."""
    number, generation = wrapped.number, wrapped.generation
    try:
        seed = holder.key.open(wrapped.wrapped, case_key_info(number, generation, holder.name))
    except NotForThisKey:
        return None
    return wrap_case_key(number, generation, seed, member, public)
