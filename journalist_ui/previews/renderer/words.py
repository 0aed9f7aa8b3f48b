# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text, a page at a time. It stays text: the desk shows it as it shows all that a source wrote."""

from . import wire
from .pages import Asked, Page, Pages
from .wire import CannotShow, Why

_MOST_CONTROLS = 0.02
_KEPT = frozenset("\n\r\t\f")


def words(data: bytes, asked: Asked) -> Pages:
    """Raises CannotShow where it is none."""
    text = _read(data)
    if sum(letter < " " and letter not in _KEPT for letter in text) > len(text) * _MOST_CONTROLS:
        raise CannotShow(Why.UNKNOWN)
    if not text.strip():
        raise CannotShow(Why.EMPTY)
    pages = _cut(text)
    return len(pages), (Page(text=pages[at]) for at in asked.of(len(pages)))


def _read(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cut(text: str) -> list[str]:
    """At the last end of a line of each page, where one is near."""
    pages, at = [], 0
    while at < len(text):
        end = at + wire.LETTERS
        if end < len(text):
            line = text.rfind("\n", at + wire.LETTERS // 2, end)
            end = line + 1 if line >= 0 else end
        pages.append(text[at:end])
        at = end
    return pages
