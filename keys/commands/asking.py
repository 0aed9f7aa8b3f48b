# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every command asks for: a passphrase, and the present period."""

import sys
import time

import click

from dropbox.protocol.directory import Policy
from keys.errors import StepRefused
from keys.keyfiles import SHORTEST_PASSPHRASE

_LONGEST_LINE = 1_024


def passphrase(new: bool = False) -> bytes:
    """From a prompt without echo, or one line of standard input. Raises StepRefused."""
    if sys.stdin.isatty():
        typed = click.prompt("Passphrase of this root", hide_input=True, confirmation_prompt=new)
    else:
        typed = sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    if new and len(typed) < SHORTEST_PASSPHRASE:
        raise StepRefused(f"A root's passphrase has at least {SHORTEST_PASSPHRASE} characters. Choose a longer one.")
    if not typed:
        raise StepRefused("No passphrase. Type it, or give it as one line on standard input.")
    return str(typed).encode()


def present(policy: Policy, period: int | None) -> int:
    """The period given, or the one of this machine's clock."""
    return period if period is not None else int(time.time()) // policy.period


period_option = click.option(
    "--period", type=click.IntRange(min=0), help="Period of issue; default: by this machine's clock."
)
