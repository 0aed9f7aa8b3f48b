# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a ceremony stands, and its next step: a table of steps, each with what says that it is done. Nothing but the
files of its folder says so: whoever was stopped anywhere goes on from what is written."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dropbox.protocol import labels
from dropbox.protocol.anchors import Anchor, Signatures, SignedAnchor, verify_threshold
from dropbox.protocol.directory import UntrustedDirectory
from dropbox.protocol.errors import UnderSigned
from dropbox.protocol.primitives import sha256

from .errors import FileProblem
from .fingerprints import grouped
from .transcript import Kind, Transcript

ANCHOR, LIST = "service.anchor", "service.directory"
BEFORE_ANCHOR, BEFORE_LIST = "before.anchor", "before.directory"
"""The files of a ceremony's folder, beside the transcript and the public files of new roots."""
SIGNED, JOINED = "signed", "joined"
"""How the transcript calls a signature that was made here, and one that came from elsewhere."""


class Step(StrEnum):
    """In the order in which they come; the name is what stands in the transcript."""

    ROOTS = "roots made"
    ANCHOR = "anchor"
    COMPARED = "compared"
    ANCHOR_SIGNED = "anchor signed"
    LIST = "list"
    READ = "list read"
    LIST_SIGNED = "list signed"
    ENDED = "ended"
    WITNESSED = "transcript signed"


SAYS = {
    Step.ROOTS: "make the new roots, each on its own medium",
    Step.ANCHOR: "make the anchor: which roots there are, and how many act",
    Step.COMPARED: "compare the anchor's fingerprint, all who are present",
    Step.ANCHOR_SIGNED: "sign the anchor, by enough roots of the one before and of its own",
    Step.LIST: "take the anchor into the list of units",
    Step.READ: "read what the list says, all who are present",
    Step.LIST_SIGNED: "sign the list, by enough roots",
    Step.ENDED: "write down what was made",
    Step.WITNESSED: "sign the transcript, each root that signed before",
}
_WITH_ANCHOR = (Step.ROOTS, Step.ANCHOR, Step.COMPARED, Step.ANCHOR_SIGNED)
_WITH_LIST = (Step.READ, Step.LIST_SIGNED)
_END = (Step.ENDED, Step.WITNESSED)


@dataclass(frozen=True)
class Progress:
    """What lies in the folder. ``publics``: of the new roots, as far as they are made, by their numbers."""

    transcript: Transcript
    publics: dict[int, bytes]
    anchor: SignedAnchor | None
    before: SignedAnchor | None
    listing: UntrustedDirectory | None

    def steps(self) -> tuple[Step, ...]:
        """Of this ceremony; a change of roots before there is a list has none to sign."""
        plan = self.transcript.plan
        if plan.kind == Kind.LIST:
            return (*_WITH_LIST, *_END)
        return (*_WITH_ANCHOR, *((Step.LIST, *_WITH_LIST) if plan.listed else ()), *_END)

    def numbers(self) -> range:
        """Of the roots to be made, in the anchor's own count."""
        kept = len(self.transcript.plan.keep)
        return range(kept + 1, kept + self.transcript.plan.new + 1)

    def roots(self) -> tuple[bytes, ...]:
        """Of the anchor to be made: those that stay, then the new ones."""
        stay = self.before.anchor.roots if self.before else ()
        plan = self.transcript.plan
        return (*(stay[number - 1] for number in plan.keep), *(self.publics[number] for number in self.numbers()))

    def anchored(self) -> SignedAnchor:
        """The anchor of a step that comes after it was made, or was given. Raises FileProblem."""
        if self.anchor is None:
            raise FileProblem(f"{ANCHOR} is missing from the ceremony's folder. Put it back.")
        return self.anchor

    def listed(self) -> UntrustedDirectory:
        """The same of the list. Raises FileProblem."""
        if self.listing is None:
            raise FileProblem(f"{LIST} is missing from the ceremony's folder. Put it back.")
        return self.listing

    def signers(self) -> list[bytes]:
        """The roots that signed an anchor or a list here, as the transcript says, each once."""
        lines = self.transcript.said(SIGNED)
        return list(dict.fromkeys(bytes.fromhex(said.rpartition(" ")[2]) for said in lines))

    def signatures(self) -> list[tuple[str, bytes]]:
        """What is signed by which root, as the files say."""
        found = []
        if self.anchor is not None and self.transcript.plan.kind != Kind.LIST:
            before = self.before.anchor.roots if self.before else ()
            found += [("anchor", before[one.index]) for one in self.anchor.by_previous]
            found += [("anchor", self.anchor.anchor.roots[one.index]) for one in self.anchor.by_own]
        if self.listing is not None:
            roots = self.listing.anchors[-1].anchor.roots
            found += [("list", roots[one.index]) for one in self.listing.head.signatures]
        return list(dict.fromkeys(found))

    def made(self) -> str:
        """What the ceremony made, by the hashes of what was signed."""
        parts = []
        if self.anchor is not None:
            parts.append(f"anchor {grouped(self.anchor.anchor.fingerprint)}")
        if self.listing is not None:
            parts.append(f"list {grouped(list_print(self.listing))}")
        return ", ".join(parts)


def list_print(listing: UntrustedDirectory) -> bytes:
    """The fingerprint of a list, without its signatures."""
    return sha256(listing.head.head.encode())


def _enough(anchor: Anchor, label: bytes, body: bytes, signatures: Signatures) -> bool:
    try:
        verify_threshold(anchor, label, body, signatures)
    except UnderSigned:
        return False
    return True


def _anchor_signed(now: Progress) -> bool:
    signed = now.anchored()
    body = signed.anchor.encode()
    own = _enough(signed.anchor, labels.ANCHOR_SIGNATURE, body, signed.by_own)
    before = now.before
    return own and (before is None or _enough(before.anchor, labels.ANCHOR_SIGNATURE, body, signed.by_previous))


def _list_signed(now: Progress) -> bool:
    head = now.listed().head
    return _enough(now.anchored().anchor, labels.HEAD_SIGNATURE, head.head.encode(), head.signatures)


DONE: dict[Step, Callable[[Progress], bool]] = {
    Step.ROOTS: lambda now: all(number in now.publics for number in now.numbers()),
    Step.ANCHOR: lambda now: (
        now.anchor is not None or (bool(now.transcript.said(Step.ANCHOR)) and bool(now.anchored()))
    ),
    Step.COMPARED: lambda now: grouped(now.anchored().anchor.fingerprint) in now.transcript.said(Step.COMPARED),
    Step.ANCHOR_SIGNED: _anchor_signed,
    Step.LIST: lambda now: now.listed().anchors[-1].anchor == now.anchored().anchor,
    Step.READ: lambda now: grouped(list_print(now.listed())) in now.transcript.said(Step.READ),
    Step.LIST_SIGNED: _list_signed,
    Step.ENDED: lambda now: now.made() in now.transcript.said(Step.ENDED),
    Step.WITNESSED: lambda now: set(now.signers()) <= set(now.transcript.witnesses()),
}
"""The state table: a step is done when this holds, and the next one is the first that is not."""


def next_step(now: Progress) -> Step | None:
    """None when the ceremony is over. Raises FileProblem."""
    return next((step for step in now.steps() if not DONE[step](now)), None)
