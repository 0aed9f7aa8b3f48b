# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's site: what every page shares, and one visit of it."""

from dataclasses import dataclass, field
from typing import Any

from dropbox.protocol.primitives import sha256
from journalist_ui.desk.api import Desk, ask
from journalist_ui.desk.web_address import WebAddress

from .answers import HTML, Answer
from .render import Templates

_FORM_LABEL = b"desk-v1 form of a session"
KEYS = "keys"


@dataclass
class Site:
    """A desk's pages at one address."""

    desk: Desk
    address: WebAddress
    templates: Templates = field(default_factory=Templates)

    @property
    def cookie(self) -> str:
        """Named after the unit, so that desks that share a host by mistake still have a cookie each."""
        prefix = "__Host-" if self.address.secure else ""
        return f"{prefix}desk-{self.desk.engine.settings.unit_id.hex()[:12]}"

    def set_cookie(self, value: str) -> tuple[str, str]:
        """The session's cookie; an empty value removes it."""
        end = "" if value else "; Max-Age=0"
        secure = "; Secure" if self.address.secure else ""
        return ("set-cookie", f"{self.cookie}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{end}")


def form_token(token: str) -> str:
    """What every form of a session carries: made of its token, and no way back to it."""
    return sha256(_FORM_LABEL + token.encode()).hex()


@dataclass
class Visit:
    """One request that passed the gate. ``form`` is what was posted, ``who`` the signed-in member, empty without."""

    site: Site
    token: str
    query: dict[str, str]
    form: dict[str, list[str]]
    numbers: tuple[int, ...]
    who: dict[str, Any] = field(default_factory=dict)
    keys: bool = True

    def field(self, name: str) -> str:
        """A field of the form; empty when it is not there."""
        return self.form.get(name, [""])[0]

    def text(self) -> str:
        """The reply's text with the line ends that the person saw: browsers post others."""
        return self.field("text").replace("\r\n", "\n")

    async def ask(self, verb: str, **body: Any) -> dict[str, Any]:
        """One verb of the desk, by the session's member."""
        return await ask(self.site.desk, verb, self.token, body)

    def page(self, template: str, status: int = 200, /, **values: Any) -> Answer:
        """A page; everything in ``values`` is escaped."""
        settings = self.site.desk.engine.settings
        shared = {
            "who": self.who,
            "csrf": form_token(self.token) if self.who else "",
            "unit": settings.name,
            "demo": settings.demo,
            "keys": self.keys,
            "idle": int(self.who["idle_seconds"]) if self.who else 0,
        }
        return Answer(self.site.templates.render(template, shared | values), HTML, status)
