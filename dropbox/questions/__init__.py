# SPDX-License-Identifier: AGPL-3.0-or-later
"""The questions of a report beside its force, categories and account, as data: pages, check page, commands and desk
are drawn from it.

An answer travels in the report's form under the question's id (docs/protocol.md, step 5.6): ids of options, the
person's own words, or that an answer would identify them. Ids never change: reports that were sent hold them. Pure.
"""

from collections.abc import Mapping

from .question import Option as Option, Question as Question
from .short import (
    AT_RISK,
    CAME_BEFORE,
    EVIDENCE,
    EVIDENCE_DANGER,
    GOING_ON,
    HOW_KNOWN,
    SHORT as SHORT,
    WHEN,
    WHERE,
    WHO_ELSE,
)
from .subject import FORCE, KEEP_FROM, SUBJECT

QUESTIONS = (
    *(AT_RISK, GOING_ON, *KEEP_FROM, *SUBJECT, *FORCE),
    *(WHEN, WHERE, HOW_KNOWN, WHO_ELSE, EVIDENCE, EVIDENCE_DANGER, CAME_BEFORE),
)
"""In the order in which an investigator reads them."""

PAGES = (
    "suits",
    "role",
    "serving",
    "identity",
    "force",
    "forces",
    "keep",
    "whom",
    "account",
    *(one.page for one in SHORT),
)
"""The pages of a report in the order in which they are asked: one for each question, but the force's, which has two
ways to answer, and those of the categories (``suits``) and of the account."""


def find_question(asked: str) -> Question | None:
    """The question of that id."""
    return next((question for question in QUESTIONS if question.id == asked), None)


def is_independent(answers: Mapping[str, str | tuple[str, ...] | None]) -> bool:
    """True when an answer keeps the report from the force's own unit."""
    chosen = {(name, one) for name, answer in answers.items() if isinstance(answer, tuple) for one in answer}
    return any(
        option.independent and (question.id, option.id) in chosen
        for question in QUESTIONS
        for option in question.options
    )
