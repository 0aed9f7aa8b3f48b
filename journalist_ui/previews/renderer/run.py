# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process in the sandbox: one question on its standard input, one answer on its standard output."""

import resource
import sys
from typing import BinaryIO

from . import wire
from .documents import office, pdf
from .kinds import kind_of
from .media import media
from .pages import Asked, Pages, write_end, write_kind, write_page
from .pictures import pictures
from .wire import CannotShow, Kind, Purpose, Why
from .words import words

_PROCESSES = 48


def render(data: bytes, asked: Asked) -> tuple[Kind, Pages]:
    """Raises CannotShow, and whatever a decoder does."""
    kind = kind_of(data)
    if kind is Kind.UNKNOWN:
        raise CannotShow(Why.UNKNOWN)
    if kind is Kind.ARCHIVE:
        raise CannotShow(Why.ARCHIVE)
    if kind is Kind.PDF:
        return kind, pdf(data, asked)
    if kind is Kind.TEXT:
        return kind, words(data, asked)
    if kind is Kind.OFFICE:
        return kind, office(data, asked)
    if kind in (Kind.SOUND, Kind.FILM):
        return kind, media(kind, data, asked)
    return kind, pictures(kind, data, asked)


def answer(data: bytes, asked: Asked, out: BinaryIO) -> None:
    """Whatever the file does, the answer has an end, unless this process is ended before."""
    told = False
    try:
        kind, (pages, drawn) = render(data, asked)
        write_kind(out, kind, pages)
        told = True
        for page in drawn:
            write_page(out, page)
        why = Why.ALL if pages else Why.EMPTY
    except CannotShow as error:
        why = error.why
    except MemoryError:
        why = Why.LARGE
    except Exception:
        why = Why.DAMAGED
    if not told:
        write_kind(out, kind_of(data), 0)
    write_end(out, why)


def main() -> None:
    # The count is of this sandbox's own user; the other limits were set from outside.
    resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
    asking, out = sys.stdin.buffer, sys.stdout.buffer
    head = asking.read(len(wire.MAGIC) + wire.ASK.size)
    purpose, first, length = wire.ASK.unpack(head[len(wire.MAGIC) :])
    answer(asking.read(length), Asked(Purpose(purpose), max(1, first)), out)
