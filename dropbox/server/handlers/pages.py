# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents for a source: rendered at the start and for each new directory, with nothing of any request in them."""

import base64
import gettext
import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, PrefixLoader

from dropbox.forces import Force, enabled_forces
from dropbox.http_edge.answers import HTML
from dropbox.http_edge.static_files import StaticFile
from dropbox.protocol.anchors import SignedAnchor
from dropbox.protocol.constants import BODY_PART, CATEGORIES, MAX_PARTS
from dropbox.protocol.directory import Directory
from dropbox.protocol.routing import receiving_unit
from dropbox.protocol.units import Unit
from dropbox.questions import PAGES, QUESTIONS, SHORT
from dropbox.server.brand import NEUTRAL, Brand, load_brand
from dropbox.server.config import ServerConfig
from dropbox.server.support import Filled, load_support, shown_lines
from dropbox.shown.told import CONTACT_OPENED, MEANS, OFFERED, PROMISED, PROMISED_ONE, SAYS_FIRST, SUCCEEDED, UNREADABLE

from .policies import EXIT_LOADS, page_loads


@cache
def _environment() -> Environment:
    """Every sentence of the templates passes through gettext; English is the language they are written in."""
    environment = Environment(
        loader=PrefixLoader(
            {
                "source": PackageLoader("templates", "source"),
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            }
        ),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        # What runs does not change when the files under it do.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    # Set by the extension, which has no types.
    environment.install_gettext_translations(gettext.NullTranslations(), newstyle=True)  # type: ignore[attr-defined]
    return environment


_DAY = 86_400


def _slug(unit: Unit | None) -> str:
    return unit.slug if unit else ""


def _routes(directory: Directory, force: str) -> dict[str, str]:
    """Which unit gets a report about ``force``, and which when it must pass the force's own unit by."""
    return {
        "unit": _slug(receiving_unit(directory, force, False)),
        "independent": _slug(receiving_unit(directory, force, True)),
    }


class Pages:
    """Makes the documents. ``anchor`` is what the page's worker trusts."""

    def __init__(
        self,
        anchor: SignedAnchor,
        demo: bool,
        exit_url: str,
        *,
        onion: str = "",
        brand: Brand = NEUTRAL,
        support: Mapping[str, Filled] | None = None,
    ) -> None:
        """``demo`` puts a banner on every page; ``exit_url`` is where *Exit this page* ends; ``onion`` the service's
        onion address, where it has one to tell; ``support`` the helplines that the operator filled in."""
        self._environment = _environment()
        self._anchor = base64.b64encode(anchor.encode()).decode()
        self._demo = demo
        self._exit_url = exit_url
        self._onion = onion
        self._brand = brand
        self._support = support or {}
        loads = page_loads(brand.style)
        self.unavailable = self._render("unavailable.html", loads)
        self.nowhere = self._render("nowhere.html", loads)
        self.exit = self._render("exit.html", EXIT_LOADS)

    def _render(self, name: str, policy: str, **values: object) -> StaticFile:
        template = self._environment.get_template(f"source/{name}")
        plain = template.render(demo=self._demo, exit_url=self._exit_url, brand=self._brand, **values).encode()
        return StaticFile(plain, {"gzip": gzip.compress(plain, mtime=0)}, HTML, policy)

    def documents(self, directory: Directory) -> dict[str, StaticFile]:
        """What a browser is shown at each address, for this directory."""
        return {"/": self.document(directory), "/exit": self.exit}

    def document(self, directory: Directory) -> StaticFile:
        """The one document that holds every page, for this directory."""
        forces: list[tuple[Force, dict[str, str]]] = [
            (force, _routes(directory, force.slug)) for force in enabled_forces()
        ]
        return self._render(
            "document.html",
            page_loads(self._brand.style),
            anchor=self._anchor,
            forces=forces,
            no_force=_routes(directory, ""),
            units=directory.units,
            files=directory.policy.blobs_per_period > 0,
            days=directory.policy.give_up * directory.policy.period // _DAY,
            closes=directory.policy.close_after > 0,
            close_days=directory.policy.close_after * directory.policy.period // _DAY,
            categories=CATEGORIES,
            questions={question.id: question for question in QUESTIONS},
            pages=PAGES,
            short=[question.page for question in SHORT],
            outcome_means=MEANS,
            unreadable=UNREADABLE,
            contact_opened=CONTACT_OPENED,
            says_first=SAYS_FIRST,
            offered=OFFERED,
            succeeded=SUCCEEDED,
            promised_one=PROMISED_ONE,
            promised_some=PROMISED,
            body_part=BODY_PART,
            max_parts=MAX_PARTS,
            onion=self._onion,
            helplines=shown_lines(self._support, datetime.now(tz=UTC).date()),
        )


def pages_of(config: ServerConfig, anchor: SignedAnchor) -> Pages:
    """Those of a server with these settings: all that the documents hang on beside the directory."""
    return Pages(
        anchor,
        config.demo,
        config.exit_url,
        onion=config.onion,
        brand=load_brand(config.brand),
        support=load_support(config.support),
    )
