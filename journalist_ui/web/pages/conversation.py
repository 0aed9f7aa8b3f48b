# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case: the report, the conversation, the reply box."""

from journalist_ui.refusals import Undeclared
from journalist_ui.shapes.conflicts import WhoIsKept
from journalist_ui.shapes.conversation import Show
from journalist_ui.shapes.drafts import Draft
from journalist_ui.shapes.sharing import WhoLacks
from journalist_ui.shapes.upkeep import Status
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done

from .canned import offered


async def case(visit: Visit) -> Answer:
    return await case_page(visit, done=visit.told())


async def case_page(
    visit: Visit, *, done: str = "", error: str = "", note: str = "", typed: dict[str, str] | None = None
) -> Answer:
    """The case; for who writes, with the reply box, which holds their draft. Before they have declared, what they are
    asked for that. ``note`` and ``typed``, by the form's name, stand in the forms again: they were refused."""
    number = visit.at.case
    try:
        opened = await visit.ask(Show(number, visit.asked_page()))
    except Undeclared:
        return visit.page("declare.html", case=number, error=error)
    draft = await visit.ask(Draft(number)) if visit.me.writes else None
    lacking = (await visit.ask(WhoLacks(number))).members if visit.me.writes else ()
    kept = await visit.ask(WhoIsKept(number))
    status = await visit.ask(Status())
    # A case begins with the report; the rest is the conversation, in running order.
    report, *rest = opened.case.messages
    return visit.page(
        "case.html",
        422 if error else 200,
        case=opened.case,
        report=report,
        messages=rest,
        draft=draft,
        lacking=[one.name for one in lacking],
        kept=kept.kept,
        open_to=kept.open_to,
        whole=opened.whole,
        seen=opened.seen,
        newest=opened.newest,
        offered=await offered(visit, opened.case.categories),
        sent=done == Done.SENT.value,
        next_to_answer=opened.next_to_answer,
        next_batch=status.next_batch,
        done=done,
        error=error,
        note=note,
        typed=typed or {},
    )
