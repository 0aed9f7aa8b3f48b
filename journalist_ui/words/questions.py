# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions as a person types them: one a paragraph, its answers below it, a line each behind a hyphen."""

import re
import unicodedata
from collections.abc import Iterable

from journalist_ui.shapes.questions import OptionLine, QuestionLine

HOW = (
    "A question a paragraph, with an empty line between two. Without more it is answered in own words. Lines that "
    'begin with a hyphen below it are answers to choose from; the one line "- yes or no" offers yes, no and not sure.'
)
YES_OR_NO = "yes or no"
STATES = {
    "open": "not answered yet",
    "answered": "answered",
    "skipped": "skipped",
    "would-identify": "The source says that the answer would identify them",
}
_LONGEST_ID, _WORDS = 32, 5


def read_typed(text: str) -> tuple[QuestionLine, ...]:
    """What was typed, with ids made of the words. Bounds are the verb's."""
    found: list[QuestionLine] = []
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        if not lines:
            continue
        said = [line for line in lines if not line.startswith("-")]
        labels = [line.lstrip("- ").strip() for line in lines if line.startswith("-")]
        found.append(_question(" ".join(said), labels, [one.id for one in found]))
    return tuple(found)


def _question(ask: str, labels: list[str], taken: list[str]) -> QuestionLine:
    name = named(ask, taken)
    if not labels:
        return QuestionLine(name, ask, "text")
    if [one.lower() for one in labels] == [YES_OR_NO]:
        return QuestionLine(name, ask, "yes-no")
    options: list[OptionLine] = []
    for label in labels:
        options.append(OptionLine(named(label, [one.id for one in options]), label))
    return QuestionLine(name, ask, "choice", tuple(options))


def named(words: str, taken: Iterable[str]) -> str:
    """An id of the first words, which no other has."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z0-9]+", plain)[:_WORDS]
    name, number = "-".join(parts)[: _LONGEST_ID - 3].strip("-") or "question", 1
    given = name
    while given in taken:
        number += 1
        given = f"{name}-{number}"
    return given


def typed(questions: Iterable[QuestionLine]) -> str:
    """As read_typed reads it."""
    return "\n\n".join("\n".join([one.ask, *_answers(one)]) for one in questions)


def _answers(one: QuestionLine) -> list[str]:
    return [f"- {YES_OR_NO}"] if one.kind == "yes-no" else [f"- {option.label}" for option in one.options]
