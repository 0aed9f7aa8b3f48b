# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk sync``: collect now, publish what is due."""

from pathlib import Path

import click

from journalist_ui.shapes.upkeep import Sync

from . import terminal
from .asking import ask_signed_in, json_option, session_option, show, tell


@click.command()
@session_option
@json_option
def sync(session: Path, as_json: bool) -> None:
    """Fetch, open and acknowledge now, and publish what is due now. The running desk does so by itself too.

    \b
    Examples:
      dropbox-desk sync --session ada.session
      dropbox-desk sync --session ada.session --json
    """
    done = ask_signed_in(session, Sync())
    tell(done.notices)
    show({"new": done.new, "published": done.published}, as_json, lambda _: terminal.synced(done))
