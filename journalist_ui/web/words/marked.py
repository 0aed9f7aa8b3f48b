# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text and the marks in it, in the pieces that a page shows."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from dropbox.protocol.inert import inert
from journalist_ui.shapes.reply_marks import ReplyMark


@dataclass(frozen=True)
class Piece:
    """``shown`` is inert; ``numbers`` are those of the marks over it, from 1, joined by commas, "" for none."""

    shown: str
    numbers: str


def pieces(text: str, marks: Sequence[ReplyMark]) -> list[Piece]:
    """The whole text: put together it is what ``inert`` makes of it, and where it would not be, it is one piece."""
    places = sorted({0, len(text), *(one.start for one in marks), *(one.end for one in marks)})
    found = []
    for start, end in itertools.pairwise(places):
        over = [str(number) for number, one in enumerate(marks, start=1) if one.start <= start and end <= one.end]
        found.append(Piece(inert(text[start:end]), ",".join(over)))
    whole = inert(text)
    return found if "".join(one.shown for one in found) == whole else [Piece(whole, "")]


def has_tasks(marks: Sequence[ReplyMark]) -> bool:
    """Whether somebody outside the desk must have authorised the text."""
    return any(one.kind == "tasking" for one in marks)


def must_be_read(marks: Sequence[ReplyMark]) -> bool:
    """Whether there are marks that its writer must say that they have read."""
    return any(one.kind != "tasking" for one in marks)
