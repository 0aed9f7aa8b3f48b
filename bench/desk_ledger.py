# SPDX-License-Identifier: AGPL-3.0-or-later
"""What sources and officers were told, held against what vault and board show after a desk was killed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.ledger import Broken


@dataclass
class DeskLedger:
    """Every report and reply that was tried, and what came back. Each has a text of its own, by which it is known."""

    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    """Report, and the newest period of its parts' receipts."""
    tried: dict[str, str] = field(default_factory=dict)
    """Reply, and the report that it answers."""
    accepted: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    """The reason of each act of an officer in a case, and in how many cases it stands once it is done."""
    done: set[str] = field(default_factory=set)
    """Those that the desk said it has done."""
    shelves: dict[int, set[str]] = field(default_factory=dict)
    """Of cases that were set aside or brought back, where each may be: one place, or two while an answer is out."""
    taken: set[int] = field(default_factory=set)
    """Cases that the desk said it has taken out of the flood box."""
    in_vault: set[str] = field(default_factory=set)
    read: dict[str, dict[int, str]] = field(default_factory=dict)
    """Report, and the replies that its source has read, by number."""
    counted: set[str] = field(default_factory=set)
    """Reports that their source saw counted as collected."""
    batches: dict[int, bytes] = field(default_factory=dict)
    tags: set[bytes] = field(default_factory=set)
    checked: int = 0

    def check_vault(self, texts: Iterable[str], through: int) -> None:
        """All whole messages of a vault that says it has processed every period to ``through``. Raises Broken."""
        found = Counter(texts)
        for text, times in found.items():
            if text not in self.sent:
                raise Broken("the vault holds a message that nobody sent")
            if times > 1:
                raise Broken(f"a report is in the vault {times} times")
        if self.in_vault - found.keys():
            raise Broken("a report has gone from the vault")
        due = {text for text, period in list(self.acknowledged.items()) if period <= through}
        if missing := due - found.keys():
            raise Broken(f"{len(missing)} acknowledged reports of processed periods are not in the vault")
        self.in_vault |= found.keys()
        self.checked += len(due)

    def check_acts(self, reasons: Iterable[str]) -> None:
        """Every reason in a vault, as often as it stands in a case. Raises Broken."""
        found = Counter(reasons)
        for reason, times in found.items():
            if reason not in self.asked:
                raise Broken("the vault holds an act of nobody")
            if times != self.asked[reason]:
                raise Broken(f"an act stands in {times} cases in place of {self.asked[reason]}")
        if missing := self.done - found.keys():
            raise Broken(f"{len(missing)} acts that the desk had done are not in the vault")

    def check_shelves(self, found: Mapping[int, str]) -> None:
        """Where each case of the list is. Raises Broken."""
        if self.taken - found.keys():
            raise Broken("a case that was taken out of the flood box is in it again")
        for number, allowed in self.shelves.items():
            if found.get(number) not in allowed:
                raise Broken(f"a case is on {found.get(number)!r} in place of {allowed}")

    def check_read(self, report: str, texts: Mapping[int, str]) -> bool:
        """The replies that one visit of a report's source shows, by number; whether any is new. Raises Broken."""
        known = self.read.setdefault(report, {})
        new = False
        for number, text in texts.items():
            if self.tried.get(text) != report:
                raise Broken("a source reads what no officer wrote to it")
            if known.get(number, text) != text:
                raise Broken(f"reply {number} has changed")
            new |= number not in known
            known[number] = text
        if len(set(known.values())) != len(known):
            raise Broken("a source reads one reply as two")
        return new

    def check_collected(self, report: str, collected: int) -> None:
        """How many messages its unit says that it has of a source that sent one. Raises Broken."""
        if collected > 1:
            raise Broken(f"one report was counted {collected} times")
        if collected:
            self.counted.add(report)

    def check_batch(self, period: int, name: bytes, tags: Iterable[bytes]) -> None:
        """A batch on the board. Raises Broken when it changed, or when a tag of it stood anywhere before."""
        if period in self.batches:
            if self.batches[period] != name:
                raise Broken(f"the batch of period {period} was replaced")
            return
        self.batches[period] = name
        for tag in tags:
            if tag in self.tags:
                raise Broken(f"a tag in the batch of period {period} stood on the board before")
            self.tags.add(tag)

    def open_ends(self) -> list[str]:
        """What has still to arrive, in words; nothing once every promise is kept."""
        read = {text for found in self.read.values() for text in found.values()}
        left = (
            ("acknowledged reports not counted by the unit", self.acknowledged.keys() - self.counted),
            ("accepted replies not read", self.accepted - read),
        )
        return [f"{len(which)} {what}" for what, which in left if which]
