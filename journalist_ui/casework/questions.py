# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit asks its sources: sets that it keeps ready, in versions, and what became of those that were asked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Connection, insert

from dropbox.protocol.body import Answer
from dropbox.protocol.constants import CATEGORIES, EntryType
from dropbox.protocol.questions import Question, Questions, answer_id, encode_questions, parse_questions
from journalist_ui.refusals import BadInput, NoSuchSet
from journalist_ui.vault import audit, tables
from journalist_ui.vault.evidence import Proof
from journalist_ui.vault.rows import TEXTS, TextRow
from journalist_ui.vault.versions import read_newest, read_versions

from .cases import OpenedCase
from .conversation import Conversation, OfficerText, SourceMessage, open_proved

NO_SET = "There is no set of questions of that name. `dropbox-desk questions list` lists them."
CHANGED = "This set was changed meanwhile. Nothing was kept: look at it again."
TAKEN = "There is a set of that name already, or there was one. Give this one another title."


@dataclass(frozen=True)
class Set:
    """One version. ``category`` is "" for all; ``member`` wrote it on a ``day`` of unix time, "" and 0 as it came with
    the program. ``gone``: it is removed from this version on."""

    slug: str
    version: int
    title: str
    category: str
    questions: Questions
    member: str = ""
    day: int = 0
    gone: bool = False


@cache
def shipped() -> dict[str, Set]:
    """What comes with this release, each as its version 1."""
    read = json.loads((resources.files(__package__) / "shipped_questions.json").read_text(encoding="utf-8"))
    return {one["slug"]: Set(version=1, **{**one, "questions": _parsed(one["questions"])}) for one in read}


def _parsed(questions: list[dict[str, Any]]) -> Questions:
    return parse_questions(json.dumps(questions, ensure_ascii=False, separators=(",", ":")).encode())


def _set(row: Any) -> Set:
    return Set(**{**row._mapping, "questions": parse_questions(row.questions.encode())})


def versions(connection: Connection, slug: str) -> list[Set]:
    """Of one set, the newest first. Raises NoSuchSet."""
    rows = tables.question_sets
    kept = list(map(_set, read_versions(connection, rows, rows.c.slug, slug)))
    kept += [shipped()[slug]] if slug in shipped() else []
    if not kept:
        raise NoSuchSet(NO_SET)
    return kept


def list_sets(connection: Connection) -> list[Set]:
    """The newest version of each that was not removed, by its short name."""
    rows = tables.question_sets
    sets = shipped() | {one.slug: one for one in map(_set, read_newest(connection, rows, rows.c.slug))}
    return [sets[slug] for slug in sorted(sets) if not sets[slug].gone]


def find_set(connection: Connection, slug: str) -> Set:
    """As it is offered now. Raises NoSuchSet."""
    found = versions(connection, slug)[0]
    if found.gone:
        raise NoSuchSet(NO_SET)
    return found


def keep_set(connection: Connection, new: Set) -> Set:
    """The next version of a set, or a new one. ``new.version`` is the one that its writer saw, 0 where they do not say,
    -1 where there is to be none. Raises BadInput."""
    if new.category and new.category not in CATEGORIES:
        raise BadInput(f"A category is one of {', '.join(CATEGORIES)}, or none for all.")
    try:
        held = versions(connection, new.slug)[0].version
    except NoSuchSet:
        held = 0
    if held and new.version < 0:
        raise BadInput(TAKEN)
    if new.version > 0 and new.version != held:
        raise BadInput(CHANGED)
    return _store(connection, replace(new, version=held + 1))


def remove_set(connection: Connection, slug: str, member: str, day: int) -> None:
    """It is offered no more. Raises NoSuchSet, also where it is removed already."""
    held = find_set(connection, slug)
    _store(connection, replace(held, version=held.version + 1, member=member, day=day, gone=True))


def _store(connection: Connection, new: Set) -> Set:
    values = {**new.__dict__, "questions": encode_questions(new.questions).decode()}
    connection.execute(insert(tables.question_sets).values(values))
    act = "questions remove" if new.gone else "questions edit"
    audit.record(connection, new.day, new.member, act, f"questions {new.slug} {new.version}")
    return new


@dataclass(frozen=True)
class Became:
    """A question of a text of that ``number``, and what the newest message of ``message`` says to it. ``state`` is
    open, answered, skipped, would-identify."""

    number: int
    question: Question
    state: str
    answer: Answer = None
    message: int = 0

    @property
    def id(self) -> str:
        """Under which it is answered."""
        return answer_id(self.number, self.question)


def asked_in(connection: Connection, case: OpenedCase) -> list[OfficerText]:
    """Every text of a case that asks and is proved to be the unit's, in running order: what is not lends no question to
    what a source answered."""
    rows = TEXTS.where(tables.answers.c.number == case.number, tables.texts.c.type == int(EntryType.QUESTIONS))
    found = [TextRow._make(row) for row in connection.execute(rows.order_by(tables.answers.c.place))]
    return [text for text in open_proved(connection, case, found) if text.proof is not Proof.UNPROVED]


def became(texts: Iterable[OfficerText], found: Conversation) -> list[Became]:
    """Of each question, by the messages that are there. Who writes once they have read them has passed by what they do
    not answer. Where later messages stand on other pages, only what is answered here is told."""
    theirs = [
        one
        for one in found.messages
        if isinstance(one, SourceMessage) and one.report is not None and one.proof is not Proof.UNPROVED
    ]
    each = [(text, _became(text, question, theirs)) for text in texts for question in text.questions]
    return [one for text, one in each if one.message or _has_all_behind(found, text.place)]


def _has_all_behind(found: Conversation, place: int) -> bool:
    """Whether everything behind a place is here. A page has the report and then what stands together."""
    if found.pages <= 1:
        return True
    return found.page == 1 and place >= min((one.place for one in found.messages[1:]), default=0)


def _became(text: OfficerText, question: Question, theirs: list[SourceMessage]) -> Became:
    later = [one for one in theirs if one.place > text.place and one.report is not None]
    if text.number:
        name = answer_id(text.number, question)
        for one in reversed(later):
            if one.report is not None and name in one.report.answers:
                answer = one.report.answers[name]
                state = "would-identify" if answer is None else "answered"
                return Became(text.number, question, state, answer, one.number)
    passed = any(text.read and one.period >= text.read for one in later) or any(
        each.startswith(f"q-{text.number}-") for one in later if one.report for each in one.report.answers
    )
    return Became(text.number, question, "skipped" if passed else "open")
