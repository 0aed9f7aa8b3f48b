# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a text asks about what is to come: a source who is asked that may be steered, and its status is to be thought
of."""

import re

from .patterns import load_rules
from .plain import read_plain, sentences

_ASKED = re.compile(r"[.!]*\?")


def asks_ahead(text: str) -> bool:
    """Whether a sentence that asks speaks of what is to come. It is meant to find too much rather than too little."""
    rules, plain = load_rules().ahead, read_plain(text).text
    for one in sentences(plain):
        asked = _ASKED.match(plain, one.end) or rules.asking.search(plain, one.start, one.end)
        if asked and rules.words.search(plain, one.start, one.end):
            return True
    return False
