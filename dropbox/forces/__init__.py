# SPDX-License-Identifier: AGPL-3.0-or-later
"""The police bodies that a report may be about: data in ``forces.csv``, read strictly.

68 bodies, of which 49 are enabled; the others wait until an operator has confirmed that they exist and who oversees
them. Slugs never change: reports and signed directories name them.
"""

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from dropbox.protocol.errors import BadText
from dropbox.protocol.units import check_slug

COLUMNS = ("slug", "name", "name_cy", "nation", "kind", "enabled", "aliases", "oversight", "note")
NATIONS = {"England", "Wales", "Scotland", "Northern Ireland", "Great Britain", "United Kingdom"}
KINDS = {
    "territorial",
    "special",
    "national-agency",
    "port",
    "airport",
    "transport-other",
    "parks",
    "cathedral",
    "university",
    "service-police",
}
_WORDS = re.compile(r"[^\W_]+")
_ENABLED = {"yes": True, "no": False}


class ForcesRefused(Exception):
    """The list of forces is not of the one allowed form; the message names the line."""


@dataclass(frozen=True)
class Force:
    """One body. ``name_cy`` is its Welsh name, empty without one; ``aliases`` other names that people know it by."""

    slug: str
    name: str
    name_cy: str
    nation: str
    kind: str
    enabled: bool
    aliases: tuple[str, ...]
    oversight: str
    note: str

    def names(self) -> tuple[str, ...]:
        """Every name under which a person may look for it."""
        return tuple(name for name in (self.name, self.name_cy, *self.aliases) if name)


def _fold(text: str) -> str:
    """Words without accents and unseen marks, whatever stands between them; ``&`` is the word for it."""
    apart = unicodedata.normalize("NFKD", text.replace("&", " and "))
    seen = "".join(letter for letter in apart if unicodedata.category(letter) not in ("Mn", "Cf"))
    return " ".join(_WORDS.findall(seen.casefold()))


def _parse_row(row: list[str]) -> Force:
    if len(row) != len(COLUMNS):
        raise ForcesRefused(f"{len(row)} columns")
    if any(cell != cell.strip() or not (cell.isprintable() or not cell) for cell in row):
        raise ForcesRefused("a cell has spaces around it or unprintable characters")
    slug, name, name_cy, nation, kind, enabled, aliases, oversight, note = row
    try:
        check_slug(slug)
    except BadText:
        raise ForcesRefused("slug") from None
    for value, allowed, what in ((nation, NATIONS, "nation"), (kind, KINDS, "kind"), (enabled, _ENABLED, "enabled")):
        if value not in allowed:
            raise ForcesRefused(f"{what} {value!r}")
    if not name or not oversight:
        raise ForcesRefused("name or oversight is missing")
    known_as = tuple(aliases.split("|")) if aliases else ()
    if any(alias != alias.strip() or not alias for alias in known_as):
        raise ForcesRefused("aliases")
    return Force(slug, name, name_cy, nation, kind, _ENABLED[enabled], known_as, oversight, note)


def parse_forces(text: str) -> tuple[Force, ...]:
    """Every body in the order of the file. Raises ForcesRefused."""
    rows = list(csv.reader(text.splitlines(), strict=True))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ForcesRefused("line 1: the columns are not those of this release")
    found: list[Force] = []
    for number, row in enumerate(rows[1:], start=2):
        try:
            found.append(_parse_row(row))
        except ForcesRefused as error:
            raise ForcesRefused(f"line {number}: {error}") from None
    slugs = [force.slug for force in found]
    names = [name for force in found for name in {_fold(one) for one in force.names()}]
    for values, what in ((slugs, "slug"), (names, "name or alias")):
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ForcesRefused(f"{what} {twice[0]!r} stands twice")
    return tuple(found)


@cache
def load_forces() -> tuple[Force, ...]:
    """The list that comes with this release."""
    return parse_forces((resources.files(__name__) / "forces.csv").read_text(encoding="utf-8"))


def enabled_forces() -> tuple[Force, ...]:
    """The bodies that a report may name by default."""
    return tuple(force for force in load_forces() if force.enabled)


def find_force(asked: str) -> Force | None:
    """The body of that slug, name or alias; case, accents and whatever stands between the words are forgiven."""
    wanted = _fold(asked)
    for force in load_forces():
        if wanted == _fold(force.slug) or wanted in (_fold(name) for name in force.names()):
            return force
    return None


def nearest_force(asked: str) -> Force | None:
    """The body whose slug, name or alias is most like what was asked for; None when nothing is."""
    known = {_fold(name): force for force in load_forces() for name in (force.slug, *force.names())}
    found = difflib.get_close_matches(_fold(asked), known, n=1)
    return known[found[0]] if found else None


def force_names() -> dict[str, str]:
    """The name of each body by its slug."""
    return {force.slug: force.name for force in load_forces()}
