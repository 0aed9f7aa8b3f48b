# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months of a unit's board without a network: how many texts miss the next board, and how many are never read.

    python -m bench.board_model

A row a size and load. Half of the sources come back, each in its own way: within days, within two weeks, or after ten
to 45 days; each is answered up to three more times. ``late`` are texts that the next board did not have, ``unread``
those of returning sources that were written a month before the end and not read by then, ``twice`` the visits that
found nothing where something waited.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from dropbox.flows.desk.board_plan import Correspondent, PlannedText, Row, Spans, plan_rows
from dropbox.protocol.encoding import u32
from dropbox.protocol.primitives import sha256

SPANS = Spans(stay=14, linger=3, give_up=60)
DAYS = 150
SHORT, LONG = (1, 1, 1, 2, 3), (1, 1, 2, 4, 8)
"""Parts of a text, each as often as it is named."""
GAPS = ((2, 6),) * 5 + ((5, 15),) * 3 + ((10, 45),) * 2
"""Days from one visit of a source to the next."""


@dataclass(frozen=True)
class Load:
    """``rows`` of a unit, and its ``reports`` a day."""

    rows: int
    reports: float
    parts: tuple[int, ...] = SHORT


@dataclass
class _Text:
    id: int
    parts: int
    written: int
    read: int = 0
    first: int = 0


@dataclass
class _Source:
    name: bytes
    heard: int
    returns: bool
    gap: tuple[int, int]
    visit: int = 0
    asked: int = 0
    answers: int = 1
    texts: list[_Text] = field(default_factory=list)

    def waiting(self, now: int) -> list[_Text]:
        """Texts that are neither read nor given up."""
        return [one for one in self.texts if not one.read and now <= max(one.written, self.heard) + SPANS.give_up]

    def correspondent(self, now: int) -> Correspondent:
        again = [one for one in self.texts if one.read and now <= one.read + SPANS.linger]
        texts = [
            PlannedText(one.id, one.id if one.first else 0, one.parts, one.written, one.read, bool(one.first))
            for one in (*self.waiting(now), *again)
        ]
        return Correspondent(self.name, tuple(texts), self.heard, self.asked, steps=128)


@dataclass
class Found:
    """Counted over all days."""

    texts: int = 0
    late: int = 0
    due: int = 0
    unread: int = 0
    visits: int = 0
    twice: int = 0

    def add(self, other: "Found") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def _value(name: bytes, lane: int, now: int) -> int:
    return int.from_bytes(sha256(name + bytes((lane & 0xFF,)) + u32(now))[:6], "big")


class _Unit:
    def __init__(self, load: Load, seed: int) -> None:
        self.load, self.random = load, Random(seed)  # noqa: S311 - the same months in every run
        self.sources: list[_Source] = []
        self.answers: dict[int, list[_Source]] = defaultdict(list)
        self.board: set[int] = set()
        self.texts = 0
        self.found = Found()

    def day(self, now: int) -> None:
        for _ in range(self._reports()):
            source = _Source(self.random.randbytes(8), now, self.random.random() < 0.5, self.random.choice(GAPS))
            source.visit = now + self.random.randint(2, 6)
            self.sources.append(source)
            self._answer(source, now)
        for source in self.sources:
            if source.returns and source.visit == now:
                self._visit(source, now)
        for source in self.answers.pop(now, []):
            self.texts += 1
            source.texts.append(_Text(self.texts, self.random.choice(self.load.parts), now))
        self._publish(now)

    def _reports(self) -> int:
        """Of one day, as they come independently of each other."""
        count, at = 0, self.random.expovariate(self.load.reports)
        while at < 1:
            count, at = count + 1, at + self.random.expovariate(self.load.reports)
        return count

    def _answer(self, source: _Source, now: int) -> None:
        self.answers[now + self.random.choice((1, 1, 2, 3, 5))].append(source)

    def _visit(self, source: _Source, now: int) -> None:
        """The board is that of the day before; what is read is acknowledged in order."""
        waiting, read = source.waiting(now), 0
        for text in waiting:
            if text.id not in self.board:
                break
            text.read, read = now, read + 1
        more, source.heard = len(waiting) > read, now
        self.found.visits += 1
        self.found.twice += more and not read
        source.asked = now if more else source.asked
        if read and source.answers < 4:
            source.answers += 1
            self._answer(source, now)
        soon = more and self.random.random() < 2 / 3
        source.visit = now + (self.random.randint(1, 3) if soon else self.random.randint(*source.gap))

    def _publish(self, now: int) -> None:
        plan = plan_rows(tuple(self._correspondents(now)), self.load.rows, now, SPANS, partial(_value, now=now))
        self.board = {row.text for row in plan}
        self._note(plan, now)

    def _correspondents(self, now: int) -> Iterator[Correspondent]:
        for source in self.sources:
            found = source.correspondent(now)
            if found.texts:
                yield found

    def _note(self, plan: tuple[Row, ...], now: int) -> None:
        there = {row.text for row in plan}
        for source in self.sources:
            for text in source.texts:
                if text.id in there:
                    text.first = text.first or now

    def ended(self, days: int) -> Found:
        for source in self.sources:
            for text in source.texts:
                self.found.texts += 1
                self.found.late += text.first != text.written
                if source.returns and text.written < days - 30:
                    self.found.due += 1
                    self.found.unread += not text.read
        return self.found


def run_model(load: Load, days: int = DAYS, seed: int = 0) -> Found:
    """So many days of one unit; the same ``seed`` gives the same."""
    unit = _Unit(load, seed)
    for now in range(1, days + 1):
        unit.day(now)
    return unit.ended(days)


LOADS = (
    *(Load(*one) for one in ((8, 0.04), (16, 0.15), (32, 0.4), (64, 1.0), (128, 2.5), (256, 6.0))),
    *(Load(*one) for one in ((512, 10.0), (1_024, 16.0), (4_096, 75.0))),
    *(Load(*one, LONG) for one in ((8, 0.04), (8, 0.16), (16, 0.15), (16, 0.6), (32, 0.4), (32, 1.6))),
)


def main() -> None:
    for load in LOADS:
        found = Found()
        for seed in range(max(1, round(6 / load.reports))):
            found.add(run_model(load, seed=seed))
        kind = "long" if load.parts == LONG else "short"
        print(
            f"{load.rows:4} rows, {load.reports:4} reports a day, {kind:5} texts: {found.texts:5,} texts, "
            f"late {found.late / found.texts:6.1%}, unread {found.unread / max(1, found.due):6.1%}, "
            f"visits that come twice {found.twice / max(1, found.visits):6.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
