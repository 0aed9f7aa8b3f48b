# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every word that ``dropbox-source`` says to a person, and how it asks."""

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from dropbox.flows.reading import FoundConversation
from dropbox.flows.trust import Judged, Warned
from dropbox.protocol.errors import (
    CannotSend,
    ClockUnconfirmed,
    CodenameError,
    NoUnitReceives,
    ProtocolError,
    TooLong,
    UnitCannotReceive,
    UnknownUnit,
    UnknownWord,
    WrongWordCount,
)
from dropbox.protocol.inert import margin
from dropbox.transport.errors import TransportFailed

CLEAR = "\033[2J\033[3J\033[H"
LONGEST_LINE = 4_096
NARROWEST, WIDEST = 30, 100


def interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str) -> None:
    """Progress and warnings: to standard error, so that standard output holds only what was asked for."""
    click.echo(text, err=True)


def day(period: int, seconds: int) -> str:
    """The ISO date on which a period begins; beyond the calendar, the period's number."""
    try:
        return datetime.fromtimestamp(period * seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"period {period}"


def warning_text(warned: Warned) -> str:
    """A warning in plain words."""
    if warned.code == "replies-altered":
        return f"Replies of {warned.slug} are being withheld or altered. This is a proof, not a guess ({warned.proof})."
    if warned.code == "clock":
        return "This device's date seems wrong, or the service is being held back. Check the date and time zone."
    return f"{warned.slug} has been silent for {warned.days} periods: its desk may be off, or its replies held back."


def show_warnings(judged: Judged) -> None:
    """Proofs and the date warning first."""
    for warned in sorted(judged.warnings, key=lambda one: one.code == "silent"):
        say(f"Warning: {warning_text(warned)}")


def error_text(error: ProtocolError | TransportFailed) -> str:
    """One line: what happened and what to do."""
    if isinstance(error, UnknownWord):
        return f"Word {error.position} is not in the list. Look at how you wrote it down, and try again."
    if isinstance(error, WrongWordCount):
        return f"That is {error.where}; a codename has eight. Check that none is missing or doubled."
    if isinstance(error, TooLong):
        needed = f"it would need {error.parts} parts, at most {error.allowed} can be sent"
        return f"The text is too long: {needed}. Shorten it."
    if isinstance(error, UnknownUnit) and error.where == "none":
        return "Nothing is on the board for this codename, so say which unit received your report: add --unit SLUG."
    if isinstance(error, UnknownUnit) and error.where == "several":
        return "Several units have answered this codename, so say which one you write to: add --unit SLUG."
    if isinstance(error, ClockUnconfirmed):
        return f"{error.say} A script does so with --despite-clock."
    if isinstance(error, UnitCannotReceive):
        return f"This unit cannot receive now ({error.where}). Send to the intake desk: --unit intake."
    return error.say


def refused_text(error: ProtocolError) -> str:
    """Why the message could not be sealed; the visit looked like any other all the same."""
    text = error_text(error)
    return text if isinstance(error, CannotSend) and not isinstance(error, NoUnitReceives) else f"Not sent. {text}"


def ask_codename() -> str:
    """From a hidden prompt, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Your codename (eight words, not shown)", hide_input=True, err=True))
    return sys.stdin.buffer.readline(LONGEST_LINE).decode(errors="replace")


def confirm_clock() -> bool:
    """The date warning in a conversation: go on or not."""
    say("This device's date seems wrong, or the service is being held back.")
    say("If the date here is right and you go on, your message may stay unread for longer.")
    return click.confirm("Go on all the same?", default=False, err=True)


def show_codename(words: Sequence[str]) -> None:
    """Show it, and clear it from the screen once it is written down."""
    say("This is your codename. It is the only way back to the answers, and nobody can give it to you again.")
    say("Write it on paper. Do not store it on a device that others can look at.")
    say("")
    say(f"    {' '.join(words)}")
    say("")
    then = "Press Enter when you have written it down; the screen is then cleared"
    click.prompt(then, default="", show_default=False, hide_input=True, prompt_suffix=".", err=True)
    click.echo(CLEAR, err=True, nl=False)


def codename_back_wrong(tries: int) -> None:
    left = "1 more try" if tries == 1 else f"{tries} more tries"
    say(f"That is not the codename that was shown. {left}." if tries else "That is not the codename.")


def show_conversation(found: FoundConversation, seconds: int) -> None:
    """One unit's part of a return visit."""
    click.echo(f"{found.unit.unit.slug} ({found.unit.unit.name})")
    if found.collected:
        click.echo(f"  It has collected {found.collected} of your messages.")
    else:
        click.echo("  It has not said yet how many of your messages it has collected.")
    for text in found.texts:
        click.echo(f"  {text.number}. {day(text.period, seconds)}, {kind(text.type.name)}")
        width = max(min(shutil.get_terminal_size().columns, WIDEST), NARROWEST)
        click.echo("\n".join(margin(text.text, width)))
    if found.unread_entries:
        click.echo(f"  {found.unread_entries} entries could not be opened; they are sent again by themselves.")


def kind(name: str) -> str:
    """The name of an entry type as JSON and people see it."""
    return name.lower().replace("_", "-")


NOTHING_FOUND = "Nothing found for this codename. That is also what an unused codename looks like."
REFUSED_CODENAME_BACK = "The codename was not typed back, so nothing was sent. Run the command again for a new one."
STORED = "Stored. Whether the unit has it shows as “collected” when you come back with the codename."
ATTACH_LATER = "This release cannot send files yet. Describe the file in the text; the unit can ask for it."
NO_TEXT = "The text is empty. Write what happened into the file and try again."
KEEP_CODENAME = "Some of it may be stored already. Keep this codename, and send the whole text again with it:"
SEND_WITH = "    dropbox-source reply --unit SLUG --text-file FILE …"
SEND_AGAIN = "Some of it may be stored already. Send the whole text again; the unit reads what arrived whole."
TRYING_AGAIN = "The connection failed. Trying again."


def codename_error(error: CodenameError) -> str:
    """Where the codename is wrong; never the words themselves."""
    return error_text(error)
