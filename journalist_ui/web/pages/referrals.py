# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passing a case to another unit: written, shown exactly as it would leave, asked for."""

from journalist_ui.refusals import BadInput, NotYet
from journalist_ui.shapes.referrals import PreviewReferral, Refer, ReferralPreviewed, Units
from journalist_ui.verbs.faults import fault_of
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say

from .conversation import case_page


async def refer_page(visit: Visit) -> Answer:
    """To whom, what and why."""
    return await _page(visit)


async def refer(visit: Visit) -> Answer:
    """Shows first what would leave; asks for it once that was seen."""
    case, to = visit.at.case, visit.field("to")
    summary, reason = visit.field("summary"), visit.field("reason")
    try:
        if visit.field("act") == "change":
            return await _page(visit)
        if visit.field("act") != "ask":
            found = await visit.ask(PreviewReferral(case, to, summary))
            if not reason.strip():
                raise BadInput("Say why, for whoever approves it.")
            return await _page(visit, preview=found)
        done = await visit.ask(Refer(case, to, summary, reason))
    except (BadInput, NotYet) as error:
        return await _page(visit, say(fault_of(error)))
    return visit.done(f"/cases/{case}#referrals", Done.REFER_ASKED if done.proposal else Done.REFERRED)


async def _page(visit: Visit, error: str = "", preview: ReferralPreviewed | None = None) -> Answer:
    typed = {name: visit.field(name) for name in ("to", "summary", "reason")}
    try:
        units = (await visit.ask(Units())).units
    except NotYet as early:
        return await case_page(visit, error=say(fault_of(early)))
    status = 422 if error else 200
    return visit.page("refer.html", status, case=visit.at.case, units=units, typed=typed, error=error, preview=preview)
