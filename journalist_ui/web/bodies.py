# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is posted, read within its bound: fields of a form, the one kind of body that a route takes today."""

from urllib.parse import parse_qsl

from aiohttp import web

from dropbox.http_edge.bodies import BodyCut, BodyLate, read_whole

from .turned import Turned

MOST_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: web.BaseRequest, longest: int) -> dict[str, list[str]]:
    """Of at most so many bytes. Raises Turned, ValueError."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Turned(415, "Not understood", "Forms are sent as they are on these pages.")
    length = request.content_length
    if length is None or length > longest:
        raise Turned(413, "Too long", "That is far more than can be sent. Go back and shorten it.")
    if length == 0:
        raise ValueError("an empty form")
    try:
        body = await read_whole(request, length)
    except (BodyLate, BodyCut):
        raise Turned(408, "Not received", "The form did not arrive whole. Send it again.") from None
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(
        body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
    ):
        found.setdefault(name, []).append(value)
    return found
