# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages say for the codes that the desk's verbs answer."""

import datetime
from dataclasses import dataclass

from dropbox.forces import find_force
from dropbox.protocol.inert import inert_line
from dropbox.questions import QUESTIONS
from journalist_ui.shapes.conversation import Message
from journalist_ui.verbs.faults import Fault

CATEGORIES = {
    "information-or-influence": "Information or influence for money or favours",
    "personal-advantage": "Using a policing position for personal gain",
    "sexual-misconduct": "Sexual misconduct or abuse of position",
    "partner-abuse": "Abuse or control of a partner",
    "discrimination": "Discrimination",
}
STATES = {"new": "New", "assessing": "Being assessed"}
DELIVERY = {
    "published": "Published, not read yet",
    "read": "Read by the source",
    "expired": "Given up: nobody read it in time",
}
FAULTS = {
    "no-such-case": "There is no case of that number for you.",
    "no-such-member": "There is no member of that name.",
    "not-yet": "The service does not list this unit yet, so nothing can be sent. The status page says more.",
}
"""In place of sentences that speak of the command line."""
WHY = {
    "locked": "The desk is locked.",
    "kept": "The desk is locked: by you, or because nothing was done for a while. What you had begun to write is kept: "
    "sign in, and its case opens.",
    "carried": "Your session is over. What you had begun to write waits in the desk's memory: sign in again in this "
    "browser, and it becomes your draft. Nobody else gets it.",
    "lost": "Your session is over, and what you had begun to write could not be kept. Sign in again.",
    "unkept": "The desk is locked. What you had begun to write could not be kept.",
    "late": "Your session is over. Your text is kept: sign in, and its case opens.",
    "idle": "The desk locked itself, because nothing was done for a while.",
    "over": "Your session is over: it was locked, nothing was done for a while, or the desk was started again. "
    "Sign in again.",
    "passphrase": "Your passphrase is changed. Sign in with the new one.",
    "refused": "The present passphrase was wrong. Nothing was changed, and the desk is locked.",
}
DONE = {
    "sent": "The text is stored and leaves with the next batches.",
    "again": "That text was stored before. Nothing was sent twice.",
    "draft": "The draft is kept until you send it or empty it.",
    "emptied": "The draft is gone.",
    "carried": "This is what stood in your page before you signed in again. It is kept as your draft.",
    "carried-not-yours": "Another member had begun a text in this browser. It is not shown to you: it waits until they "
    "sign in here.",
    "carried-not-kept": "What you had begun to write before you signed in could not be kept as a draft. It waits in "
    "the desk's memory: sign in again here to try once more.",
    "two": "Another page of yours had kept a draft in this case. Neither replaced the other: choose below.",
    "newer": "Nothing was dropped: another page of yours has kept a newer draft, which stands below.",
    "chosen": "This is your draft now.",
    "added-since": "Not sent: the case changed after this page was drawn. Read what was added, then send or change "
    "your text.",
    "state-new": "The case is marked as new, for all members.",
    "state-assessing": "The case is marked as being assessed, for all members.",
    "collected": "Collected. Nothing new.",
    "new": "Collected. There are new messages.",
    "added": "The member is added. They sign in with the first passphrase and no code, and make one of their own; "
    "until then nothing is open to them. Investigators get the older cases from whoever shares them after that.",
    "removed": "The member is removed. Cases that only they could open stay closed for good.",
    "shared": "The member can open every case that you can open.",
    "shared-one": "The member can open this case.",
    "partly": "The member can open every case that you can open. Others stay closed to them.",
    "keys-on": "Shortcuts of one key are on.",
    "keys-off": "Shortcuts of one key are off.",
}
DRAFTS = {"mine": "Your draft", "other": "A colleague's draft", "both": "Drafts of you and a colleague"}
FILTERS = {
    "": "All",
    "new": "New",
    "assessing": "Being assessed",
    "unread": "With unread messages",
    "to-answer": "To answer",
}


def say(fault: Fault) -> str:
    """The sentence of a fault, in words that suit a page."""
    return FAULTS.get(fault.code, fault.say)


def category(name: str) -> str:
    return CATEGORIES.get(name, name)


def force(slug: str) -> str:
    """The name of a force; what is none of the list stays as it was sent, inert."""
    found = find_force(slug)
    return found.name if found and found.slug == slug else f"{inert_line(slug)} (not in the list of forces)"


def draft(whose: str) -> str:
    """Whose drafts a case holds, in the inbox."""
    return DRAFTS[whose]


def state(name: str) -> str:
    return STATES.get(name, name)


def delivery(message: Message) -> str:
    """Where a text of the unit is on its way."""
    if message.state == "waiting":
        return "Waiting for the next batch" if message.number else "Waiting to be admitted"
    return DELIVERY.get(message.state, message.state)


def day(iso: str) -> str:
    """`2026-11-25` as `25 November 2026`; anything else as it is."""
    try:
        found = datetime.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%B %Y}"


def moment(iso: str) -> str:
    """`2026-11-25T14:05Z` as `14:05 UTC on 25 November 2026`; empty stays empty."""
    return f"{iso[11:16]} UTC on {day(iso[:10])}" if iso else ""


def plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


@dataclass(frozen=True)
class Told:
    """An answer under its question's words. ``own``: the source's words, not the label of an option."""

    title: str
    words: str
    own: bool


_UNKNOWN = "Answer to a question that this desk does not know"


def told(answers: dict[str, str] | None) -> list[Told]:
    """In the order of the questions; what no question asked comes last, and its id is the source's own words too."""
    found, answers = [], answers or {}
    for question in QUESTIONS:
        if (answer := answers.get(question.id)) is not None:
            label = question.words(answer)
            found.append(Told(question.title, label, all(option.id != answer for option in question.options)))
    known = {question.id for question in QUESTIONS}
    return found + [Told(_UNKNOWN, f"{name}: {answers[name]}", True) for name in sorted(answers) if name not in known]
