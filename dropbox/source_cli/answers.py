# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's questions at a terminal, and a file that answers them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from dropbox.command_line.inputs import read_text
from dropbox.protocol.body import WOULD_IDENTIFY, Answer
from dropbox.protocol.constants import MAX_ANSWERS, MAX_BODY, YES_NO
from dropbox.protocol.inert import margin
from dropbox.protocol.questions import CHOICE, Question, answer_id
from dropbox.protocol.reading import WholeText

from .service import Stop

IDENTIFIES = "would-identify"
"""In a file of answers: to give it would identify whoever writes."""
YOU_CHOOSE = "You choose which you answer: leave out whatever could point to you."
HOW = (
    "Answer with `reply --answers-file FILE`, a JSON object: each question's id with a text, a list of ids, "
    f'"{IDENTIFIES}", or null to skip it.'
)
_ID = re.compile(r"q-[1-9][0-9]{0,9}-[a-z0-9]+(-[a-z0-9]+)*")
_KINDS = {"text": "in your own words", "yes-no": f"a list of one of: {', '.join(YES_NO)}", CHOICE: "a list of ids of:"}


def question_lines(text: WholeText, width: int) -> Iterator[str]:
    """Each question with the id that answers it; what the unit wrote stands behind a margin."""
    yield f"  {YOU_CHOOSE}"
    for one in text.questions:
        yield from margin(one.ask, width)
        yield f"  {answer_id(text.number, one)}: {_KINDS[one.kind]}"
        for option in one.options:
            yield from margin(f"{option.id}: {option.label}", width)
    yield f"  {HOW}"


def question_values(number: int, one: Question) -> dict[str, object]:
    """As JSON: ``id`` is what `reply` takes."""
    options = [{"id": option.id, "label": option.label} for option in one.options]
    return {"id": answer_id(number, one), "ask": one.ask, "kind": one.kind, "options": options}


def read_answers(path: str) -> dict[str, Answer]:
    """What a file answers, by the ids of a further message; what is skipped is left out. Raises Stop, InputRefused."""
    try:
        found = json.loads(read_text(path, MAX_BODY, "answers file"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not 0 < len(found) <= MAX_ANSWERS:
        raise Stop(f"{Path(path)}: answers are one JSON object of 1 to {MAX_ANSWERS} questions, as `check` names them.")
    return {name: _answer(name, said) for name, said in found.items() if said is not None}


def _answer(name: str, said: object) -> Answer:
    """Raises Stop, which repeats no answer."""
    if not _ID.fullmatch(name):
        raise Stop("A question in the answers file has another id than `check` gives: it begins with q- and a number.")
    if said == IDENTIFIES:
        return WOULD_IDENTIFY
    if isinstance(said, str) and said:
        return said
    if isinstance(said, list) and said and all(isinstance(one, str) for one in said):
        return tuple(sorted(set(said)))
    raise Stop(f'{name}: an answer is a text, a list of ids, "{IDENTIFIES}", or null to skip it.')
