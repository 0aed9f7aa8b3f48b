# SPDX-License-Identifier: AGPL-3.0-or-later
"""The folder of a ceremony: read whole before each step, written after each."""

import time
from dataclasses import dataclass
from pathlib import Path

from dropbox.protocol.anchors import SignedAnchor, parse_signed_anchor
from dropbox.protocol.armour import ANCHOR, DIRECTORY, ROOT_PUBLIC
from dropbox.protocol.constants import KEY
from dropbox.protocol.directory import UntrustedDirectory, parse_signed_directory
from dropbox.protocol.primitives import sha256
from dropbox.shown.days import day_of_time
from keys import ceremony
from keys.ceremony import Progress
from keys.errors import FileProblem
from keys.fingerprints import grouped
from keys.keyfiles import marked, read_armoured, read_file, write_armoured, write_file
from keys.transcript import Kind, Plan, Transcript, parse_transcript

from .asking import When

TRANSCRIPT = "transcript.txt"


@dataclass(frozen=True)
class Room:
    """Where a ceremony's files lie, and the day by which it goes."""

    folder: Path
    when: When

    def file(self, name: str) -> Path:
        return self.folder / name

    def begun(self) -> bool:
        return self.file(TRANSCRIPT).exists()

    def begin(self, plan: Plan) -> None:
        """The transcript is written last: without it nothing has begun. Raises FileProblem."""
        self.write(Transcript(plan))

    def transcript(self) -> Transcript:
        """Raises FileProblem, InputRefused."""
        if not self.begun():
            raise FileProblem(f"{self.folder}: no ceremony has begun there. `dropbox-keys ceremony first` begins one.")
        return parse_transcript(read_file(self.file(TRANSCRIPT)))

    def write(self, transcript: Transcript) -> None:
        """Raises FileProblem."""
        write_file(self.file(TRANSCRIPT), transcript.encode(), replace=True, mode=0o644)

    def note(self, what: str, said: str) -> None:
        """One more line of the transcript, with this machine's day."""
        self.write(self.transcript().noted(day_of_time(time.time()), what, said))

    def progress(self) -> Progress:
        """Raises FileProblem, Malformed, InputRefused."""
        transcript = self.transcript()
        before = self.anchor(ceremony.BEFORE_ANCHOR, transcript.plan)
        listing = self.listing(ceremony.LIST)
        now = Progress(transcript, {}, self.anchor(ceremony.ANCHOR, transcript.plan), before, listing)
        publics = {number: self._public(number, transcript) for number in now.numbers()}
        now.publics.update({number: public for number, public in publics.items() if public is not None})
        made = now.anchor is not None and transcript.plan.kind != Kind.LIST
        if made and (len(now.publics) < len(publics) or now.anchored().anchor.roots != now.roots()):
            raise FileProblem(f"{self.file(ceremony.ANCHOR)}: not of this ceremony's roots. Move it away, and go on.")
        return now

    def _public(self, number: int, transcript: Transcript) -> bytes | None:
        """Of a root whose making is written down; None before."""
        said = transcript.said(f"root {number}")
        if not said:
            return None
        public = read_armoured(self.public_file(number), marked(ROOT_PUBLIC, transcript.plan.rehearsal))
        if len(public) != KEY or [grouped(sha256(public))] != said:
            raise FileProblem(f"{self.public_file(number)}: not what the transcript says. Take it from its root again.")
        return public

    def public_file(self, number: int) -> Path:
        return self.file(f"root-{number}.key.pub")

    def anchor(self, name: str, plan: Plan) -> SignedAnchor | None:
        """Raises FileProblem, Malformed, InputRefused."""
        path = self.file(name)
        return read_any_anchor(path, plan.rehearsal) if path.exists() else None

    def write_anchor(self, name: str, anchor: SignedAnchor, plan: Plan) -> None:
        """Raises FileProblem."""
        write_armoured(self.file(name), marked(ANCHOR, plan.rehearsal), anchor.encode(), replace=True)

    def listing(self, name: str) -> UntrustedDirectory | None:
        """Raises FileProblem, Malformed, InputRefused."""
        path = self.file(name)
        return parse_signed_directory(read_armoured(path, DIRECTORY)) if path.exists() else None

    def write_listing(self, name: str, listing: UntrustedDirectory) -> None:
        """Raises FileProblem."""
        write_armoured(self.file(name), DIRECTORY, listing.encode(), replace=True)


def read_any_anchor(path: Path, rehearsal: bool) -> SignedAnchor:
    """Raises FileProblem, Malformed, InputRefused."""
    return parse_signed_anchor(read_armoured(path, marked(ANCHOR, rehearsal)))
