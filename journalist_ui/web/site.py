# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's site: what every page shares, and one visit of it."""

from dataclasses import dataclass, field
from typing import Any

from journalist_ui.desk.api import Desk, ask
from journalist_ui.desk.web_address import WebAddress

from . import words
from .answers import HTML, Answer, to
from .carried import Carried
from .render import render

KEYS = "keys"


@dataclass
class Site:
    """A desk's pages at one address."""

    desk: Desk
    address: WebAddress
    done: dict[str, str] = field(default_factory=dict)
    """By session: what was done last, until a page has said it."""
    landing: dict[str, int] = field(default_factory=dict)
    """By member: the case in which a lock kept what they had begun, for their next sign-in."""
    carried: Carried = field(default_factory=Carried)

    @property
    def cookie(self) -> str:
        """Named after the unit, so that desks that share a host by mistake still have a cookie each."""
        prefix = "__Host-" if self.address.secure else ""
        return f"{prefix}desk-{self.desk.engine.settings.unit_id.hex()[:12]}"

    @property
    def ticket_cookie(self) -> str:
        """By which a browser takes a text through the sign-in."""
        prefix = "__Host-" if self.address.secure else ""
        return f"{prefix}text-{self.desk.engine.settings.unit_id.hex()[:12]}"

    def set_cookie(self, value: str) -> tuple[str, str]:
        """The session's cookie; an empty value removes it."""
        return self._cookie(self.cookie, value)

    def set_ticket(self, value: str) -> tuple[str, str]:
        """The ticket's cookie; an empty value removes it."""
        return self._cookie(self.ticket_cookie, value)

    def _cookie(self, name: str, value: str) -> tuple[str, str]:
        end = "" if value else "; Max-Age=0"
        secure = "; Secure" if self.address.secure else ""
        return ("set-cookie", f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")


@dataclass
class Visit:
    """One request that passed the gate. ``form`` is what was posted, ``who`` the signed-in member, empty without;
    ``ticket`` names a text that is carried through the sign-in."""

    site: Site
    token: str
    query: dict[str, str]
    form: dict[str, list[str]]
    numbers: tuple[int, ...]
    who: dict[str, Any] = field(default_factory=dict)
    keys: bool = True
    ticket: str = ""

    def field(self, name: str) -> str:
        """A field of the form; empty when it is not there."""
        return self.form.get(name, [""])[0]

    def text(self) -> str:
        """The reply's text with the line ends that the person saw: browsers post others."""
        return self.field("text").replace("\r\n", "\n")

    async def ask(self, verb: str, **body: Any) -> dict[str, Any]:
        """One verb of the desk, by the session's member."""
        return await ask(self.site.desk, verb, self.token, body)

    def done(self, address: str, what: str, *more: tuple[str, str]) -> Answer:
        """Go on to a page that says once what was done: an address alone claims nothing."""
        self.site.done[self.token] = what
        path, mark, place = address.partition("#")
        return to(f"{path}?done={what}{mark}{place}", *more)

    def told(self) -> str:
        """What the page is to say of what was done."""
        asked = self.query.get("done", "")
        if not asked or self.site.done.get(self.token) != asked:
            return ""
        return words.DONE[self.site.done.pop(self.token)]

    def page(
        self, template: str, status: int = 200, more: tuple[tuple[str, str], ...] = (), /, **values: Any
    ) -> Answer:
        """A page; everything in ``values`` is escaped. ``more`` are headers."""
        settings = self.site.desk.engine.settings
        shared = {
            "who": self.who,
            "csrf": self.who["form"] if self.who else "",
            "unit": settings.name,
            "demo": settings.demo,
            "keys": self.keys,
            "idle": int(self.who["idle_seconds"]) if self.who else 0,
        }
        return Answer(render(template, shared | values), HTML, status, more)
