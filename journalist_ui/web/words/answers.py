# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source's answers under the words of their questions."""

from dataclasses import dataclass

from dropbox.questions import QUESTIONS


@dataclass(frozen=True)
class Told:
    """An answer under its question's words. ``own``: the source's words, not the label of an option."""

    title: str
    words: str
    own: bool


_UNKNOWN = "Answer to a question that this desk does not know"


def told(answers: dict[str, str] | None) -> list[Told]:
    """In the order of the questions; what no question asked comes last, and its id is the source's own words too."""
    found, answers = [], answers or {}
    for question in QUESTIONS:
        if (answer := answers.get(question.id)) is not None:
            label = question.words(answer)
            found.append(Told(question.title, label, all(option.id != answer for option in question.options)))
    known = {question.id for question in QUESTIONS}
    return found + [Told(_UNKNOWN, f"{name}: {answers[name]}", True) for name in sorted(answers) if name not in known]
