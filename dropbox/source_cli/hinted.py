# SPDX-License-Identifier: AGPL-3.0-or-later
"""What may point to the source in a text, said before it is sent; the page says the same."""

from dropbox.hints.marking import hints
from dropbox.protocol.inert import inert

from . import terminal

MOST = 8
"""Texts of one kind that are said."""
KINDS = {
    "name": "Names",
    "number": "Numbers",
    "plate": "Number plates",
    "phone": "Phone numbers",
    "email": "E-mail addresses",
    "date": "Dates",
    "time": "Times",
    "role": "Who you are to somebody",
    "place": "Places of yours",
}
HEAD = (
    "This could point to you. Only this device looked, and it does not find everything. "
    "Ctrl-C stops: nothing is sent yet."
)


def hint_lines(text: str) -> list[str]:
    """One line of each kind, and one before them; none where nothing was found."""
    kinds: dict[str, list[str]] = {}
    for kind, said in hints(text):
        kinds.setdefault(kind, []).append(f"\u201c{said}\u201d")
    lines = []
    for kind, texts in kinds.items():
        more = [f"and {len(texts) - MOST} more"] if len(texts) > MOST else []
        lines.append(f"  {KINDS[kind]}: {inert(', '.join([*texts[:MOST], *more]))}")
    return [HEAD, *lines] if lines else []


def hinted(text: str) -> str:
    """The text as it is; what may point to the source is said to a terminal before."""
    if terminal.is_seen():
        for line in hint_lines(text):
            terminal.say(line)
    return text
