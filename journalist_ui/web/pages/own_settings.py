# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member sets for themselves."""

from journalist_ui.refusals import DeskRefused
from journalist_ui.shapes.excerpts import SetExcerpts, ShowExcerpts
from journalist_ui.shapes.reminders import SetReminders, ShowReminders, TryReminder
from journalist_ui.shapes.welfare import SetWelfare, ShowWelfare
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.words.reminders import hours


async def own_settings(visit: Visit) -> Answer:
    return await _page(visit)


async def _page(visit: Visit, error: str = "", typed: str | None = None) -> Answer:
    found = await visit.ask(ShowReminders())
    return visit.page(
        "own_settings.html",
        422 if error else 200,
        reminders=found,
        hours=hours(found),
        lists=await visit.ask(ShowExcerpts()) if visit.me.opens else None,
        blurs=await visit.ask(ShowWelfare()) if visit.me.opens else None,
        to=found.to if typed is None else typed,
        done=visit.told(),
        error=error,
    )


async def reminders(visit: Visit) -> Answer:
    """An empty address ends them."""
    typed = visit.field("to").strip()
    try:
        done = await visit.ask(SetReminders(typed))
    except DeskRefused as error:
        return await _page(visit, error.say, typed)
    return visit.done("/settings", Done.REMINDERS if done.to else Done.REMINDERS_OFF)


async def excerpts(visit: Visit) -> Answer:
    done = await visit.ask(SetExcerpts(visit.field("excerpts") == "on"))
    return visit.done("/settings", Done.EXCERPTS_ON if done.excerpts else Done.EXCERPTS_OFF)


async def welfare(visit: Visit) -> Answer:
    done = await visit.ask(SetWelfare(visit.field("welfare") == "on"))
    return visit.done("/settings", Done.WELFARE_ON if done.welfare else Done.WELFARE_OFF)


async def try_reminder(visit: Visit) -> Answer:
    try:
        await visit.ask(TryReminder())
    except DeskRefused as error:
        return await _page(visit, error.say)
    return visit.done("/settings", Done.REMINDER_TRIED)
