# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk contact``: the contact details that a source has left."""

from pathlib import Path

import click

from dropbox.command_line.output import check_output
from journalist_ui.shapes.contact import AskContact, ContactAsked, ContactShown, ShowContact

from .asking import ask_signed_in, json_option, session_option, show_done, show_read
from .handling import case_argument
from .terminal import quoted


@click.group()
def contact() -> None:
    """Contact details that a source has left: have them opened, and read them."""


@contact.command()
@case_argument
@click.option("--reason", required=True, help="Why, in one line; custodians read it, and it stands in the record.")
@session_option
@json_option
def ask(case: int, reason: str, session: Path, as_json: bool) -> None:
    """Ask two custodians to open what the source of a case has left; `dropbox-desk approve` is how they do.

    One of the two must never have had to do with the case. A custodian who asks is the other one. The source is told,
    by the program, that they were opened.

    \b
    Example:
      dropbox-desk contact ask 482913 --reason "she may be in danger tonight" --session ada.session
    """
    show_done(ask_signed_in(session, AskContact(case, reason)), as_json, _asked)


def _asked(made: ContactAsked) -> list[str]:
    who = "one more custodian approves it" if made.agreed else "two custodians approve it"
    return [
        f"Proposal {made.proposal}: the contact details of case {made.case} are opened once {who}, within seven days."
    ]


@contact.command("show")
@case_argument
@session_option
@json_option
def show_contact(case: int, session: Path, as_json: bool) -> None:
    """Show the contact details of a case that two custodians have opened. That you read them stands in the record.

    \b
    Example:
      dropbox-desk contact show 482913 --session ada.session
    """
    # What nobody can read is not to count as read.
    check_output()
    show_read(ask_signed_in(session, ShowContact(case)), as_json, _shown)


def _shown(found: ContactShown) -> list[str]:
    return [
        f"Contact details of case {found.case}, opened on {found.opened}. The source has been told.",
        *quoted(found.text),
    ]
