# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages for a source, rendered once when the server starts."""

from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


class Pages:
    """Bytes of each page; they hold nothing of any request."""

    def __init__(self, demo: bool) -> None:
        """``demo`` puts a banner on every page."""
        environment = Environment(
            loader=PackageLoader("templates", "source"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.first = environment.get_template("first.html").render(demo=demo).encode()
        self.style = (resources.files("templates") / "source" / "style.css").read_bytes()
