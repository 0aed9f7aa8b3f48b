# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings of reminders, as far as they can be judged before one leaves."""

import re
from collections.abc import Sequence
from pathlib import Path

from dropbox.command_line.addresses import parse_address
from dropbox.command_line.refused import InputRefused
from journalist_ui.mail_address import check_mail_address
from journalist_ui.refusals import BadInput

from .reminder_hours import is_hour

MOST_HOURS, MOST_WORDS, LONGEST_WORD = 6, 20, 200
_SUBJECT = re.compile(r"[ -~]{1,60}")


def check_reminders(hours: Sequence[str], sender: str, subject: str, relay: str, command: Sequence[str]) -> None:
    """Raises BadInput."""
    if len(hours) > MOST_HOURS or len(set(hours)) != len(hours) or not all(map(is_hour, hours)):
        raise BadInput(
            f'reminder_hours is a list of up to {MOST_HOURS} hours of UTC, each once, as in ["07:30", "15:00"].'
        )
    if not _SUBJECT.fullmatch(subject) or subject != subject.strip():
        raise BadInput("reminder_subject is 1 to 60 plain letters, digits, signs and blanks.")
    if sender:
        check_mail_address(sender, "reminder_from")
    if relay:
        _check_relay(relay)
    _check_command(command)
    if relay and command:
        raise BadInput("reminder_relay and reminder_command are two ways out: name one of them.")
    if hours and not (sender and (relay or command)):
        raise BadInput("reminder_hours needs reminder_from, and reminder_relay or reminder_command.")


def _check_relay(relay: str) -> None:
    try:
        address = parse_address(relay, "reminder_relay")
    except InputRefused as error:
        raise BadInput(f"{error.say}.") from None
    if not address.loopback:
        raise BadInput(
            "reminder_relay is an address of this machine, as 127.0.0.1:25: nothing is sent further unsealed."
        )


def _check_command(command: Sequence[str]) -> None:
    if command and (
        not Path(command[0]).is_absolute()
        or len(command) > MOST_WORDS
        or not all(0 < len(word) <= LONGEST_WORD and word.isprintable() for word in command)
    ):
        raise BadInput(
            'reminder_command is a list of words, the first an absolute path, as ["/usr/sbin/sendmail", "-t"].'
        )
