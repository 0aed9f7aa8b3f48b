# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every command asks for: a passphrase, and the present period."""

import sys
import time

import click

from dropbox.protocol.constants import MAX_PERIOD
from dropbox.protocol.directory import Policy
from keys.errors import StepRefused
from keys.keyfiles import SHORTEST_PASSPHRASE

LONGEST_PASSPHRASE = 1_024


def _typed(new: bool) -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase of this root", hide_input=True, confirmation_prompt=new))
    return sys.stdin.readline(LONGEST_PASSPHRASE + 2).rstrip("\r\n")


def passphrase(new: bool = False) -> bytes:
    """From a prompt without echo, or one line of standard input. Raises StepRefused."""
    try:
        typed = _typed(new)
        sealed_with = typed.encode()
    except UnicodeError:
        raise StepRefused("The passphrase is not UTF-8. Type it on a terminal that is set to UTF-8.") from None
    if len(typed) > LONGEST_PASSPHRASE:
        raise StepRefused(f"A passphrase has at most {LONGEST_PASSPHRASE} characters. Choose a shorter one.")
    if new and len(typed) < SHORTEST_PASSPHRASE:
        raise StepRefused(f"A root's passphrase has at least {SHORTEST_PASSPHRASE} characters. Choose a longer one.")
    if not typed:
        raise StepRefused("No passphrase. Type it, or give it as one line on standard input.")
    return sealed_with


def present(policy: Policy, period: int | None) -> int:
    """The period given, or the one of this machine's clock."""
    return period if period is not None else int(time.time()) // policy.period


period_option = click.option(
    "--period", type=click.IntRange(0, MAX_PERIOD), help="Period of issue; default: by this machine's clock."
)
