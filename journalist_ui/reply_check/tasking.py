# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which words of a text ask the source to do something for the unit, and which only speak of it."""

import re
from collections.abc import Iterator

from .patterns import load_rules
from .plain import Sentence

_BEFORE = 260
"""Letters before a task that are looked at."""
_GAP = 110
"""Letters between an opener and a task that it still asks for."""
_OR = re.compile(r"(?<!\w)(?:or|nor)(?!\w)", re.IGNORECASE)
_DENIED_OPENER = re.compile(
    r"(?: (?:here|ever|to|want|need|expect|like|ask|asking|require|mean|suggest|that|think|believe|feel|have|be|is|a|"
    r"any|reason|way|safe|good|necessary|for|us|at|this|desk|will|would|should|may|must|can))* (?:you\b|that you|it)",
    re.IGNORECASE,
)
Found = tuple[int, int]


def tasks(text: str, within: Sentence) -> Iterator[Found]:
    """From where to where somebody is asked for something, in a plain text."""
    rules = load_rules()
    asked = 0
    for found in rules.tasks.base.finditer(text, within.start, within.end):
        before = text[max(within.start, found.start() - _BEFORE) : found.start()]
        after = text[found.start() : within.end]
        cut = found.start() - len(before) > within.start
        if _is_asked(before, cut=cut, again=asked > 0) and not _is_denied(before, after, within.head):
            asked += 1
            yield found.span()
    for found in rules.tasks.loose.finditer(text, within.start, within.end):
        before = text[max(within.start, found.start() - _BEFORE) : found.start()]
        if _is_plainly_asked(before) and not _is_denied(before, text[found.start() : within.end], within.head):
            yield found.span()
    for pattern, opener in ((rules.tasks.doing, rules.asking.doing), (rules.tasks.done, rules.asking.done)):
        for found in pattern.finditer(text, within.start, within.end):
            before = text[max(within.start, found.start() - _BEFORE) : found.start()]
            opened = opener.search(before)
            if opened and not _is_denied(before[: opened.start()], text[opened.start() : within.end], within.head):
                yield found.span()
    for found in rules.outright.finditer(text, within.start, within.end):
        before = text[max(within.start, found.start() - _BEFORE) : found.start()]
        if not _is_denied(before, text[found.start() : within.end], within.head):
            yield found.span()


def _is_asked(before: str, *, cut: bool, again: bool) -> bool:
    """Whether what stands before a plain verb makes it a request: ``again`` where the sentence asks already."""
    asking, turning = load_rules().asking, load_rules().turning
    if not before.strip(" \"\u201c('") and not cut:
        return True
    opened = asking.base.search(before)
    if opened and not turning.reported.search(before[: opened.start()]):
        return True
    if _is_bridged(before):
        return True
    if asking.strong_lead.search(before) and not turning.subject.search(_last_clause(before)):
        return True
    lead = asking.lead.search(before)
    if lead is None:
        return False
    whole = before[: lead.start()]
    return again or bool(asking.opening.match(before)) or not turning.subject.search(whole + " ")


def _is_plainly_asked(before: str) -> bool:
    """An opener that asks right before it, and not one that only says what could be done."""
    asking, turning = load_rules().asking, load_rules().turning
    opened = asking.base.search(before)
    if opened is None or turning.reported.search(before[: opened.start()]):
        return False
    return not opened[0].lower().startswith(("you ", "you'd", "if "))


def _last_clause(before: str) -> str:
    """What stands behind the last comma but one of the end."""
    return before.rstrip(" ,").rpartition(",")[2]


def _is_bridged(before: str) -> bool:
    """An opener further away, and words between that do not turn it into asking what somebody knows."""
    asking, turning = load_rules().asking, load_rules().turning
    bridge = asking.bridge.search(before)
    if bridge is None:
        return False
    for opened in asking.openers.finditer(before, max(0, bridge.start() - _GAP), bridge.start() + 1):
        gap = before[opened.end() : bridge.start()]
        if turning.reported.search(before[: opened.start()]):
            continue
        # A comma before "and" begins something else than what was to be told.
        if turning.knowing.search(gap) and not gap.rstrip().endswith(","):
            continue
        if bridge[0].lstrip(" ,").lower().startswith("to") and turning.others.search(gap):
            continue
        return True
    return False


def _is_denied(before: str, after: str, head: str) -> bool:
    """Whether it is said that it should not be done."""
    turning = load_rules().turning
    if head and turning.never.search(head):
        return True
    last = [found.end() for found in turning.breaks.finditer(before)]
    clause = before[last[-1] :] if last else before
    asked = [found.end() for found in load_rules().asking.openers.finditer(clause) if found[0][:2].lower() != "we"]
    for denied in turning.never.finditer(clause):
        between = clause[denied.end() :]
        if any(denied.end() <= end for end in asked) and not _governs(between):
            continue
        if "," not in between or between.startswith((",", " under", " please")) or _lists(between + after):
            return True
    return False


def _lists(rest: str) -> bool:
    """What goes on over commas to an "or" is one list."""
    return _OR.search(rest) is not None


def _governs(between: str) -> bool:
    """As in "we do not ask you to": the opener itself is what is denied."""
    return _DENIED_OPENER.match(between) is not None
