# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders by mail at fixed hours: where a member's own go, and trying one."""

from dataclasses import dataclass, field

from .asked import Asked


@dataclass(frozen=True)
class Reminders:
    """``to`` is where the member's own go, "" for nowhere; ``hours`` HH:MM in UTC, none where the desk sends none;
    ``way`` relay, command, or none; ``sender`` whom they come from."""

    to: str = field(repr=False)
    hours: tuple[str, ...]
    way: str
    sender: str = field(repr=False)


@dataclass(frozen=True)
class ShowReminders(Asked[Reminders], verb="reminders"):
    """As they are set."""


@dataclass(frozen=True)
class SetReminders(Asked[Reminders], verb="reminders-set"):
    """``to`` is the member's address from now on, "" for none."""

    to: str = field(repr=False)


@dataclass(frozen=True)
class ReminderTried:
    """It was handed on; whether it arrives is seen at ``to``."""

    to: str = field(repr=False)
    way: str


@dataclass(frozen=True)
class TryReminder(Asked[ReminderTried], verb="reminders-try"):
    """Send the member one now, which says that nothing is to do, whatever is."""
