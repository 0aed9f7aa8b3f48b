# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a text is words that somebody wrote down, or what a program made: a drawing, a track of places, a mail."""

import re

_MARK = "\ufeff"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_BEGINNINGS = ("<", "{", "%!", "BEGIN:V")
"""Markup, JSON, PostScript, cards and calendars."""
_MARKUP = re.compile(r"<(?:gpx|kml|svg)\b", re.IGNORECASE)
_MAIL = re.compile(r"from|to|received|date|subject", re.IGNORECASE)
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,60})[ \t]{0,4}:")
_MAILBOX = re.compile(r"From [^\s@]{0,200}@")
_MOST_LINES, _MOST_OF_HEADERS = 200, 1 << 16


def text_of(data: bytes) -> str:
    """The text that the bytes are; "" where they are something else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if _CONTROL.search(text) else text


def is_plain(text: str) -> bool:
    """Whether nothing shows that a program put its own into the text."""
    first = text[:_MOST_OF_HEADERS].lstrip(_MARK + " \t\r\n\f")
    if not first or first.startswith(_BEGINNINGS) or _MAILBOX.match(first) or _has_headers(first):
        return False
    return not _MARKUP.search(text)


def _has_headers(text: str) -> bool:
    """Whether one of a mail's headers is among the lines that stand at the beginning."""
    for line in text.splitlines()[:_MOST_LINES]:
        header = _HEADER.match(line)
        if header and _MAIL.fullmatch(header[1]):
            return True
        if not header and not line.startswith((" ", "\t")):
            return False
    return False
