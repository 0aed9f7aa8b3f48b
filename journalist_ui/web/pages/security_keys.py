# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's security keys, on the page of their passphrase."""

from journalist_ui.refusals import BadInput, SignInRefused
from journalist_ui.shapes.security_keys import AddKey, RemoveKey
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.signing_in import Why

from .passphrases import own_page


async def add(visit: Visit) -> Answer:
    """What the browser made; a wrong passphrase ends every session of the member."""
    given = (visit.field("key"), visit.field("label"), visit.field("passphrase"))
    try:
        await visit.ask(AddKey(visit.host, visit.origin, *given))
    except BadInput as error:
        return await own_page(visit, error=error.say)
    except SignInRefused:
        return visit.to_sign_in(Why.REFUSED)
    return visit.done("/passphrase", Done.KEY_ADDED)


async def remove(visit: Visit) -> Answer:
    try:
        await visit.ask(RemoveKey(visit.number("number", 1)))
    except BadInput as error:
        return await own_page(visit, error=error.say)
    return visit.done("/passphrase", Done.KEY_REMOVED)
