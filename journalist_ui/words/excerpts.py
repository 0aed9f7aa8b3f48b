# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether lists show a member the beginnings of reports, in words."""

from journalist_ui.shapes.excerpts import Excerpts


def said(found: Excerpts) -> str:
    """As it is."""
    shown = "show you" if found.excerpts else "do not show you"
    return f"Lists {shown} how reports begin. The flood box shows it all the same."
