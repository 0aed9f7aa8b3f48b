# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk notify``: reminders by mail at fixed hours."""

from pathlib import Path

import click

from journalist_ui.shapes.reminders import Reminders, ReminderTried, SetReminders, ShowReminders, TryReminder
from journalist_ui.words.reminders import WHO_SEES, goes, hours

from .asking import ask_signed_in, json_option, session_option, show, show_done
from .terminal import inert


@click.command()
@click.option("--to", "address", metavar="ADDRESS", help="Where your reminders go from now on.")
@click.option("--off", is_flag=True, help="Send you none any more.")
@click.option("--try", "attempt", is_flag=True, help='Send you one now. It says "Nothing to do.", whatever waits.')
@session_option
@json_option
def notify(address: str | None, off: bool, attempt: bool, session: Path, as_json: bool) -> None:
    """Say where your reminders go, change it, or try one.

    At the hours that desk.toml sets, each member who gave an address is sent one mail of one size: "Please sign in."
    where something waited for them when the day began, else "Nothing to do." It is sent whatever came in.

    \b
    Examples:
      dropbox-desk notify --session ada.session
      dropbox-desk notify --to ada@unit.example --session ada.session
      dropbox-desk notify --try --session ada.session
    """
    if sum((address is not None, off, attempt)) > 1:
        raise click.UsageError("Say one of --to, --off and --try.")
    if attempt:
        show_done(ask_signed_in(session, TryReminder()), as_json, _tried)
    elif off or address is not None:
        show_done(ask_signed_in(session, SetReminders(address or "")), as_json, _lines)
    else:
        show(ask_signed_in(session, ShowReminders()), as_json, _lines)


def _lines(found: Reminders) -> list[str]:
    return [hours(found), inert(goes(found)), *([WHO_SEES] if found.to else [])]


def _tried(fields: ReminderTried) -> list[str]:
    return [f"One was handed to the {fields.way}, for {inert(fields.to)}. Look whether it arrives."]
