# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's verbs over HTTP on its Unix socket, for this user alone. Nothing about a request is ever logged."""

import json
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed
from journalist_ui.refusals import BadInput, DeskRefused

from .api import MEMBER_VERBS, OPEN_VERBS, Body, Desk, notices
from .log import log

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


def _refused(code: str, say: str, status: int) -> web.Response:
    return _json({"error": code, "say": say}, status)


async def _answer(request: web.Request) -> web.Response:
    desk, verb = request.app[DESK], request.match_info["verb"]
    try:
        fields = await _run(desk, verb, request)
        if verb in TELL_WITH:
            fields["notices"] = notices(desk)
        return _json(fields)
    except DeskRefused as error:
        return _refused(error.code, error.say, error.status)
    except TransportFailed as error:
        return _refused(error.code or "unreachable", error.say, 502)
    except ProtocolError as error:
        return _refused(error.code, error.say or "The service's answer was not believed. Try again later.", 502)
    except (OSError, SQLAlchemyError) as error:
        log("error", verb, type(error).__name__)
        return _refused("storage-failed", "The desk could not use its own disk. Check its room and permissions.", 500)
    except Exception as error:
        # An officer gets a line, the log the kind of error and where it was; never the message, which may hold content.
        log("error", verb, type(error).__name__, _where(error))
        return _refused("internal", "The desk failed at this. Its log says where; tell whoever looks after it.", 500)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


async def _run(desk: Desk, verb: str, request: web.Request) -> Body:
    body = await _body(request)
    if verb in OPEN_VERBS:
        return await OPEN_VERBS[verb](desk, body)
    if verb in MEMBER_VERBS:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return await MEMBER_VERBS[verb](desk, desk.sessions.find(token), body)
    raise BadInput("This desk does not know that command: it is of another release. Restart it.")


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
