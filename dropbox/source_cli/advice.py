# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person is told to do after a visit: the same whatever they wanted, where the server may have had a hand in it.

Whoever breaks, alters or withholds something watches for who comes back at once. So there is one sentence for report,
answer and return, with a day drawn alike; another unit is offered at once only where the signed list closes this one.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from dropbox.flows.source.message import Sent
from dropbox.flows.trust import Judged, Warned, by_the_list
from dropbox.protocol.errors import ClockUnconfirmed, ContactNotTaken, FilesNotTaken, ProtocolError, UnknownUnit
from dropbox.protocol.routing import receiving_unit
from dropbox.shown.days import DAY
from dropbox.transport.errors import BadAnswer, Refused

from . import terminal

SOONEST, LATEST = 2, 6
"""Days until the return that is proposed, each number as likely as the others."""
SOONER = "Sooner is fine when things get worse or somebody is at risk."
TOOK_NOTHING = "The service took nothing from you this time. Your text stands where it was."
PERHAPS = "It may have been stored, although nothing shows it."
STOPPED = "Stopped. Nothing was sent."
STOPPED_PERHAPS = "Stopped. It may have been stored."
NOT_AT_ONCE = (
    "Do not send it again today, to this unit or another: whoever caused this or watches would see whom you write to."
)


def come_back(judged: Judged | None = None) -> str:
    """When to come back; without its date where this device's may be wrong."""
    if judged is not None:
        policy = judged.directory.policy
        if policy.give_up * policy.period < DAY:
            return f"Come back soon: an answer that you have not read waits for you for a few hours. {SOONER}"
    days = SOONEST + secrets.randbelow(LATEST - SOONEST + 1)
    on = "" if judged is not None and judged.clock_suspect else f", on {date.today() + timedelta(days)}"  # noqa: DTZ011 - the day of whoever reads it
    return f"Come back in {days} days{on}; the day was drawn at random, in the same way for everybody. {SOONER}"


def say_come_back(judged: Judged | None, warnings: Sequence[Warned] = ()) -> None:
    """After a visit that went well: to a person always, to a script when there is a warning."""
    if terminal.interactive() or warnings or (judged is not None and judged.warnings):
        terminal.say(come_back(judged))


def unread_text(reason: BaseException) -> str:
    """After a visit that read no board: the same for whatever it was. Where the server answered, with a day."""
    text = terminal.error_text(reason)
    answered = isinstance(reason, ProtocolError) and not isinstance(reason, ClockUnconfirmed)
    return f"{text} {come_back()}" if answered or isinstance(reason, Refused | BadAnswer) else text


def _refused_text(reason: ProtocolError, sent: Sent, force: str) -> str:
    """Why the message could not be sealed; the visit looked like any other all the same."""
    text, judged = terminal.error_text(reason), sent.judged
    if isinstance(reason, UnknownUnit):
        # That no unit has that name the signed list says; what the board holds the server may have had a hand in.
        return f"{text} {come_back(judged)}" if reason.where in ("none", "several") else text
    if isinstance(reason, FilesNotTaken | ContactNotTaken):
        # A visit that is followed at once by another was for a unit that takes no files, or no contact details.
        return f"Not sent, by the signed list. {text} {NOT_AT_ONCE} {come_back(judged)}"
    if judged is None or not by_the_list(reason):
        return f"Not sent. {text} {NOT_AT_ONCE} {come_back(judged)}"
    other = receiving_unit(judged.directory.directory, force, True)
    elsewhere = f" Send to another unit: --unit {other.slug}." if other and other.slug != sent.slug else ""
    return f"Not sent. {text} The signed list says so.{elsewhere}"


def unsent_text(sent: Sent, force: str = "") -> str:
    """The line for a message that has no receipt; ``force`` is the one that it is about."""
    reason = sent.reason
    if isinstance(reason, KeyboardInterrupt):
        return f"{STOPPED_PERHAPS} {come_back(sent.judged)}" if sent.stored == "perhaps" else STOPPED
    if sent.stored == "perhaps":
        return f"{PERHAPS} {come_back(sent.judged)}"
    if not sent.later and reason is not None:
        return unread_text(reason)
    if isinstance(reason, ProtocolError):
        return _refused_text(reason, sent, force)
    return f"{TOOK_NOTHING} {come_back(sent.judged)}"
