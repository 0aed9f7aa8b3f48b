# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrase and one-time code together; wrong attempts are counted before they are tried."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, update

from journalist_ui.refusals import SignInRefused
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import Holder

from . import codes
from .changes import CHANGED_MEANWHILE
from .members import Member, MemberRow, read_member
from .passphrases import open_secrets, waste_a_stretch

STEPS_KEPT = 8
"""Codes remembered as used: more than can be good at one time, wherever the clock was when they were used."""
FREE_FAILURES = 3
LONGEST_DELAY = 900
"""Seconds. From the third wrong attempt on, each doubles the wait, from one second to a quarter of an hour."""
USED = "This one-time code was used before. Wait for the next one, at most 30 seconds."
WRONG = "Name, passphrase or one-time code is wrong. Try again."


@dataclass(frozen=True)
class Unlocked:
    """A member who has proved who they are, with the key that opens what is wrapped to them. ``altered``: cases are
    wrapped to another key in the member's place, which only a change of the vault's own rows can have put there."""

    member: Member
    holder: Holder
    altered: bool = False


@dataclass(frozen=True)
class Attempts:
    """Wrong attempts since the last right one, and when the next is allowed, in unix seconds of the clock of then."""

    failures: int = 0
    not_before: int = 0

    def _delay(self) -> int:
        return min(2 ** min(self.failures - FREE_FAILURES, 20), LONGEST_DELAY) if self.failures >= FREE_FAILURES else 0

    def left(self, now: float, passed: float) -> float:
        """Seconds still to wait: until the moment stored, but never longer after the last attempt than the wait is.
        ``passed`` are the seconds since by a clock that nobody sets."""
        return min(self.not_before - now, self._delay() - passed)

    def another(self, now: float) -> "Attempts":
        """One more."""
        more = Attempts(self.failures + 1)
        delay = more._delay()
        return Attempts(more.failures, int(now) + delay if delay else 0)


def store_attempts(connection: Connection, name: str, attempts: Attempts) -> None:
    """Before the passphrase is tried."""
    values = {"failures": attempts.failures, "not_before": attempts.not_before}
    connection.execute(update(tables.members).where(tables.members.c.name == name).values(values))


def prove(row: MemberRow | None, passphrase: str, code: str, now: float) -> tuple[Unlocked, int | None]:
    """Passphrase and code together; returns the step of the code. A provisional member needs no code and has no step.
    Touches no database. Raises SignInRefused, also for None, nobody's row, after the same work."""
    if row is None:
        waste_a_stretch(passphrase)
        raise SignInRefused(WRONG)
    opened = open_secrets(row.name, row.salt, row.sealed, passphrase)
    if opened is None:
        raise SignInRefused(WRONG)
    key, secret = opened
    unlocked = Unlocked(row.member, Holder(row.name, key), key.public != row.public)
    if row.provisional:
        return unlocked, None
    step = codes.matching_step(secret, code, now, _used(row))
    if step is None:
        raise SignInRefused(USED if codes.matching_step(secret, code, now) is not None else WRONG)
    return unlocked, step


def _used(row: MemberRow) -> list[int]:
    return [int(step) for step in json.loads(row.used_steps)]


def accept_sign_in(connection: Connection, name: str, salt: bytes, step: int | None) -> None:
    """The code is used up and the failures are forgotten. Raises SignInRefused when another sign-in used it first, or
    the passphrase, whose ``salt`` was read before, was changed meanwhile."""
    row = read_member(connection, name)
    if row is None or row.salt != salt:
        raise SignInRefused(CHANGED_MEANWHILE)
    used = _used(row)
    if step in used:
        raise SignInRefused(USED)
    used = [*used, step][-STEPS_KEPT:] if step is not None else used
    rows = tables.members
    values = {"used_steps": json.dumps(used), "failures": 0, "not_before": 0}
    connection.execute(update(rows).where(rows.c.name == name).values(values))
