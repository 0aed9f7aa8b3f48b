# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's verbs over HTTP on its Unix socket, for this user alone. Nothing about a request is ever logged."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from journalist_ui.refusals import BadInput
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.faults import fault_of, log_fault
from journalist_ui.verbs.table import act, admit, find_verb

from .codec import read_object, read_shape, to_json
from .path import short_path

DESK = web.AppKey("desk", Desk)
LONGEST_REQUEST = 1 << 18


@asynccontextmanager
async def serving(desk: Desk, path: Path) -> AsyncIterator[None]:
    """Serve at a socket of this path, which is this user's alone, while the block runs. Raises OSError."""
    runner = web.AppRunner(make_app(desk), access_log=None, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    with short_path(path) as short:
        try:
            _remove(path)
            await web.UnixSite(runner, short).start()
            os.chmod(path, 0o600)
            yield
        finally:
            await runner.cleanup()
            _remove(path)


def _remove(path: Path) -> None:
    """What a killed desk left, too."""
    path.unlink(missing_ok=True)


def make_app(desk: Desk) -> web.Application:
    """``POST /v1/{verb}`` with a JSON object; the session's token in ``Authorization: Bearer``."""
    app = web.Application(client_max_size=LONGEST_REQUEST)
    app[DESK] = desk
    app.router.add_post("/v1/{verb}", _answer)
    return app


async def ask_by_name(desk: Desk, name: str, token: str, fields: dict[str, object]) -> object:
    """One verb, by whoever holds the token; its answer's shape. Who may is looked at before the fields are. Raises what
    the verb raises, NotSignedIn, FirstPassphrase, NotAllowed, BadInput."""
    verb = find_verb(name)
    session = admit(desk, verb, token)
    return await act(desk, verb, session, read_shape(verb.asked, fields))


def _json(fields: object, status: int = 200) -> web.Response:
    return web.Response(body=to_json(fields).encode(), status=status, content_type="application/json")


async def _answer(request: web.Request) -> web.Response:
    desk, verb = request.app[DESK], request.match_info["verb"]
    try:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return _json(await ask_by_name(desk, verb, token, await _fields(request)))
    except Exception as error:
        log_fault(error, verb)
        fault = fault_of(error)
        return _json({"error": fault.code, "say": fault.say}, fault.status)


async def _fields(request: web.Request) -> dict[str, object]:
    """Raises BadInput."""
    try:
        return read_object(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise BadInput("That is too much at once.") from None
