# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether pictures of files are blurred for a member, in words."""

from journalist_ui.shapes.welfare import Welfare

WARNING = (
    "What this file shows may be distressing. Its pages are blurred and grey until you ask for each, and no sound "
    "plays by itself. Nobody has to look at it alone, or now."
)


def said(found: Welfare) -> str:
    """As it is."""
    if found.welfare:
        return "Pages of files are blurred and grey for you until you ask for each."
    return "Pages of files are shown to you at once, as they are."
