# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every request must pass before a page sees it: host, address, origin, size, session, the form's token."""

from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from dropbox.http_edge.connection import caller_of
from dropbox.protocol.primitives import same
from journalist_ui.refusals import NotSignedIn
from journalist_ui.shapes.sessions import SHARED, Whoami
from journalist_ui.verbs.faults import fault_of, log_fault

from .answers import Answer, to
from .bodies import MOST_FIELDS, read_form
from .routes import Route, find_route
from .site import KEYS, At, Site, Visit, read_browsers
from .turned import Turned
from .words.faults import say
from .words.signing_in import Why


class Gate:
    """Answers the requests of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def answer(self, request: web.BaseRequest) -> Answer:
        """Whatever happens, a page of ours."""
        visit = Visit(self.site)
        try:
            visit.host, visit.origin = self._check_host(request)
            path, _, query = request.raw_path.partition("?")
            route, visit.at = self._route(request.method, path)
            visit.query = dict(parse_qsl(query, max_num_fields=MOST_FIELDS))
            cookies = _cookies(request)
            visit.token, visit.keys = self._token(cookies), "off" not in cookies.get(KEYS, ())[:1]
            visit.ticket = self._ticket(cookies)
            visit.peer = caller_of(request).mark.hex() or SHARED
            visit.browsers = read_browsers(cookies.get(self.site.browser_cookie, []))
            if request.method == "POST":
                _check_origin(request)
                visit.form = await read_form(request, route.longest)
            return await self._pass(route, visit, posted=request.method == "POST")
        except Turned as turned:
            return visit.page("fault.html", turned.status, title=turned.title, say=turned.say)
        except ValueError:
            return visit.page("fault.html", 400, title="Not understood", say="The address or the form is not sound.")

    async def _pass(self, route: Route, visit: Visit, *, posted: bool) -> Answer:
        try:
            if route.signed_in and not route.quiet:
                visit.who = await visit.ask(Whoami())
                if posted and not same(visit.field("csrf").encode(), visit.who.form.encode()):
                    if route.late:
                        return await route.late(visit)
                    raise Turned(403, "Not sent", "This form is not of your present session. Load its page again.")
                if visit.who.provisional and not route.first:
                    return to("/passphrase")
            return await route.page(visit)
        except Turned:
            raise
        except NotSignedIn:
            if route.late:
                return await route.late(visit)
            return visit.to_sign_in(Why.OVER) if visit.token else to("/sign-in")
        except Exception as error:
            log_fault(error, route.path)
            fault = fault_of(error)
            return visit.page("fault.html", fault.status, title="There is a problem", say=say(fault))

    def _token(self, cookies: dict[str, list[str]]) -> str:
        """Of several cookies of the session's name, the one that names an open session, whichever comes first."""
        given = cookies.get(self.site.cookie, [""])[:MOST_FIELDS]
        return next((one for one in given if self.site.desk.is_signed_in(one)), given[0])

    def _ticket(self, cookies: dict[str, list[str]]) -> str:
        """The same of the tickets: the one under which a text waits."""
        given = cookies.get(self.site.ticket_cookie, [])[:MOST_FIELDS]
        return next((one for one in given if self.site.carried.look(one)), "")

    def _check_host(self, request: web.BaseRequest) -> tuple[str, str]:
        """The host and the origin by which a browser has reached the pages. Raises Turned."""
        hosts = request.headers.getall("host", [])
        if len(hosts) != 1 or host_name(hosts[0]) not in self.site.address.names:
            raise Turned(
                421, "Wrong address", "This desk does not answer to that name. Use the address you were given."
            )
        scheme = "https" if self.site.address.secure else "http"
        return host_name(hosts[0]), f"{scheme}://{hosts[0].lower()}"

    @staticmethod
    def _route(method: str, path: str) -> tuple[Route, At]:
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
