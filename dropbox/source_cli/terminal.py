# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every word that ``dropbox-source`` says to a person, and how it asks."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from dropbox.flows.trust import Warned
from dropbox.protocol.errors import (
    ClockUnconfirmed,
    ProtocolError,
    TooLong,
    UnitCannotReceive,
    UnknownUnit,
    UnknownWord,
    WrongWordCount,
)
from dropbox.transport.errors import TransportFailed

NARROWEST, WIDEST = 30, 100


def interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def is_seen() -> bool:
    """Whether somebody watches what is said."""
    return sys.stderr.isatty()


def say(text: str) -> None:
    """Progress and warnings: to standard error, so that standard output holds only what was asked for."""
    click.echo(text, err=True)


def say_over(text: str) -> None:
    """Progress that changes, in place of what stands on the line; at a terminal only."""
    click.echo(f"\r\033[K{text}", err=True, nl=False)


def day(period: int, seconds: int) -> str:
    """The ISO date on which a period begins; beyond the calendar, the period's number."""
    try:
        return datetime.fromtimestamp(period * seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"period {period}"


def warning_text(warned: Warned) -> str:
    """A warning in plain words."""
    if warned.code == "replies-altered":
        return (
            f"Answers of {warned.slug} are being held back or changed on their way to you. This is certain "
            f"({warned.proof}): somebody interferes with the service. Do not come back at once, since that would show "
            "them that it mattered to you."
        )
    if warned.code == "not-acknowledged":
        return (
            "The service took nothing from this visit, so the unit does not learn that you have read this, and may "
            "send it again. There is nothing that you need do."
        )
    if warned.code == "clock":
        return "This device's date seems wrong, or the service is being held back. Check the date and time zone."
    return (
        f"Nothing has come from {warned.slug} for longer than usual. Its computer may be off, or its answers may be "
        "held back."
    )


def show_warnings(warnings: Sequence[Warned]) -> None:
    """Proofs and the date warning first."""
    for warned in sorted(warnings, key=lambda one: one.code == "silent"):
        say(f"Warning: {warning_text(warned)}")


def error_text(error: BaseException) -> str:
    """One line: what happened and what to do."""
    if isinstance(error, UnknownWord):
        return f"Word {error.position} is not in the list. Look at how you wrote it down, and try again."
    if isinstance(error, WrongWordCount):
        return f"That is {error.where}; a codename has eight. Check that none is missing or doubled."
    if isinstance(error, TooLong):
        needed = f"it would need {error.parts} parts, at most {error.allowed} can be sent"
        return f"The text is too long: {needed}. Shorten it."
    if isinstance(error, UnknownUnit) and error.where == "none":
        return "Not sent: nothing was found for this codename. When you come back, name your unit: --unit SLUG."
    if isinstance(error, UnknownUnit) and error.where == "several":
        return "Not sent: several units have answered this codename. When you come back, name one: --unit SLUG."
    if isinstance(error, ClockUnconfirmed):
        return f"{error.say} A script does so with --despite-clock."
    if isinstance(error, UnitCannotReceive):
        return f"This unit cannot receive anything now ({error.where})."
    return error.say if isinstance(error, ProtocolError | TransportFailed) else UNEXPECTED


def confirm_clock() -> bool:
    """The date warning in a conversation: go on or not."""
    say("This device's date seems wrong, or the service is being held back.")
    say(
        "If the date here is right you can go on: what you send may stay unread for longer, and answers may be missing."
    )
    return click.confirm("Go on all the same?", default=False, err=True)


def kind(name: str) -> str:
    """The name of an entry type as JSON and people see it."""
    return name.lower().replace("_", "-")


MORE_WAITS = "More waits for you: an answer that is not shown today. Your visits ask for it; come back to read it."
NOTHING_FOUND = "Nothing found for this codename. That is also what an unused codename looks like."
STORED = "Stored. Whether the unit has it shows as “collected” when you come back with the codename."
SENDING_FILES = "Sending files: {came} of {of} pieces of 256 KiB"
ONE_UNIT = (
    "You named several forces. This report goes to {slug} alone, which can read all their names. To tell the units of "
    "the others too, run `report` once more for each, with its --unit: every report is a visit, and has a codename of "
    "its own."
)
PAST_THE_UNIT = (
    "You said that this must pass the force's own unit by: --unit must name the independent desk. "
    "Press Ctrl-C if it does not."
)
NO_TEXT = "The text is empty. Write what happened into the file and try again."
TYPE_TEXT = "Type your text. It ends with Ctrl-D on a line of its own; Ctrl-C stops, and nothing is sent."
KEEP_CODENAME = (
    "Some of it may be stored already. Keep this codename. When you come back, send the whole text again with it:"
)
SEND_WITH = "    dropbox-source reply --unit SLUG --text-file FILE …"
SEND_AGAIN = (
    "Some of it may be stored already. Send the whole text again when you come back; the unit reads what arrived whole."
)
FETCHING = "Getting everybody\u2019s sealed answers, the same for every visitor: {came} of {of} MB"
BROKE = "The line broke. The visit goes on by itself, from where it was."
BUSY = "The service is busy; your turn comes within a minute."
LET_IT_END = "Let the command end by itself: a visit that breaks off here shows that it came to read."
TRYING_AGAIN = "The connection failed. Trying again."
UNEXPECTED = "Something went wrong in this program."
