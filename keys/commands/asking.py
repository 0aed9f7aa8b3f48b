# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every command asks for: a passphrase, and the present day."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from dropbox.command_line.dates import check_today
from dropbox.command_line.inputs import as_text
from dropbox.command_line.secret_lines import secret_line
from dropbox.protocol.constants import MAX_PERIOD
from dropbox.protocol.passphrase import composed
from dropbox.protocol.policy import Policy
from dropbox.shown.days import DAY, day_of_time
from keys.clock import LONGEST_APART, check_day
from keys.errors import StepRefused
from keys.keyfiles import SHORTEST_PASSPHRASE, RootKey, day_last_signed

LONGEST_PASSPHRASE = 1_024
LONGEST_LINE = 4_096


def passphrase(new: bool = False, prompt: str = "Passphrase of this root") -> bytes:
    """In UTF-8, from a prompt without echo, or one line of standard input. Raises StepRefused, InputRefused."""
    typed = secret_line(prompt, confirm=new)
    if len(typed) > LONGEST_PASSPHRASE:
        raise StepRefused(f"A passphrase has at most {LONGEST_PASSPHRASE} characters. Choose a shorter one.")
    if new and len(composed(typed)) < SHORTEST_PASSPHRASE:
        raise StepRefused(f"A root's passphrase has at least {SHORTEST_PASSPHRASE} characters. Choose a longer one.")
    if not typed:
        raise StepRefused("No passphrase. Type it, or give it as one line on standard input.")
    return typed.encode()


def typed_line(prompt: str) -> str:
    """One line of standard input that is no secret, without blanks around it. Raises StepRefused, InputRefused."""
    click.echo(prompt, nl=False)
    sys.stdout.flush()
    line = sys.stdin.buffer.readline(LONGEST_LINE)
    if not line:
        raise StepRefused("Standard input has ended. What is done so far stays.")
    return as_text(line, "line").strip()


@dataclass(frozen=True)
class When:
    """The day on which a command acts: this machine's, held against what it builds on, or one that a person gave."""

    today: str | None
    period: int | None = None

    def check(self, built_on: float | None, what: str, longest: float = LONGEST_APART) -> float:
        """This machine's clock in unix seconds. ``built_on`` in unix seconds, None where a step builds on nothing that
        has a day. Raises StepRefused, InputRefused."""
        now = time.time()
        if self.today is not None:
            check_today(self.today, now)
        elif built_on is not None:
            check_day(now, built_on, what, longest)
        return now

    def check_signer(self, key: RootKey) -> int:
        """The same against what the root signed last; today as days of unix time."""
        signed = day_last_signed(key)
        return int(self.check(None if signed is None else signed * DAY, "what this root signed last") // DAY)

    def issue(self, policy: Policy, before: int | None) -> int:
        """The period of issue. ``before`` is that of the list it builds on. Raises StepRefused, InputRefused."""
        if self.period is not None:
            return self.period
        built_on = None if before is None else before * policy.period
        return int(self.check(built_on, "the list that this builds on")) // policy.period

    def said(self) -> str:
        """Which day this machine believes, or was told."""
        told = " (the list is for the period that --period gives)" if self.period is not None else ""
        return f"today is {day_of_time(time.time())} by this machine's clock{told}"


_today = click.option("--today", help="Today's date by another clock, YYYY-MM-DD, where this machine's is in doubt.")
_period = click.option(
    "--period", type=click.IntRange(0, MAX_PERIOD), help="Period of issue; default: by this machine's clock."
)


def signing_day(command: Callable[..., None]) -> Callable[..., None]:
    """A command that acts on this machine's day: it takes ``when``."""

    @_today
    @wraps(command)
    def run(today: str | None, **rest: Any) -> None:
        command(when=When(today), **rest)

    return run


def issuing_day(command: Callable[..., None]) -> Callable[..., None]:
    """The same for one that issues a list, which may be told the period."""

    @_period
    @_today
    @wraps(command)
    def run(today: str | None, period: int | None, **rest: Any) -> None:
        command(when=When(today, period), **rest)

    return run
