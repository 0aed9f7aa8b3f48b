# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes two people: what waits, and what became of the rest."""

from journalist_ui.refusals import DeskRefused, NotSignedIn
from journalist_ui.shapes.proposals import Approve, Proposals, Refuse
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.signing_in import Why

MOST_SHOWN = 50
"""Of those that are decided; the command lists all."""


async def proposals(visit: Visit) -> Answer:
    return await _page(visit, done=visit.told())


async def _page(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    found = (await visit.ask(Proposals())).proposals
    return visit.page(
        "proposals.html",
        422 if error else 200,
        waiting=[one for one in found if one.state == "open"],
        decided=[one for one in found if one.state != "open"][:MOST_SHOWN],
        done=done,
        error=error,
        reason=visit.field("reason"),
    )


async def approve(visit: Visit) -> Answer:
    """The page says what it is; pressing the button signs exactly that."""
    try:
        found = await visit.ask(Approve(visit.number("proposal")))
    except NotSignedIn:
        raise
    except DeskRefused as error:
        return await _page(visit, error=error.say)
    if found.target == visit.me.name and found.kind == "role":
        return visit.to_sign_in(Why.ROLES)
    return visit.done("/proposals", Done.AGREED if found.state == "agreed" else Done.APPROVED)


async def refuse(visit: Visit) -> Answer:
    try:
        await visit.ask(Refuse(visit.number("proposal"), visit.field("reason")))
    except NotSignedIn:
        raise
    except DeskRefused as error:
        return await _page(visit, error=error.say)
    return visit.done("/proposals", Done.REFUSED)
