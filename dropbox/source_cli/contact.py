# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details: left with a report or a reply, and ``dropbox-source contact --withdraw``."""

from pathlib import Path

import click

from dropbox.command_line.inputs import read_text as read_file
from dropbox.flows.source.message import with_contact
from dropbox.flows.source.visit import Contact
from dropbox.protocol.body import WITHDRAWN, Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.constants import MAX_CONTACT
from dropbox.protocol.errors import TooLong

from . import advice, terminal
from .attaching import Attaching
from .codenames import ask_codename, show_option
from .outlet import before_sending, tell_sent, try_output
from .sending import send
from .service import Stop, open_service, service_options

LARGEST = 1 << 16
"""Bytes: far more than can be left, so that what is too long is told as such."""

contact_option = click.option(
    "--contact-file",
    metavar="FILE",
    help="How you can be reached, safe times and words, who must not pick up: sealed apart, for two people to open.",
)
WHO_OPENS = (
    "Your contact details are sealed apart from what you write. Two custodians of the unit open them together, with a "
    "reason, one of whom never had to do with your report; the unit's program tells you then. You can take them back "
    "with `dropbox-source contact --withdraw`, until somebody has read them."
)
DO_NOT_FIT = (
    "Text and contact details do not fit together. Send the text first, without them, then leave them with `reply` and "
    "a short text."
)
NOT_THESE = "Contact details are text of 1 to {most:,} bytes. Nothing was sent."
TAKES_BACK = (
    "What you left today or before goes as soon as the unit collects this, opened or not. What somebody has read, no "
    "program takes back. To leave other contact details, wait until tomorrow: what you leave today goes too."
)


def read_contact(path: str | None) -> str:
    """What a file says, without blanks around it; "" for none. Raises Stop, InputRefused."""
    if path is None:
        return ""
    said = read_file(path, LARGEST, "file given with --contact-file").replace("\r\n", "\n").strip()
    if not 0 < len(said.encode("utf-8", "surrogatepass")) <= MAX_CONTACT:
        raise Stop(NOT_THESE.format(most=MAX_CONTACT))
    terminal.say(WHO_OPENS)
    return said


def pieces_with(report: Report, attaching: Attaching, said: str) -> tuple[tuple[bytes, ...], Contact | None]:
    """The parts of a message, and what is sealed into the one that it has with contact details. Raises TooLong,
    Stop."""
    if not said:
        return attaching.pieces(report), None
    try:
        return with_contact(report, said)
    except TooLong:
        raise Stop(DO_NOT_FIT) from None


@click.command()
@service_options
@click.option("--unit", "slug", default="", help="May be left out when exactly one unit has answered.")
@click.option("--withdraw", is_flag=True, required=True, help="Take back what you have left.")
@show_option
@click.option("--json", "as_json", is_flag=True)
def contact(
    service: str,
    anchor_file: Path,
    socks: str | None,
    despite_clock: bool,
    slug: str,
    withdraw: bool,
    shown: bool,
    as_json: bool,
) -> None:
    """Take back the contact details that you have left; the codename is asked, or stands on the first line of standard
    input. The visit looks like any other. To leave some, use `report` or `reply` with --contact-file.

    \b
    Example:
      dropbox-source contact --withdraw --service http://127.0.0.1:8000 --anchor service.anchor
    """
    known = open_service(service, anchor_file, socks, despite_clock, as_json)
    entropy = ask_codename(shown=shown)
    with before_sending():
        try_output()
        terminal.say("Making keys from the codename.")
        stretched = stretch(entropy, known.anchor.service_id)
        try_output()
    sent = send(known, stretched, slug, (encode_body(Report("", contact=WITHDRAWN)),))
    tell_sent(sent, as_json)
    if sent.stored != "yes":
        raise Stop(advice.unsent_text(sent))
    terminal.say(TAKES_BACK)
    advice.say_come_back(sent.judged)
