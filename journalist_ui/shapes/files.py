# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a case, and taking one out."""

from dataclasses import dataclass, field
from typing import Annotated

from .asked import Asked, CaseNumber, Whole

LONGEST_WHY = 200
"""Letters of a reason for taking a file out."""
FileNumber = Annotated[int, Whole("A file is a whole number. `dropbox-desk show` lists those of a case.", 1, 1 << 31)]
PieceNumber = Annotated[int, Whole("A piece is a whole number.", 0, 512)]


@dataclass(frozen=True)
class FileLine:
    """``file`` counts those of a case, ``message`` is the source's that brought it. ``name`` and ``type`` are the
    source's words, ``size`` bytes. ``state`` is arriving, whole, damaged, lost (not all of it came in time) or refused
    (this desk takes no files, or not so much); ``hash`` is SHA-256 of a whole one in hex, else ""."""

    file: int
    message: int
    name: str
    type: str
    size: int
    state: str
    hash: str = ""


@dataclass(frozen=True)
class FileTaken:
    """What was written down as taken out: SHA-256 of it in hex, its bytes, and how many ``pieces`` to ask for by
    ``handle``, until the session takes another file out. ``original``: of a clean copy, SHA-256 of the file that it was
    made of; its ``name`` is the desk's."""

    case: int
    file: int
    name: str
    size: int
    hash: str
    pieces: int
    handle: str = field(repr=False)
    original: str = ""


@dataclass(frozen=True)
class TakeFile(Asked[FileTaken], verb="file-export"):
    """The reason stands in the audit log of the case before a byte is handed out. ``clean``: in place of the file a
    copy of what it shows."""

    case: CaseNumber
    file: FileNumber
    reason: str = field(repr=False)
    clean: bool = False


@dataclass(frozen=True)
class Piece:
    """``data`` in base64: at most 262,128 bytes."""

    data: str = field(repr=False)


@dataclass(frozen=True)
class GetPiece(Asked[Piece], verb="file-piece"):
    """One piece of what was taken out, by whoever took it out."""

    handle: str = field(repr=False)
    piece: PieceNumber
