# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report form inside a message: UTF-8 JSON in one canonical form (docs/protocol.md, step 5.6)."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .constants import BODY_PART, CATEGORIES, MAX_ANSWER_ID, MAX_ANSWERS, MAX_BODY, MAX_PARTS
from .errors import BadBody, BadText, TooLong
from .units import check_slug

_ANSWER_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Report:
    """What a source writes. A first report has categories; an answer to a question has only text.

    ``force`` is a slug of the list of forces, or empty: not known, or not said again. ``answers`` maps the ids of
    questions to what was answered.
    """

    text: str = field(repr=False)
    categories: tuple[str, ...] = ()
    force: str = ""
    answers: dict[str, str] = field(default_factory=dict)


def encode_body(report: Report) -> bytes:
    """The canonical JSON: keys in fixed order, no spaces, answers sorted by id. Raises BadBody, TooLong."""
    _check(report)
    fields = {
        "v": 1,
        "categories": list(report.categories),
        "force": report.force,
        "answers": dict(sorted(report.answers.items())),
        "text": report.text,
    }
    try:
        data = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise BadText("report") from None
    if len(data) > MAX_BODY:
        raise TooLong("report", -(-len(data) // BODY_PART), MAX_PARTS)
    return data


def _check(report: Report) -> None:
    known = [name for name in CATEGORIES if name in report.categories]
    if tuple(known) != report.categories:
        raise BadBody("categories")
    if len(report.answers) > MAX_ANSWERS:
        raise BadBody("answers")
    for name in report.answers:
        if len(name) > MAX_ANSWER_ID or not _ANSWER_ID.fullmatch(name):
            raise BadBody("answer id")
    if report.force:
        try:
            check_slug(report.force)
        except BadText:
            raise BadBody("force") from None


def _fields(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BODY:
        raise BadBody("size")
    try:
        fields = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadBody("json") from None
    if not isinstance(fields, dict) or list(fields) != ["v", "categories", "force", "answers", "text"]:
        raise BadBody("fields")
    return fields


def parse_body(data: bytes) -> Report:
    """Inverse of encode_body; anything that is not exactly what encode_body writes is refused. Raises BadBody."""
    fields = _fields(data)
    categories, answers = fields["categories"], fields["answers"]
    if not isinstance(categories, list) or not isinstance(answers, dict):
        raise BadBody("fields")
    texts = [fields["force"], fields["text"], *categories, *answers.values()]
    if fields["v"] != 1 or not all(isinstance(text, str) for text in texts):
        raise BadBody("fields")
    report = Report(fields["text"], tuple(categories), fields["force"], answers)
    try:
        if encode_body(report) != data:
            raise BadBody("not canonical")
    except BadText:
        raise BadBody("text") from None
    return report
