# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit's outcome means, in a source's words: the same on the page, at a terminal and in a desk's preview.

The catalogues translate each sentence where the page is made.
"""

from collections.abc import Iterable

MEANS = {
    "investigation": (
        "It is being investigated, by this unit or by another body. That can take months, and they may not be able to "
        "tell you more while it lasts."
    ),
    "safeguarding": "Steps are being taken to keep somebody safe. They may not be able to say which.",
    "recorded": (
        "It is kept on record. Nothing further is done now; it can be taken up again when more becomes known, so you "
        "can still add to it."
    ),
    "not-for-us": (
        "This unit cannot deal with it. That does not mean that you were wrong to report it. Ordinary complaints about "
        "the police go to the force, or to the body that oversees it."
    ),
    "closing": "The unit knows that you close this conversation. Any message of a later day keeps it open.",
    "deletes": (
        "You asked the unit to delete what it may. It says that it will; you cannot check that here. Any message of a "
        "later day keeps the conversation open."
    ),
    "keeps": (
        "You asked the unit to delete what it may. It says that it has to keep what you sent. The conversation closes "
        "all the same; any message of a later day keeps it open."
    ),
}
"""Of each kind (docs/protocol.md, steps 6.4.1 and 6.4.4)."""
PROMISED_ONE = "The unit says that it answers within a day."
PROMISED = "The unit says that it answers within {n} days."
SAYS_FIRST = "The unit says to everybody whose report it has:"
OFFERED = (
    "This unit passes on to another one what it thinks that unit needs to know, in its own words. You can go on there "
    "yourself, or leave it. If you do, that unit learns that you are the one whom this unit speaks of."
)
SUCCEEDED = (
    "This unit takes no new messages: the service\u2019s signed list says that another one goes on for it. What this "
    "unit still answers comes under the same codename. You can write to the other one under the same codename too, or "
    "leave it. It does not know what you wrote here, unless this unit passes that on: say again what it needs to know."
)
"""Of a unit that is paused or has ended (docs/protocol.md, step 6.11)."""
CONTACT_OPENED = (
    "Two members of the unit have opened the contact details that you left. They can try to reach you from now on. If "
    "that is not safe any more, take them back, and say so in a message."
)
"""Of a unit's word that it opened them (docs/protocol.md, step 6.4.3)."""
UNREADABLE = (
    "The unit sent something that cannot be read here, so nothing of it is shown. You can write to the unit that "
    "answer {number} could not be read."
)


def promised(days: int) -> str:
    """What a unit promises; "" for nothing."""
    return (PROMISED_ONE if days == 1 else PROMISED.format(n=days)) if days else ""


def meanings(kinds: Iterable[str]) -> list[str]:
    """A sentence or two for each kind, in their order."""
    return [MEANS[kind] for kind in kinds]
