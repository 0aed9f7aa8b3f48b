# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a desk looks for in a message while it seals it, since later nobody but the case's members can: whether somebody
is at risk, and whether it speaks of a member. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from dropbox.protocol.body import Report, parse_body
from dropbox.protocol.errors import BadBody
from dropbox.questions.told import told

LONGEST_NAME = 60
"""Letters of a name or number by which a member is known."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = "'\u2019\u2018\u02bc\u0060\u00b4"


def parse_report(body: bytes) -> Report | None:
    """None where it is no form of ours."""
    try:
        return parse_body(body)
    except BadBody:
        return None


def is_urgent(report: Report) -> bool:
    """Whether an answer says that somebody is at risk."""
    return any(one.urgent for one in told(report.answers))


def own_words(report: Report) -> list[str]:
    """The text of a message, each answer that its source gave in words of its own, and the names of its files."""
    answers = (answer for answer in report.answers.values() if isinstance(answer, str))
    return [report.text, *answers, *(one.name for one in report.files)]


def said_in(body: bytes) -> str:
    """All own words of a message or of a piece of one: of what is no form of ours what came."""
    report = parse_report(body)
    return body.decode("utf-8", "replace") if report is None else "\n".join(own_words(report))


def folded(text: str) -> str:
    """Without accents, and in small letters."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return apart if apart.isascii() else "".join(one for one in apart if not unicodedata.combining(one))


def _plain(text: str, apostrophe: str) -> str:
    """Words and numbers apart, each between two blanks, folded, without other signs."""
    for sign in _APOSTROPHES:
        text = text.replace(sign, apostrophe)
    return f" {' '.join(_WORD.findall(folded(text)))} "


class Named:
    """A text in which names and numbers are looked for, however they are written."""

    def __init__(self, text: str) -> None:
        # An apostrophe stands in a name or after it.
        self._spelled = tuple(_plain(text, apostrophe) for apostrophe in ("", " "))

    def has(self, name: str) -> bool:
        """Whether the name or number stands in it as a word of its own, also in the plural."""
        wanted = {_plain(name, apostrophe).rstrip() for apostrophe in ("", " ")} - {""}
        return any(f"{one}{end}" in text for one in wanted for end in (" ", "s ") for text in self._spelled)


def named_members(text: str, known_as: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Of members and the names that each is known by, those of whom a text speaks."""
    found = Named(text)
    for member, names in known_as:
        if any(found.has(name) for name in names):
            yield member
