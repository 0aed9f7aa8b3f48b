# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates, and how what a source wrote is kept inert in them: its marks are shown, then everything is escaped."""

from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from dropbox.protocol.inert import inert, inert_line

from . import words

_STATIC = {"desk.css": "text/css; charset=utf-8"} | dict.fromkeys(
    ("desk.js", "idle.js", "reply.js", "keys.js"), "text/javascript; charset=utf-8"
)


@cache
def environment() -> Environment:
    """Compiled once for all desks of a process."""
    made = Environment(
        loader=PackageLoader("templates", "desk"),
        autoescape=True,
        # What runs does not change when the files under it do.
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "inert": inert,
        "inert_line": inert_line,
        "category": words.category,
        "force": words.force,
        "state": words.state,
        "draft": words.draft,
        "delivery": words.delivery,
        "told": words.told,
        "day": words.day,
        "moment": words.moment,
        "plural": words.plural,
    }
    return made


def render(template: str, values: dict[str, object]) -> bytes:
    """A page of templates/desk."""
    return environment().get_template(template).render(values).encode()


def static_files() -> dict[str, tuple[str, bytes]]:
    """Each file that the pages load: its type and its bytes."""
    folder = resources.files(__package__) / "static"
    return {name: (kind, (folder / name).read_bytes()) for name, kind in _STATIC.items()}
