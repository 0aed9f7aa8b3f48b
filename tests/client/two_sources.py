# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random conversations in which each codename's owner uses now the command line's source, now the browser's.

    python -m tests.client.two_sources [--conversations 1000] [--seed 1]

Both visit the same in-memory service, whose desks are the Python's. Parts of one message leave by either; what one side
sealed the other opens; where both read the same board they must read the same. All follows from the seed but what is
drawn in Node.
"""

import argparse
import base64
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.requests import ConfirmClock, PostEnvelope, ReadingBegins
from dropbox.flows.source.visit import Part, Visited
from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.codename import ConversationKeys, conversation_keys
from dropbox.protocol.constants import CATEGORIES, MESSAGE_ID
from dropbox.protocol.envelope_format import split_body
from tests.flows.twin import Desk, Service, make_service

NODE = Path(sys.executable).parent / "node"
AT_ONCE = 8
"""Conversations in one service."""
PERIODS = 8
SETTLE = 30
LETTERS = 'abc "\\/\n\t\r\b\f\x01\x1f\x7f<&é\u00ad\u2028\u202e\u200dßﬁ中文🕊👩🏽\U000e0041'
Values = dict[str, Any]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class NodeSource:
    """The browser's source in a Node process."""

    def __init__(self) -> None:
        program = Path(__file__).parent / "twin_process.js"
        self._process = subprocess.Popen([NODE, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait(timeout=30)
            self._process.stdout.close()

    def _say(self, message: Values) -> Values:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()
        heard: Values = json.loads(self._process.stdout.readline())
        return heard

    def body(self, report: Report) -> tuple[bytes, ...]:
        """The parts of a report's body."""
        form = {"text": report.text, "categories": report.categories, "force": report.force, "answers": report.answers}
        return tuple(base64.b64decode(part) for part in self._say({"do": "body", "report": form})["done"])

    def visit(self, service: Service, stretched: bytes, part: Part | None) -> Values:
        """A visit to the in-memory service; what it learnt."""
        asked: Values = {"do": "visit", "stretched": _text(stretched), "clock": service.twin.clock, "part": None}
        asked["anchor"] = _text(service.twin.directory.anchors[0].encode())
        if part is not None:
            plain = {"slug": part.slug, "part": part.part, "parts": part.parts, "force": part.force}
            asked["part"] = {**plain, "messageId": _text(part.message_id), "body": _text(part.body)}
        heard = self._say(asked)
        while "ask" in heard:
            heard = self._say({"answer": self._answer(service, heard)})
        found: Values = heard["done"]
        return found

    def _answer(self, service: Service, heard: Values) -> str | None:
        requests: dict[str, Callable[[], Any]] = {
            "directory": GetDirectory,
            "board": GetBoard,
            "rows": GetRows,
            "envelope": lambda: PostEnvelope(base64.b64decode(heard["envelope"])),
            "confirm": ConfirmClock,
            "reading": ReadingBegins,
        }
        answer: bytes | None = service.twin.answer(requests[heard["ask"]]())
        return None if answer is None else _text(answer)


def summary(visited: Visited) -> Values:
    """What the command line's visit learnt, in the form of twin_process.js."""
    read = [
        {
            "unit": one.unit.unit.slug,
            "collected": one.collected,
            "texts": [[text.number, text.text] for text in one.texts],
            "ack": one.ack,
            "more": one.more,
            "urgency": one.urgency,
            "failed": one.read.failed,
        }
        for one in visited.conversations
    ]
    refused = visited.refused.code if visited.refused else ""
    return {"conversations": read, "refused": refused, "stored": visited.receipt is not None, "slug": visited.slug}


@dataclass
class Person:
    """The owner of one codename, and what passed between them and their unit."""

    stretched: bytes
    slug: str
    keys: ConversationKeys
    sent: list[bytes] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    read: dict[int, str] = field(default_factory=dict)
    collected: int = 0


@dataclass
class Counts:
    """What a run did."""

    conversations: int = 0
    messages: int = 0
    parts_by_browser: int = 0
    parts_by_command_line: int = 0
    replies: int = 0
    visits_by_browser: int = 0
    visits_by_command_line: int = 0
    boards_read_by_both: int = 0


class Conversations:
    """One service, the people who write to it, and both sources."""

    def __init__(self, seed: int, people: int, node: NodeSource, counts: Counts) -> None:
        self.seed, self.node, self.counts = seed, node, counts
        self.random = random.Random(seed)  # noqa: S311 - reproducible on purpose; no secret depends on it
        self.service = make_service(seed=seed, quota=16)
        self.people = [self._person() for _ in range(people)]
        counts.conversations += people

    def _person(self) -> Person:
        stretched, slug = self.random.randbytes(32), self.random.choice(list(self.service.desks))
        return Person(stretched, slug, conversation_keys(stretched, self.service.desks[slug].context.unit_id))

    def require(self, holds: bool, what: str) -> None:
        """Raises AssertionError with seed and period."""
        if not holds:
            raise AssertionError(f"seed {self.seed}, period {self.service.twin.now}: {what}")

    def _words(self, longest: int) -> str:
        return "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(1, longest)))

    def _visit(self, person: Person, part: Part | None = None) -> None:
        """A visit by either source, or, with nothing to send, by both: then they must read the same."""
        by_both = part is None and self.random.random() < 0.5
        by_browser = self.random.random() < 0.5
        found = []
        if by_browser or by_both:
            found.append(self.node.visit(self.service, person.stretched, part))
            self.counts.visits_by_browser += 1
            self.counts.parts_by_browser += part is not None
        if not by_browser or by_both:
            found.append(summary(self.service.visit(person.stretched, part)))
            self.counts.visits_by_command_line += 1
            self.counts.parts_by_command_line += part is not None
        self.counts.boards_read_by_both += by_both
        self.require(found[0] == found[-1], "the two read the same board differently")
        self._learn(person, found[0], part)

    def _learn(self, person: Person, found: Values, part: Part | None) -> None:
        self.require(found["stored"] == (part is not None) and not found["refused"], "a part was not stored")
        for one in found["conversations"]:
            self.require(one["unit"] == person.slug and not one["failed"], "read at the wrong place")
            person.collected = max(person.collected, one["collected"])
            for number, text in one["texts"]:
                self.require(person.read.get(number, text) == text, "a text changed")
                person.read[number] = text

    def write(self, person: Person) -> None:
        """A report or an answer, each part by either source; both must write the same body."""
        names = {f"{self.random.randint(0, 99)}-a": self._words(20) for _ in range(self.random.randint(0, 3))}
        chosen = tuple(name for name in CATEGORIES if self.random.random() < 0.4)
        report = Report(self._words(self.random.choice((30, 2_000, 12_000))), chosen, "", names)
        body = encode_body(report)
        pieces = self.node.body(report)
        self.require(pieces == split_body(body), "the two write the same report differently")
        message_id = self.random.randbytes(MESSAGE_ID)
        slug = person.slug if not person.read or self.random.random() < 0.5 else ""
        for place, piece in enumerate(pieces, start=1):
            reachable = slug or self._answered(person)
            self._visit(person, Part(reachable, message_id, place, len(pieces), piece))
        person.sent.append(body)
        self.counts.messages += 1

    def _answered(self, person: Person) -> str:
        """Empty, for the one unit that has answered, while its batch holds something."""
        found = self.service.visit(person.stretched).conversations
        return "" if len(found) == 1 else person.slug

    def _desks_reply(self) -> None:
        for person in self.people:
            desk = self.service.desks[person.slug]
            conversation = desk.context.ledger.conversations.get(person.keys.pseudonym)
            if conversation is not None and self.random.random() < 0.3 and len(person.replies) < 3:
                person.replies.append(self._words(self.random.choice((20, 1_500))))
                desk.reply(conversation, person.replies[-1])
                self.counts.replies += 1

    def live(self) -> None:
        """Some periods of writing and answering, then quiet ones until all is read."""
        for person in self.people:
            self.write(person)
        for _ in range(PERIODS):
            self._desks_reply()
            self.service.tick()
            for person in self.people:
                roll = self.random.random()
                if roll < 0.15:
                    self.write(person)
                elif roll < 0.5:
                    self._visit(person)
        for _ in range(SETTLE):
            waiting = [person for person in self.people if not self._settled(person)]
            if not waiting:
                break
            self.service.tick()
            for person in waiting:
                self._visit(person)
        self.check()

    def _settled(self, person: Person) -> bool:
        return sorted(person.read.values()) == sorted(person.replies) and person.collected == len(person.sent)

    def check(self) -> None:
        """Each side has all that the other sealed, unchanged, once."""
        for person in self.people:
            self.require(self._settled(person), "a reply or a mark did not arrive")
            desk = self.service.desks[person.slug]
            own = [one for one in desk.contents if one.pseudonym == person.keys.pseudonym]
            self.require(sorted(Desk(desk.context, own).bodies()) == sorted(person.sent), "a message did not arrive")
            for body in person.sent:
                parse_body(body)


def run(conversations: int, seed: int) -> Counts:
    """So many conversations, a few to a service."""
    counts, node = Counts(), NodeSource()
    try:
        while counts.conversations < conversations:
            people = min(AT_ONCE, conversations - counts.conversations)
            Conversations(seed + counts.conversations, people, node, counts).live()
    finally:
        node.close()
    return counts


def main() -> None:
    """Run and print what was done."""
    parser = argparse.ArgumentParser(description="Conversations in which both sources take turns.")
    parser.add_argument("--conversations", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    print(run(arguments.conversations, arguments.seed), f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
