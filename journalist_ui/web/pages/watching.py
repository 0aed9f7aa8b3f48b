# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the script of an open page asks every few seconds: it prolongs nothing, and an answer is never a fault."""

import json

from journalist_ui.refusals import DeskRefused, FirstPassphrase, NotSignedIn
from journalist_ui.shapes.watching import Watch
from journalist_ui.web.answers import Answer, to
from journalist_ui.web.site import Visit

JSON = "application/json"


async def now(visit: Visit) -> Answer:
    """Numbers and members' names alone; an empty object where its member may not see the case."""
    case = visit.query.get("case", "")
    number = int(case) if case.isascii() and case.isdigit() and 0 < len(case) < 10 else 0
    try:
        found = await visit.ask(Watch(number or None, visit.query.get("writing") == "yes"))
    except NotSignedIn:
        # Not by the way that takes the cookie: another tab may hold a new session by now.
        return to("/sign-in")
    except FirstPassphrase:
        return to("/passphrase")
    except DeskRefused:
        return Answer(b"{}", JSON)
    told = {"unread": found.unread, "writing": found.writers, "newest": found.newest}
    return Answer(json.dumps(told).encode(), JSON)
