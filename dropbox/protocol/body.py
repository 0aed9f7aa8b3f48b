# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report form inside a message: UTF-8 JSON in one canonical form (docs/protocol.md, step 5.6)."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .constants import (
    BLOB_PLAIN,
    BODY_PART,
    CATEGORIES,
    CONTACT,
    HASH,
    KEY,
    MAX_ANSWER_ID,
    MAX_ANSWERS,
    MAX_BLOBS,
    MAX_BODY,
    MAX_CHOSEN,
    MAX_FILE_NAME,
    MAX_MEDIA_TYPE,
    MAX_NOT_TO,
    MAX_PARTS,
)
from .errors import BadBody, BadText, TooLong
from .units import check_slug

Answer = str | tuple[str, ...] | None
"""The person's own words, the ids of the options that were chosen, or WOULD_IDENTIFY."""
WOULD_IDENTIFY = None
"""There is an answer, and to give it would identify whoever writes: a kind of its own, which no text can imitate."""
WITHDRAWN = b"withdrawn"
"""In place of contact details: those that came before are to be erased."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ASKED = re.compile(r"q-([1-9][0-9]{0,9})-[a-z0-9]+(-[a-z0-9]+)*")
_MOST_ASKED = 0xFFFF_FFFF
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_FIRST = ("v", "categories", "force", "answers", "text")
_SECOND = (*_FIRST, "files", "contact", "not_to")


@dataclass(frozen=True)
class File:
    """A file that a message brings: its ``size`` in bytes, and the blobs that hold it in order, by their hashes, under
    ``key``."""

    name: str
    media_type: str
    size: int
    key: bytes = field(repr=False)
    blobs: tuple[bytes, ...]


@dataclass(frozen=True)
class Report:
    """What a source writes. A first report has categories; a further message has text, and answers to questions.

    ``force`` is a slug of the list of forces, or empty: not known, or not said again. ``answers`` maps the ids of
    questions to what was answered; a unit's own question has an id that begins with ``q-``. ``contact`` is sealed,
    empty or WITHDRAWN; ``not_to`` names units by their slugs, in order.
    """

    text: str = field(repr=False)
    categories: tuple[str, ...] = ()
    force: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    files: tuple[File, ...] = ()
    contact: bytes = b""
    not_to: tuple[str, ...] = ()


def encode_body(report: Report) -> bytes:
    """The canonical JSON: keys in fixed order, no spaces, answers sorted by id. Raises BadBody, BadText, TooLong."""
    _check(report)
    fields = {
        **_first_fields(2, report),
        "files": [
            {
                "name": one.name,
                "type": one.media_type,
                "size": one.size,
                "key": one.key.hex(),
                "blobs": [blob.hex() for blob in one.blobs],
            }
            for one in report.files
        ],
        "contact": report.contact.decode()
        if report.contact == WITHDRAWN
        else base64.b64encode(report.contact).decode(),
        "not_to": report.not_to,
    }
    data = _written(fields)
    if len(data) > MAX_BODY:
        raise TooLong("report", -(-len(data) // BODY_PART), MAX_PARTS)
    return data


def _first_fields(version: int, report: Report) -> dict[str, object]:
    return {
        "v": version,
        "categories": report.categories,
        "force": report.force,
        "answers": dict(sorted(report.answers.items())),
        "text": report.text,
    }


def _written(fields: dict[str, object]) -> bytes:
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise BadText("report") from None


def _check(report: Report) -> None:
    _check_first(report)
    if not all(_is_answer(name, answer) for name, answer in report.answers.items()):
        raise BadBody("answer")
    blobs = [blob for one in report.files for blob in one.blobs]
    if len(blobs) > MAX_BLOBS or len(set(blobs)) != len(blobs) or not all(map(_is_file, report.files)):
        raise BadBody("files")
    if report.contact not in (b"", WITHDRAWN) and len(report.contact) != CONTACT:
        raise BadBody("contact")
    if not _in_order(report.not_to, MAX_NOT_TO):
        raise BadBody("not_to")


def _check_first(report: Report) -> None:
    """What holds of both forms."""
    if tuple(name for name in CATEGORIES if name in report.categories) != report.categories:
        raise BadBody("categories")
    if len(report.answers) > MAX_ANSWERS:
        raise BadBody("answers")
    if not all(map(_is_id, report.answers)):
        raise BadBody("answer id")
    if report.force:
        try:
            check_slug(report.force)
        except BadText:
            raise BadBody("force") from None


def _is_id(name: str) -> bool:
    return len(name) <= MAX_ANSWER_ID and _ID.fullmatch(name) is not None


def _is_answer(name: str, answer: Answer) -> bool:
    if name.startswith("q-"):
        asked = _ASKED.fullmatch(name)
        if asked is None or int(asked[1]) > _MOST_ASKED:
            return False
    if isinstance(answer, tuple):
        return bool(answer) and _in_order(answer, MAX_CHOSEN)
    return answer != ""


def _in_order(ids: tuple[str, ...], most: int) -> bool:
    """Ids or slugs, which have one form: each once, in ascending order."""
    return len(ids) <= most and list(ids) == sorted(set(ids)) and all(map(_is_id, ids))


def _is_file(one: File) -> bool:
    length = len(one.name.encode("utf-8", "surrogatepass"))
    named = 0 < length <= MAX_FILE_NAME and len(one.media_type) <= MAX_MEDIA_TYPE
    cut = one.size > 0 and len(one.blobs) == -(-one.size // BLOB_PLAIN)
    hashes = all(len(blob) == HASH for blob in one.blobs)
    return named and cut and hashes and len(one.key) == KEY and _MEDIA_TYPE.fullmatch(one.media_type) is not None


def parse_body(data: bytes) -> Report:
    """Inverse of encode_body, and of what releases of before wrote, the first form; anything that is not exactly what
    they write is refused. Raises BadBody."""
    fields = _fields(data)
    try:
        version, keys = fields.get("v"), tuple(fields)
        if type(version) is int and (version, keys) == (1, _FIRST):
            report = _first(fields)
            written = _written(_first_fields(1, report))
        elif type(version) is int and (version, keys) == (2, _SECOND):
            report = _second(fields)
            written = encode_body(report)
        else:
            raise BadBody("fields")
    except BadText:
        raise BadBody("text") from None
    if written != data:
        raise BadBody("not canonical")
    return report


def _fields(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BODY:
        raise BadBody("size")
    try:
        fields = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadBody("json") from None
    if not isinstance(fields, dict):
        raise BadBody("fields")
    return fields


def _first(fields: dict[str, Any]) -> Report:
    """Of the first form, whose answers are texts, the ids of options too."""
    report = _read(fields)
    if not all(isinstance(answer, str) for answer in report.answers.values()):
        raise BadBody("fields")
    _check_first(report)
    return report


def _second(fields: dict[str, Any]) -> Report:
    files, contact = _list(fields["files"]), _text(fields["contact"])
    first = _read(fields)
    try:
        sealed = contact.encode() if contact == WITHDRAWN.decode() else base64.b64decode(contact, validate=True)
        read = tuple(map(_file, files))
    except ValueError:
        raise BadBody("fields") from None
    not_to = tuple(map(_text, _list(fields["not_to"])))
    return Report(first.text, first.categories, first.force, first.answers, read, sealed, not_to)


def _read(fields: dict[str, Any]) -> Report:
    answers = fields["answers"]
    if not isinstance(answers, dict):
        raise BadBody("fields")
    categories = tuple(map(_text, _list(fields["categories"])))
    found = {name: _answer(answer) for name, answer in answers.items()}
    return Report(_text(fields["text"]), categories, _text(fields["force"]), found)


def _answer(value: object) -> Answer:
    if value is WOULD_IDENTIFY:
        return WOULD_IDENTIFY
    return tuple(map(_text, value)) if isinstance(value, list) else _text(value)


def _file(value: object) -> File:
    if not isinstance(value, dict) or tuple(value) != ("name", "type", "size", "key", "blobs"):
        raise BadBody("fields")
    if type(value["size"]) is not int:
        raise BadBody("fields")
    blobs = tuple(bytes.fromhex(_text(blob)) for blob in _list(value["blobs"]))
    return File(_text(value["name"]), _text(value["type"]), value["size"], bytes.fromhex(_text(value["key"])), blobs)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadBody("fields")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadBody("fields")
    return value
