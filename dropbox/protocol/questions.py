# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit asks its source: a list of questions, JSON in one form (docs/protocol.md, step 6.4.2)."""

import re
from dataclasses import dataclass, field

from .canonical import as_list, as_text, read_json, write_json
from .constants import (
    LEAST_OPTIONS,
    MAX_ASK,
    MAX_LABEL,
    MAX_OPTIONS,
    MAX_QUESTION_ID,
    MAX_QUESTIONS,
    MAX_TEXT,
    QUESTION_KINDS,
)
from .errors import BadBody, BadText

CHOICE = QUESTION_KINDS[-1]
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen."""

    id: str
    label: str = field(repr=False)


@dataclass(frozen=True)
class Question:
    """``kind`` is one of QUESTION_KINDS; ``options`` those of a choice, of which several may be chosen."""

    id: str
    ask: str = field(repr=False)
    kind: str
    options: tuple[Option, ...] = ()


Questions = tuple[Question, ...]


def answer_id(number: int, question: Question) -> str:
    """Under which a further message answers the question of the text of that number (docs/protocol.md, step 5.6)."""
    return f"q-{number}-{question.id}"


def is_id(name: str) -> bool:
    """Whether a question or an option may be called so."""
    return len(name) <= MAX_QUESTION_ID and _ID.fullmatch(name) is not None


def encode_questions(questions: Questions) -> bytes:
    """The one form; board.split_bytes cuts it. Raises BadBody, BadText."""
    if not 0 < len(questions) <= MAX_QUESTIONS or _doubled([one.id for one in questions]):
        raise BadBody("questions")
    for one in questions:
        _check(one)
    return write_json(
        [
            {
                "id": one.id,
                "ask": one.ask,
                "kind": one.kind,
                "options": [{"id": each.id, "label": each.label} for each in one.options],
            }
            for one in questions
        ]
    )


def _check(one: Question) -> None:
    if not is_id(one.id) or one.kind not in QUESTION_KINDS or not 0 < _size(one.ask) <= MAX_ASK:
        raise BadBody("question")
    least, most = (LEAST_OPTIONS, MAX_OPTIONS) if one.kind == CHOICE else (0, 0)
    if not least <= len(one.options) <= most or _doubled([each.id for each in one.options]):
        raise BadBody("options")
    if not all(is_id(each.id) and 0 < _size(each.label) <= MAX_LABEL for each in one.options):
        raise BadBody("option")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _doubled(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def parse_questions(data: bytes) -> Questions:
    """Inverse of encode_questions; anything that is not exactly what it writes is refused. Raises BadBody."""
    found = tuple(map(_question, as_list(read_json(data, MAX_TEXT))))
    try:
        written = encode_questions(found)
    except BadText:
        raise BadBody("text") from None
    if written != data:
        raise BadBody("not canonical")
    return found


def _question(value: object) -> Question:
    if not isinstance(value, dict) or tuple(value) != ("id", "ask", "kind", "options"):
        raise BadBody("fields")
    options = tuple(map(_option, as_list(value["options"])))
    return Question(as_text(value["id"]), as_text(value["ask"]), as_text(value["kind"]), options)


def _option(value: object) -> Option:
    if not isinstance(value, dict) or tuple(value) != ("id", "label"):
        raise BadBody("fields")
    return Option(as_text(value["id"]), as_text(value["label"]))
