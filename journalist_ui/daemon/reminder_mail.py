# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reminder as mail, and its way out: a relay of this machine, or a command.

It says one of two sentences, in a line of one length, and nothing else that is not the same each time: whoever sees it
pass learns that bit, and by its size not even that.
"""

import os
import signal
import smtplib
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate

from dropbox.command_line.addresses import parse_address
from journalist_ui.refusals import ReminderFailed

from .settings import DeskSettings

SIGN_IN, NOTHING = "Please sign in.", "Nothing to do."
_WIDTH = 32
PATIENCE = 10.0
"""Seconds for one step of a relay, and for a command."""
ALTOGETHER = 60.0
"""Seconds for all reminders of one moment."""
_ID = 16


@dataclass(frozen=True)
class Letter:
    """A reminder to be written: to whom, and whether something waits."""

    to: str = field(repr=False)
    waits: bool


def line(waits: bool) -> str:
    """The one line, of one length whichever sentence it holds. No blank stands at its ends, which a relay would cut."""
    return f" {SIGN_IN if waits else NOTHING} ".center(_WIDTH, "-")


def write(settings: DeskSettings, letter: Letter, moment: int) -> bytes:
    """The whole mail, dated by its moment whenever it leaves; of one length for one address."""
    domain = settings.reminder_from.rpartition("@")[2]
    heads = (
        ("From", settings.reminder_from),
        ("To", letter.to),
        ("Subject", settings.reminder_subject),
        ("Date", formatdate(moment)),
        ("Message-ID", f"<{os.urandom(_ID).hex()}@{domain}>"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=us-ascii"),
        ("Content-Transfer-Encoding", "7bit"),
        ("Auto-Submitted", "auto-generated"),
    )
    return "".join([*(f"{name}: {value}\r\n" for name, value in heads), "\r\n", line(letter.waits), "\r\n"]).encode()


def send(settings: DeskSettings, letters: Iterable[Letter], moment: int) -> None:
    """All of them, one after the other, in the order given; one that fails keeps back no other. Raises ReminderFailed
    where any did."""
    written = [(one.to, write(settings, one, moment)) for one in letters]
    if not written:
        return
    until = time.monotonic() + ALTOGETHER
    if settings.reminder_relay:
        _by_relay(settings, written, until)
    else:
        _by_command(settings.reminder_command, [mail for _, mail in written], until)


def _by_relay(settings: DeskSettings, written: Sequence[tuple[str, bytes]], until: float) -> None:
    address = parse_address(settings.reminder_relay, "reminder_relay")
    failed = ""
    try:
        # Its own name is asked of nobody, and told to nobody.
        with smtplib.SMTP(address.host, address.port, local_hostname="localhost", timeout=PATIENCE) as relay:
            for to, mail in written:
                if time.monotonic() > until:
                    raise TimeoutError
                try:
                    relay.sendmail(settings.reminder_from, [to], mail)
                except smtplib.SMTPServerDisconnected:
                    raise
                except smtplib.SMTPException:
                    failed = "relay-refused"
    except TimeoutError:
        failed = "too-slow"
    except smtplib.SMTPException:
        failed = "relay-refused"
    except OSError:
        failed = "relay-not-reached"
    if failed:
        raise ReminderFailed(failed)


def _by_command(command: Sequence[str], written: Iterable[bytes], until: float) -> None:
    failed = ""
    for mail in written:
        left = min(PATIENCE, until - time.monotonic())
        failed = (_run(command, mail, left) if left > 0 else "too-slow") or failed
    if failed:
        raise ReminderFailed(failed)


def _run(command: Sequence[str], mail: bytes, patience: float) -> str:
    """What went wrong, as a code; empty for nothing."""
    nowhere = subprocess.DEVNULL
    try:
        # The unit's own command, word for word; it gets the mail and nothing of this process.
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, env={}, cwd="/", start_new_session=True
        )
    except OSError:
        return "command-missing"
    try:
        process.communicate(mail, timeout=patience)
    except subprocess.TimeoutExpired:
        # What it started goes with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "too-slow"
    return "command-failed" if process.returncode else ""
