# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's answers under the words of their questions, as an investigator reads them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dropbox.protocol.constants import ACCEPTS, CLOSE, CLOSE_OPTIONS, REFERRAL

from . import QUESTIONS, Option, Question

IDENTIFIES = "The source says that the answer would identify them"
UNKNOWN = "Answer to a question that this desk does not know"
_CLOSE_SAYS = ("Yes, and asks the unit to delete what it may", "Yes")
_CLOSES = tuple(Option(name, "", said) for name, said in zip(CLOSE_OPTIONS, _CLOSE_SAYS, strict=True))
KNOWN = (*QUESTIONS, Question(CLOSE, "Closes the conversation", options=_CLOSES))
"""Those that a person is asked, and what a further message says by itself."""


@dataclass(frozen=True)
class Told:
    """An answer under its question's words. ``own``: the source's words, not the labels of options. ``urgent``: it says
    what comes before all else."""

    title: str
    words: str
    own: bool
    urgent: bool = False


class Chosen(Protocol):
    """An answer that could be chosen."""

    @property
    def id(self) -> str: ...

    @property
    def label(self) -> str: ...


class Asked(Protocol):
    """What a unit asked, by the ``id`` under which it is answered."""

    @property
    def id(self) -> str: ...

    @property
    def ask(self) -> str: ...

    @property
    def options(self) -> Sequence[Chosen]: ...


_DIGITS, _HEX = {REFERRAL: 192, ACCEPTS: 32}, re.compile("[0-9a-f]+")
"""What names a referral has so many digits (docs/protocol.md, step 5.13)."""
YES_NO = {"yes": "Yes", "no": "No", "unsure": "The source is not sure"}


def told(answers: Mapping[str, str | tuple[str, ...] | None] | None, asked: Iterable[Asked] = ()) -> list[Told]:
    """In the order of the questions, then of those that a unit ``asked``, whose words are the titles; what no question
    asked comes last, and its id is the source's own words too."""
    answers = answers or {}
    found = [_told(question, answers[question.id]) for question in KNOWN if question.id in answers]
    of_unit = {one.id: one for one in asked if one.id in answers}
    found += [_told_unit(one, answers[name]) for name, one in of_unit.items()]
    known = {question.id for question in KNOWN} | of_unit.keys()
    rest = [name for name in sorted(answers) if name not in known and not _names_referral(name, answers[name])]
    return found + [_unknown(name, answers[name]) for name in rest]


def _names_referral(name: str, answer: str | tuple[str, ...] | None) -> bool:
    """What is no answer to anybody: a desk says in words what it stands for."""
    return isinstance(answer, str) and len(answer) == _DIGITS.get(name) and _HEX.fullmatch(answer) is not None


def _told(question: Question, answer: str | tuple[str, ...] | None) -> Told:
    if answer is None:
        return Told(question.title, IDENTIFIES, False)
    # Reports of the first form name the option in a text.
    chosen = (answer,) if isinstance(answer, str) else answer
    labels = [question.label(one) for one in chosen]
    words = "; ".join(label or one for label, one in zip(labels, chosen, strict=True))
    urgent = any(option.urgent for option in question.options if option.id in chosen)
    return Told(question.title, words, None in labels, urgent)


def _told_unit(one: Asked, answer: str | tuple[str, ...] | None) -> Told:
    if answer is None:
        return Told(one.ask, IDENTIFIES, False)
    if isinstance(answer, str):
        return Told(one.ask, answer, True)
    labels = {option.id: option.label for option in one.options} or YES_NO
    words = "; ".join(labels.get(each, each) for each in answer)
    return Told(one.ask, words, own=not labels.keys() >= set(answer))


def _unknown(name: str, answer: str | tuple[str, ...] | None) -> Told:
    if answer is None:
        return Told(UNKNOWN, f"{name}: {IDENTIFIES.lower()}", True)
    return Told(UNKNOWN, f"{name}: {answer if isinstance(answer, str) else ', '.join(answer)}", True)
