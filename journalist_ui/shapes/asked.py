# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground of every request: which verb it asks for, and what that verb answers."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Generic, TypeVar, get_args

Answer_co = TypeVar("Answer_co", covariant=True)


class Asked(Generic[Answer_co]):
    """A request. ``class Show(Asked[Shown], verb="show")`` is answered by a Shown. A field with a default may be left
    out; so is, on the wire, a field of an answer while it has its default."""

    verb: ClassVar[str]
    answer: ClassVar[type]

    def __init_subclass__(cls, *, verb: str) -> None:
        super().__init_subclass__()
        cls.verb = verb
        (cls.answer,) = get_args(vars(cls)["__orig_bases__"][0])


@dataclass(frozen=True)
class Whole:
    """A whole number from ``least`` up to, and without, ``end``. ``say`` is told to whoever gives another."""

    say: str
    least: int
    end: int


CaseNumber = Annotated[int, Whole("A case is a whole number. `dropbox-desk cases` lists them.", 1, 1 << 31)]
Page = Annotated[int, Whole("A page is a whole number.", 0, 1 << 31)]
Place = Annotated[int, Whole("A place is a whole number.", 0, 1 << 31)]
"""A place in the running order of a case."""


@dataclass(frozen=True)
class Nothing:
    """It is done, and there is nothing to say of it."""
