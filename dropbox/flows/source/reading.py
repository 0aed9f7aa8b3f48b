# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source finds and reads what the board holds for it (docs/protocol.md, sections 6.5 and 6.9). No request is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dropbox.flows.trust import Judged
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.proofs import ProvedUnit
from dropbox.protocol.reading import ReadConversation, WholeText, read_conversation


@dataclass(frozen=True)
class FoundConversation:
    """What one unit's newest batch holds for this codename. ``collected`` is how many messages the unit has whole, 0
    where no mark says; ``more`` whether a text waits that the batch does not hold; ``ack`` what to acknowledge."""

    unit: ProvedUnit
    keys: ConversationKeys = field(repr=False)
    read: ReadConversation

    @property
    def texts(self) -> tuple[WholeText, ...]:
        return self.read.texts

    @property
    def ack(self) -> int:
        return self.read.ack

    @property
    def collected(self) -> int:
        return self.read.mark.collected if self.read.mark else 0

    @property
    def more(self) -> bool:
        return self.read.mark is not None and self.read.mark.more_waits

    @property
    def urgency(self) -> int:
        """The lower, the sooner it is acknowledged: there is something new to say, or to ask for; then rows; then a
        mark alone (step 7.1.3)."""
        if self.read.unacknowledged or self.more:
            return 0
        return 1 if self.read.rows else 2


@dataclass(frozen=True)
class Reading:
    """All that a visit has read, before it is known what becomes of its envelope."""

    judged: Judged
    conversations: tuple[FoundConversation, ...] = field(repr=False)


def read_board(units: Sequence[ProvedUnit], stretched: bytes) -> tuple[FoundConversation, ...]:
    """Every conversation of a codename, over present and retired units; ``stretched`` is S."""
    found = []
    for proved in units:
        keys = conversation_keys(stretched, proved.unit.unit_id)
        read = read_conversation(proved, keys)
        if read is not None:
            found.append(FoundConversation(proved, keys, read))
    return tuple(found)
