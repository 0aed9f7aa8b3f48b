# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders by mail: what each member is told at a fixed hour, and what a member sets and tries for themselves."""

import asyncio
from functools import partial

from journalist_ui.casework.reminders import has_unread
from journalist_ui.daemon.off_loop import off_loop
from journalist_ui.daemon.reminder_mail import Letter, send
from journalist_ui.people import reminders
from journalist_ui.people.members import read_member
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NotYet
from journalist_ui.shapes.reminders import Reminders, ReminderTried, SetReminders, ShowReminders, TryReminder
from journalist_ui.vault import audit

from .desk import Desk
from .moments import DAY
from .proposals import any_for

NO_WAY = (
    "This desk has no way out for reminders: desk.toml names neither reminder_relay nor reminder_command, or no "
    "reminder_from. Ask whoever looks after the machine."
)
NO_ADDRESS = "You gave no address for reminders. Give one first: `dropbox-desk notify --to ADDRESS`."


def decide(desk: Desk, moment: int) -> list[Letter]:
    """A reminder for each member who gave an address, whatever there is to tell. It says what waited for them alone
    when the day began: what has come since moves it no more than what is closed to them."""
    today = moment // DAY
    before = today * DAY // desk.engine.period_seconds()
    with desk.engine.vault.reading() as connection:
        found = []
        for name, address in reminders.list_addresses(connection):
            row = read_member(connection, name)
            roles = row.member.roles if row else frozenset()
            waits = has_unread(connection, name, before) or any_for(connection, name, roles, today)
            found.append(Letter(address, waits))
    return found


def show(desk: Desk, session: Session, asked: ShowReminders) -> Reminders:
    with desk.engine.vault.reading() as connection:
        return _as_set(desk, reminders.read_address(connection, session.member.name))


def _as_set(desk: Desk, to: str) -> Reminders:
    settings = desk.engine.settings
    way = "relay" if settings.reminder_relay else "command" if settings.reminder_command else "none"
    return Reminders(to, tuple(sorted(settings.reminder_hours)), way, settings.reminder_from)


def change(desk: Desk, session: Session, asked: SetReminders) -> Reminders:
    """Raises BadInput."""
    to = asked.to.strip()
    with desk.engine.vault.writing() as connection:
        reminders.set_address(connection, session.member.name, to, desk.engine.day)
    return _as_set(desk, to)


async def attempt(desk: Desk, session: Session, asked: TryReminder) -> ReminderTried:
    """It says that nothing is to do, whatever is: so it tells nothing by when it leaves. Raises NotYet, BadInput,
    ReminderFailed."""
    if desk.trying.locked():
        # A relay that hangs holds a thread of the desk: never more than one.
        raise BadInput("Somebody tries a reminder at this moment. Try again in a minute.")
    async with desk.trying:
        found = await asyncio.to_thread(_about_to_try, desk, session)
        moment = int(desk.engine.clock()) // 60 * 60
        await off_loop(partial(send, desk.engine.settings, [Letter(found.to, waits=False)], moment))
    return ReminderTried(found.to, found.way)


def _about_to_try(desk: Desk, session: Session) -> Reminders:
    found = show(desk, session, ShowReminders())
    if found.way == "none" or not found.sender:
        raise NotYet(NO_WAY)
    if not found.to:
        raise BadInput(NO_ADDRESS)
    with desk.engine.vault.writing() as connection:
        audit.record(connection, desk.engine.day, session.member.name, "reminder tried")
    return found
