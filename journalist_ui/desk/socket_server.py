# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's verbs over HTTP on its Unix socket, for this user alone. Nothing about a request is ever logged."""

import json
from typing import Any

from aiohttp import web

from journalist_ui.refusals import BadInput

from .api import Body, Desk, ask, notices
from .faults import fault_of

DESK = web.AppKey("desk", Desk)
LONGEST_REQUEST = 1 << 18
TELL_WITH = frozenset({"sync", "cases"})
"""Verbs whose answer also carries what the officers must be told."""


def make_app(desk: Desk) -> web.Application:
    """``POST /v1/{verb}`` with a JSON object; the session's token in ``Authorization: Bearer``."""
    app = web.Application(client_max_size=LONGEST_REQUEST)
    app[DESK] = desk
    app.router.add_post("/v1/{verb}", _answer)
    return app


def _json(fields: Body, status: int = 200) -> web.Response:
    # ASCII only: what a source wrote stays inert on the way to a terminal.
    return web.Response(body=json.dumps(fields).encode(), status=status, content_type="application/json")


async def _answer(request: web.Request) -> web.Response:
    desk, verb = request.app[DESK], request.match_info["verb"]
    try:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        fields = await ask(desk, verb, token, await _body(request))
        if verb in TELL_WITH:
            fields["notices"] = notices(desk)
        return _json(fields)
    except Exception as error:
        fault = fault_of(error, verb)
        return _json({"error": fault.code, "say": fault.say}, fault.status)


async def _body(request: web.Request) -> Body:
    try:
        found: Any = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise BadInput("The request is not JSON.") from None
    except web.HTTPRequestEntityTooLarge:
        raise BadInput("That is too much at once.") from None
    if not isinstance(found, dict):
        raise BadInput("The request is not a JSON object.")
    return found
