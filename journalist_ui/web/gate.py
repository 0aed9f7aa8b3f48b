# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every request must pass before a page sees it: host, address, origin, size, session, the form's token."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from dropbox.protocol.primitives import same
from journalist_ui.desk.faults import fault_of
from journalist_ui.refusals import NotSignedIn

from . import words
from .answers import Answer, to
from .routes import LONGEST_BODY, Route, find_route
from .site import KEYS, Site, Visit

_READ_WITHIN = 30.0
_MOST_FIELDS = 32
_FORM = "application/x-www-form-urlencoded"


class Turned(Exception):
    """A request that no page sees."""

    def __init__(self, status: int, title: str, say: str) -> None:
        super().__init__(title)
        self.status, self.title, self.say = status, title, say


class Gate:
    """Answers the requests of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def answer(self, request: web.BaseRequest) -> Answer:
        """Whatever happens, a page of ours."""
        visit = Visit(self.site, "", {}, {}, ())
        try:
            self._check_host(request)
            path, _, query = request.raw_path.partition("?")
            route, visit.numbers = self._route(request.method, path)
            visit.query = dict(parse_qsl(query, max_num_fields=_MOST_FIELDS))
            cookies = _cookies(request)
            visit.token, visit.keys = self._token(cookies), "off" not in cookies.get(KEYS, ())[:1]
            visit.ticket = self._ticket(cookies)
            if request.method == "POST":
                _check_origin(request)
                visit.form = await _read_form(request)
            return await self._pass(route, visit, posted=request.method == "POST")
        except Turned as turned:
            return visit.page("fault.html", turned.status, title=turned.title, say=turned.say)
        except ValueError:
            return visit.page("fault.html", 400, title="Not understood", say="The address or the form is not sound.")

    async def _pass(self, route: Route, visit: Visit, *, posted: bool) -> Answer:
        try:
            if route.signed_in:
                visit.who = await visit.ask("whoami")
                if posted and not same(visit.field("csrf").encode(), visit.who["form"].encode()):
                    if route.late:
                        return await route.late(visit)
                    raise Turned(403, "Not sent", "This form is not of your present session. Load its page again.")
                if visit.who["provisional"] and not route.first:
                    return to("/passphrase")
            return await route.page(visit)
        except Turned:
            raise
        except NotSignedIn:
            if route.late:
                return await route.late(visit)
            why = "/sign-in?why=over" if visit.token else "/sign-in"
            return to(why, self.site.set_cookie("")) if visit.token else to(why)
        except Exception as error:
            fault = fault_of(error, route.path)
            return visit.page("fault.html", fault.status, title="There is a problem", say=words.say(fault))

    def _token(self, cookies: dict[str, list[str]]) -> str:
        """Of several cookies of the session's name, the one that names an open session, whichever comes first."""
        given = cookies.get(self.site.cookie, [""])[:_MOST_FIELDS]
        return next((one for one in given if self.site.desk.sessions.is_open(one)), given[0])

    def _ticket(self, cookies: dict[str, list[str]]) -> str:
        """The same of the tickets: the one under which a text waits."""
        given = cookies.get(self.site.ticket_cookie, [])[:_MOST_FIELDS]
        return next((one for one in given if self.site.carried.look(one)), "")

    def _check_host(self, request: web.BaseRequest) -> None:
        hosts = request.headers.getall("host", [])
        if len(hosts) != 1 or host_name(hosts[0]) not in self.site.address.names:
            raise Turned(
                421, "Wrong address", "This desk does not answer to that name. Use the address you were given."
            )

    @staticmethod
    def _route(method: str, path: str) -> tuple[Route, tuple[int, ...]]:
        found, methods = find_route(method, path)
        if found:
            return found
        if methods:
            raise Turned(405, "Not that way", "This address takes another kind of request.")
        raise Turned(404, "Not found", "There is no such page at this desk.")


def host_name(header: str) -> str:
    """The name in a Host header, without its port."""
    name, colon, port = header.rpartition(":")
    return (name if colon and port.isdigit() else header).lower()


def _cookies(request: web.BaseRequest) -> dict[str, list[str]]:
    """Ours are plain words. Whatever another site of the same host has set beside them, of the same name too, spoils
    none."""
    found: dict[str, list[str]] = {}
    for part in ";".join(request.headers.getall("cookie", [])).split(";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def _check_origin(request: web.BaseRequest) -> None:
    """A form comes from this desk's own pages. Browsers say so by Sec-Fetch-Site, old ones by Origin; under
    no-referrer the Origin is "null" even from here, so that then only the other counts."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    ours = origin != "null" and urlsplit(origin).netloc == request.headers["host"]
    if not (ours or origin == "null") or site not in (None, "same-origin") or not (site or ours):
        raise Turned(403, "Not sent", "The form did not come from a page of this desk.")


async def _read_form(request: web.BaseRequest) -> dict[str, list[str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Turned(415, "Not understood", "Forms are sent as they are on these pages.")
    length = request.content_length
    if length is None or length > LONGEST_BODY:
        raise Turned(413, "Too long", "That is far more than can be sent. Go back and shorten it.")
    if length == 0:
        raise ValueError("an empty form")
    try:
        async with asyncio.timeout(_READ_WITHIN):
            body = await request.content.readexactly(length)
    except (TimeoutError, asyncio.IncompleteReadError):
        raise Turned(408, "Not received", "The form did not arrive whole. Send it again.") from None
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(
        body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
    ):
        found.setdefault(name, []).append(value)
    return found
