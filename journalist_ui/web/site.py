# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's site: what every page shares, and one visit of it."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from dropbox.protocol.primitives import sha256
from journalist_ui.refusals import NotSignedIn
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.sessions import SHARED, Me
from journalist_ui.verbs.desk import Desk
from journalist_ui.verbs.table import ask
from journalist_ui.web_address import WebAddress

from .answers import HTML, POLICY, Answer, to
from .carried import Carried
from .render import render
from .words.done import Done
from .words.signing_in import Why

Reply = TypeVar("Reply")
KEYS = "keys"
YEAR = 31_536_000
MOST_BROWSERS = 8
"""Members who may sign in at one browser and each find it known."""
_BROWSER = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Undo:
    """The cases that were put away last, and where they had been."""

    cases: tuple[int, ...]
    shelf: str


class LastDone:
    """What was done last in each session, until a page has said it; by the hash of the session's token."""

    def __init__(self) -> None:
        self._what: dict[bytes, Done] = {}
        self._tried: dict[bytes, str] = {}
        self._undo: dict[bytes, Undo] = {}

    def note(self, token: str, what: Done) -> None:
        self._what[_hidden(token)] = what

    def take(self, token: str, code: str) -> str:
        """The sentence of what was done last, if its code is this one: it is said once. Else nothing."""
        what = self._what.get(_hidden(token))
        if what is None or what.code != code:
            return ""
        self.forget(token)
        return what.value

    def note_tries(self, token: str, sentence: str) -> None:
        """What the next page says of others who tried the member's name."""
        if sentence:
            self._tried[_hidden(token)] = sentence

    def take_tries(self, token: str) -> str:
        return self._tried.pop(_hidden(token), "")

    def note_undo(self, token: str, what: Undo) -> None:
        """What the next list offers to take back."""
        self._undo[_hidden(token)] = what

    def take_undo(self, token: str) -> Undo | None:
        return self._undo.pop(_hidden(token), None)

    def forget(self, token: str) -> None:
        self._what.pop(_hidden(token), None)


def _hidden(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass"))


@dataclass
class Site:
    """A desk's pages at one address."""

    desk: Desk
    address: WebAddress
    done: LastDone = field(default_factory=LastDone)
    landing: dict[str, int] = field(default_factory=dict)
    """By member: the case in which a lock kept what they had begun, for their next sign-in."""
    carried: Carried = field(default_factory=Carried)

    @property
    def cookie(self) -> str:
        """Named after the unit, so that desks that share a host by mistake still have a cookie each."""
        return self._named("desk")

    @property
    def ticket_cookie(self) -> str:
        """By which a browser takes a text through the sign-in."""
        return self._named("text")

    @property
    def browser_cookie(self) -> str:
        """By which a browser is known in which members have signed in."""
        return self._named("browser")

    def _named(self, name: str) -> str:
        prefix = "__Host-" if self.address.secure else ""
        return f"{prefix}{name}-{self.desk.unit_id.hex()[:12]}"

    def set_cookie(self, value: str) -> tuple[str, str]:
        """The session's cookie; an empty value removes it."""
        return self._cookie(self.cookie, value)

    def set_ticket(self, value: str) -> tuple[str, str]:
        """The ticket's cookie; an empty value removes it."""
        return self._cookie(self.ticket_cookie, value)

    def set_browser(self, newest: str, held: tuple[str, ...]) -> tuple[str, str]:
        """What the browser holds from now on, for a year: what knows it to the member who signed in last, and to others
        before."""
        values = list(dict.fromkeys((newest, *held)))[:MOST_BROWSERS]
        return self._cookie(self.browser_cookie, ".".join(values), YEAR)

    def _cookie(self, name: str, value: str, seconds: int = 0) -> tuple[str, str]:
        """For as long as the browser runs, or for so many seconds."""
        end = f"; Max-Age={seconds}" if seconds or not value else ""
        secure = "; Secure" if self.address.secure else ""
        return ("set-cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")


@dataclass(frozen=True)
class At:
    """What stands in the address of a route, by the name of its place there."""

    case: int = 0
    canned: int = 0
    file: int = 0
    page: int = 0
    asking: str = ""
    part: str = ""


@dataclass
class Visit:
    """One request that passed the gate. ``form`` is what was posted, ``who`` the signed-in member, None without;
    ``ticket`` names a text that is carried through the sign-in, ``browsers`` what the browser is known by; ``peer`` is
    who asks, as far as one can be told from another; ``host`` and ``origin`` those by which the pages were reached."""

    site: Site
    token: str = ""
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, list[str]] = field(default_factory=dict)
    at: At = At()
    who: Me | None = None
    keys: bool = True
    ticket: str = ""
    browsers: tuple[str, ...] = ()
    peer: str = SHARED
    host: str = ""
    origin: str = ""

    @property
    def me(self) -> Me:
        """Who is signed in. Raises NotSignedIn."""
        if self.who is None:
            raise NotSignedIn("You are not signed in.")
        return self.who

    def field(self, name: str) -> str:
        """A field of the form; empty when it is not there."""
        return self.form.get(name, [""])[0]

    def number(self, name: str, otherwise: int = 0) -> int:
        """A whole number of at most nine digits in the form, or ``otherwise``."""
        return _number(self.field(name), otherwise)

    def asked_page(self) -> int:
        """The page that the address asks for: the first unless it is a number."""
        return max(1, _number(self.query.get("page", ""), 1))

    def asked_case(self) -> int | None:
        """The case that the address asks for; None unless it is a number."""
        return _number(self.query.get("case", ""), 0) or None

    def text(self) -> str:
        """The reply's text with the line ends that the person saw: browsers post others."""
        return self.field("text").replace("\r\n", "\n")

    async def ask(self, asked: Asked[Reply]) -> Reply:
        """One verb of the desk, by the session's member. Raises what the verb raises."""
        return await ask(self.site.desk, self.token, asked)

    def done(self, address: str, what: Done, *more: tuple[str, str]) -> Answer:
        """Go on to a page that says once what was done: an address alone claims nothing."""
        self.site.done.note(self.token, what)
        path, mark, place = address.partition("#")
        return to(f"{path}?done={what.code}{mark}{place}", *more)

    def told(self) -> str:
        """What the page is to say of what was done."""
        return self.site.done.take(self.token, self.query.get("done", ""))

    def to_sign_in(self, why: Why, *more: tuple[str, str]) -> Answer:
        """Go on to the sign-in page, which says why; the session's cookie goes."""
        return to(f"/sign-in?why={why.code}", self.site.set_cookie(""), *more)

    def page(
        self,
        template: str,
        status: int = 200,
        more: tuple[tuple[str, str], ...] = (),
        policy: str = POLICY,
        /,
        **values: object,
    ) -> Answer:
        """A page; everything in ``values`` is escaped. ``more`` are headers, ``policy`` what the page may load."""
        shared: dict[str, object] = {
            "who": self.who,
            "csrf": self.who.form if self.who else "",
            "unit": self.site.desk.name,
            "demo": self.site.desk.demo,
            "keys": self.keys,
            "idle": int(self.who.idle_seconds) if self.who else 0,
            "tried": self.site.done.take_tries(self.token) if self.who else "",
        }
        return Answer(render(template, shared | values), HTML, status, more, policy)


def read_browsers(values: list[str]) -> tuple[str, ...]:
    """What may be held of earlier sign-ins, of one cookie or several of its name."""
    found = [one for value in values for one in value.split(".") if _BROWSER.fullmatch(one)]
    return tuple(found[: 2 * MOST_BROWSERS])


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise
