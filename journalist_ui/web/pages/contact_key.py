# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's key for contact details."""

from journalist_ui.refusals import DeskRefused, NotSignedIn
from journalist_ui.shapes.contact_key import AddHolder, ContactKeyFile, ContactKeys, GetContactKey, MakeContactKey
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.words.contact_key import says

MAKES = {"custodian", "administrator"}


async def contact_key(visit: Visit) -> Answer:
    return await _page(visit)


async def _page(visit: Visit, *, made: ContactKeyFile | None = None, error: str = "") -> Answer:
    found, me = await visit.ask(ContactKeys()), visit.me
    held = found.keys[0].held if found.keys else ()
    return visit.page(
        "contact_key.html",
        422 if error else 200,
        keys=found.keys,
        custodians=found.custodians,
        says=says(found),
        made=made,
        makes=not MAKES.isdisjoint(me.roles),
        holds=me.name in held,
        others=[name for name in found.custodians if name not in held],
        done=visit.told(),
        error=error,
    )


async def make(visit: Visit) -> Answer:
    """The page with the new key's file."""
    return await _written(visit, MakeContactKey())


async def show_file(visit: Visit) -> Answer:
    return await _written(visit, GetContactKey())


async def _written(visit: Visit, asked: MakeContactKey | GetContactKey) -> Answer:
    try:
        made = await visit.ask(asked)
    except NotSignedIn:
        raise
    except DeskRefused as error:
        return await _page(visit, error=error.say)
    return await _page(visit, made=made)


async def add(visit: Visit) -> Answer:
    try:
        await visit.ask(AddHolder(visit.field("name"), visit.field("reason")))
    except NotSignedIn:
        raise
    except DeskRefused as error:
        return await _page(visit, error=error.say)
    return visit.done("/contact-key", Done.HALVES_ASKED)
