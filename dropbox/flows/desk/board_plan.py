# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which texts stand on a unit's next board, in which lanes, and which marks beside them (protocol.md, section 6.7).

A board is planned anew each period, from nothing but what is told here: the same conversations give the same plan.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dropbox.protocol.constants import LANES
from dropbox.protocol.encoding import u32
from dropbox.protocol.primitives import sha256


@dataclass(frozen=True)
class PlannedText:
    """An officer's text as a plan sees it: ``number`` its msg_no (0: none yet), ``parts`` how many rows it takes,
    ``written`` the period in which it was written, ``read`` that in which it was acknowledged (0: it lives), ``keyed``
    whether its key is held; without one it takes a step of the chain."""

    id: int
    number: int
    parts: int
    written: int
    read: int = 0
    keyed: bool = False


@dataclass(frozen=True)
class Correspondent:
    """A conversation as a plan sees it: its texts that live or were read of late; ``heard`` the period of the source's
    last envelope; ``asked`` that of the last one that came while a living text was off the board (0: none); ``steps``
    how many its chain has left (0 without a chain); ``collected`` how many messages are whole, ``grown`` since when;
    ``answered`` whether an officer has ever answered."""

    pseudonym: bytes
    texts: tuple[PlannedText, ...] = ()
    heard: int = 0
    asked: int = 0
    steps: int = 0
    collected: int = 0
    grown: int = 0
    answered: bool = False

    def living(self) -> list[PlannedText]:
        """In the order of their numbers; those without one come last, in the order of writing."""
        return sorted((text for text in self.texts if not text.read), key=_order)

    def written(self) -> int:
        """When the newest living text was written; 0 without one."""
        return max((text.written for text in self.texts if not text.read), default=0)


def _order(text: PlannedText) -> tuple[bool, int, int]:
    return not text.number, text.number, text.id


@dataclass(frozen=True)
class Spans:
    """The policy's, in periods: ``stay`` how long a text stands on the board before it waits for its source, ``linger``
    how long one that was read may be read again, ``give_up`` how long anything waits."""

    stay: int
    linger: int
    give_up: int


@dataclass(frozen=True)
class Row:
    """Part ``part`` (from 0) of a text stands in this lane."""

    pseudonym: bytes
    text: int
    part: int
    lane: int


@dataclass(frozen=True)
class Mark:
    """What a source learns beside its texts: how many of its messages are whole, and whether a text waits that is not
    on the board."""

    pseudonym: bytes
    collected: int
    more: bool


Value = Callable[[bytes, int], int]
"""What stands in the index for a conversation's row in a lane, or for its mark (lane -1)."""
MARK = -1


class _Lanes:
    """What is still free: a row takes room, and a value, of its lane."""

    def __init__(self, rows: int, value: Value) -> None:
        self._room = [rows // LANES] * LANES
        self._taken: list[set[int]] = [set() for _ in range(LANES)]
        self._value = value

    def take(self, pseudonym: bytes, parts: int, used: set[int]) -> list[int]:
        """A lane for each part, the emptiest first, none twice and none of ``used``; nothing where not all fit."""
        free = [
            lane
            for lane in sorted(range(LANES), key=lambda lane: -self._room[lane])
            if lane not in used and self._room[lane] and self._value(pseudonym, lane) not in self._taken[lane]
        ]
        if len(free) < parts:
            return []
        for lane in free[:parts]:
            self._room[lane] -= 1
            self._taken[lane].add(self._value(pseudonym, lane))
        return free[:parts]


def _mixed(pseudonym: bytes, now: int) -> bytes:
    """An order among equals that is another each period, so that nobody always comes last."""
    return sha256(u32(now) + pseudonym)


def _turns(
    conversations: Sequence[Correspondent], now: int, spans: Spans
) -> Iterator[tuple[Correspondent, list[PlannedText]]]:
    """Living texts before those read of late; among the living the conversations of the latest event: a text was
    written, or the source came and did not find one."""

    def latest(one: Correspondent) -> int:
        return max(one.written(), one.asked)

    waiting = [one for one in conversations if one.written() and now <= latest(one) + spans.stay]
    waiting.sort(key=lambda one: (-latest(one), _mixed(one.pseudonym, now)))
    yield from ((one, one.living()) for one in waiting)
    for one in sorted(conversations, key=lambda one: _mixed(one.pseudonym, now)):
        again = (text for text in one.texts if text.read and now <= text.read + spans.linger)
        yield one, sorted(again, key=_order)


def plan_rows(
    conversations: Sequence[Correspondent], rows: int, now: int, spans: Spans, value: Value
) -> tuple[Row, ...]:
    """At most ``rows`` rows, a power of two from 8 on. Texts stand whole, and none before a lower one of its
    conversation; a text that has no key and no step of a chain waits for its source."""
    lanes = _Lanes(rows, value)
    used: dict[bytes, set[int]] = {}
    steps = {one.pseudonym: one.steps for one in conversations}
    planned: list[Row] = []
    for one, texts in _turns(conversations, now, spans):
        mine = used.setdefault(one.pseudonym, set())
        for text in texts:
            may_stand = text.keyed or steps[one.pseudonym]
            chosen = lanes.take(one.pseudonym, text.parts, mine) if may_stand else []
            if not chosen:
                break
            steps[one.pseudonym] -= not text.keyed
            mine.update(chosen)
            planned += [Row(one.pseudonym, text.id, part, lane) for part, lane in enumerate(chosen)]
    return tuple(planned)


def plan_marks(
    conversations: Sequence[Correspondent],
    rows: Sequence[Row],
    marks: int,
    now: int,
    spans: Spans,
    value: Value,
) -> tuple[Mark, ...]:
    """At most ``marks`` marks, beside the rows that were planned: those that an officer has answered first, then those
    whose messages grew last, each while its source or a text for it is not given up."""
    there = {row.text for row in rows}
    due = [one for one in conversations if now <= max(one.heard, one.written()) + spans.give_up]
    due.sort(key=lambda one: (not one.answered, -one.grown, _mixed(one.pseudonym, now)))
    taken: set[int] = set()
    planned: list[Mark] = []
    for one in due:
        more = any(text.id not in there for text in one.living())
        if len(planned) < marks and (one.collected or more) and value(one.pseudonym, MARK) not in taken:
            taken.add(value(one.pseudonym, MARK))
            planned.append(Mark(one.pseudonym, one.collected, more))
    return tuple(planned)
