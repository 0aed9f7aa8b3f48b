# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking at a file of a case: pages as pictures, sound or text, made behind a wall."""

from dataclasses import dataclass, field
from typing import Annotated

from .asked import Asked, CaseNumber, Whole
from .files import FileNumber, PieceNumber

PreviewPageNumber = Annotated[int, Whole("A page of a file is a whole number up to a million.", 0, 1_000_001)]
PARTS = ("picture", "veil", "sound")


@dataclass(frozen=True)
class PreviewPage:
    """``page`` counts from 1. A picture has its ``width`` and ``height`` in pixels, and so many ``seconds`` of sound
    where it is the wave of a recording; else it is ``text``, the source's words."""

    page: int
    width: int = 0
    height: int = 0
    seconds: int = 0
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Preview:
    """``name`` and ``type`` are the source's words, ``kind`` what the file is by its content: unknown, pdf, jpeg, png,
    webp, heic, gif, tiff, text, office, sound, film, archive, bmp. Of its ``pages`` those that are ``shown`` now;
    ``why`` no more are: "" for all that were asked for, else unknown, archive, damaged, large, protected, empty,
    no-program, long, stopped, no-sandbox. ``blurred``: the member wants pictures blurred until they ask for each.
    ``scan``: none (this desk has no scanner), failed (no answer, or not of all of it), clean or found: ``found`` is
    then its name for what it found."""

    case: int
    file: int
    name: str
    type: str
    size: int
    hash: str
    blurred: bool
    kind: str = ""
    pages: int = 0
    shown: tuple[PreviewPage, ...] = ()
    why: str = ""
    scan: str = "none"
    found: str = ""


@dataclass(frozen=True)
class PreviewFile(Asked[Preview], verb="file-preview"):
    """From this page on, a few at once; the session holds them until it looks at another. Page 0 looks at nothing: it
    is answered with what is held. That a member looked at the file stands in the record of the case."""

    case: CaseNumber
    file: FileNumber
    page: PreviewPageNumber = 1


@dataclass(frozen=True)
class PreviewPiece:
    """``data`` in base64, at most 262,128 bytes; ``pieces`` how many there are."""

    data: str = field(repr=False)
    pieces: int


@dataclass(frozen=True)
class GetPreview(Asked[PreviewPiece], verb="file-preview-piece"):
    """A piece of a page that the session holds: ``part`` is picture or veil (PNG), or sound (WAV)."""

    case: CaseNumber
    file: FileNumber
    page: PreviewPageNumber
    part: str
    piece: PieceNumber = 0
