# SPDX-License-Identifier: AGPL-3.0-or-later
"""The transcript of a ceremony: what is to be done, what was done and when, and which roots signed that this is how it
was. People read it, and a ceremony goes on from it."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dropbox.protocol import labels
from dropbox.protocol.anchors import sign_as_root
from dropbox.protocol.constants import KEY, SIGNATURE
from dropbox.protocol.errors import CryptoRefused
from dropbox.protocol.primitives import ed25519_verify

from .errors import FileProblem

REAL = "Ceremony of a service's roots."
REHEARSED = "REHEARSAL of a ceremony. Nothing in it is real."
_PLAN = re.compile(
    r"Plan: (first|roots|list), new (\d{1,2}), keep (none|\d{1,2}(?: \d{1,2})*), threshold (\d{1,2}), (with|no) list"
)
_LINE = re.compile(r"(\d{4}-\d\d-\d\d)  ([a-z0-9 ]{1,40}): ([^\x00-\x1f\x7f]{1,400})")
_SIGNED = re.compile(rf"Signed by ([0-9a-f]{{{2 * KEY}}}): ([0-9a-f]{{{2 * SIGNATURE}}})")


class Kind(StrEnum):
    """What a ceremony is for: a service's FIRST anchor, a change of ROOTS, a LIST that is signed."""

    FIRST = "first"
    ROOTS = "roots"
    LIST = "list"


@dataclass(frozen=True)
class Plan:
    """What was said at the beginning. ``new``: roots to be made; ``keep``: numbers of the roots of the anchor before
    that stay; ``threshold``: of the new anchor; ``listed``: a list is signed too."""

    kind: Kind
    new: int
    keep: tuple[int, ...]
    threshold: int
    rehearsal: bool
    listed: bool = False

    def lines(self) -> tuple[str, str]:
        """The first two of the transcript."""
        keep = " ".join(map(str, self.keep)) or "none"
        first = REHEARSED if self.rehearsal else REAL
        listed = "with" if self.listed else "no"
        return first, f"Plan: {self.kind}, new {self.new}, keep {keep}, threshold {self.threshold}, {listed} list"


@dataclass(frozen=True)
class Line:
    """One thing that was done: its day, what it is called, and what is said of it."""

    day: str
    what: str
    said: str


@dataclass(frozen=True)
class Transcript:
    """``signatures``: of each root that signed it, by its public key."""

    plan: Plan
    lines: tuple[Line, ...] = ()
    signatures: dict[bytes, bytes] = field(default_factory=dict)

    def text(self) -> str:
        """What is signed."""
        done = (f"{one.day}  {one.what}: {one.said}" for one in self.lines)
        return "\n".join([*self.plan.lines(), *done, ""])

    def encode(self) -> bytes:
        signed = (f"Signed by {public.hex()}: {made.hex()}\n" for public, made in sorted(self.signatures.items()))
        return (self.text() + "".join(signed)).encode()

    def said(self, what: str) -> list[str]:
        """What the lines of that name say."""
        return [one.said for one in self.lines if one.what == what]

    def noted(self, day: str, what: str, said: str) -> "Transcript":
        """With one more line, unless it is there."""
        if said in self.said(what):
            return self
        return replace(self, lines=(*self.lines, Line(day, what, said)))

    def signed_by(self, seed: bytes, public: bytes) -> "Transcript":
        """With one root's signature."""
        made = sign_as_root(seed, 0, labels.TRANSCRIPT_SIGNATURE, self.text().encode()).signature
        return replace(self, signatures={**self.signatures, public: made})

    def witnesses(self) -> list[bytes]:
        """The roots whose signatures hold. Raises FileProblem: one of them does not."""
        for public, made in self.signatures.items():
            try:
                ed25519_verify(public, labels.TRANSCRIPT_SIGNATURE + b"\0" + self.text().encode(), made)
            except CryptoRefused:
                raise FileProblem(
                    "A signature of the transcript does not hold: the file was changed after it was signed."
                ) from None
        return list(self.signatures)


def parse_transcript(data: bytes) -> Transcript:
    """Strict: it is written by the ceremony alone. Raises FileProblem."""
    try:
        lines = data.decode().split("\n")
        plan = _PLAN.fullmatch(lines[1])
        if lines[0] not in (REAL, REHEARSED) or plan is None or lines[-1]:
            raise ValueError
        keep = () if plan[3] == "none" else tuple(map(int, plan[3].split()))
        read = Transcript(
            Plan(Kind(plan[1]), int(plan[2]), keep, int(plan[4]), lines[0] == REHEARSED, plan[5] == "with")
        )
        for line in lines[2:-1]:
            read = _with(read, line)
    except (ValueError, LookupError):
        raise FileProblem("The transcript is damaged, or no transcript. Begin anew in an empty folder.") from None
    return read


def _with(read: Transcript, line: str) -> Transcript:
    """Raises ValueError."""
    if (signed := _SIGNED.fullmatch(line)) is not None:
        return replace(read, signatures={**read.signatures, bytes.fromhex(signed[1]): bytes.fromhex(signed[2])})
    done = _LINE.fullmatch(line)
    if done is None or read.signatures:
        raise ValueError
    return replace(read, lines=(*read.lines, Line(done[1], done[2], done[3])))
