# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk status``: how the running desk is."""

from pathlib import Path

import click

from journalist_ui.shapes.upkeep import Status
from journalist_ui.socket.client import ask_desk, socket_of

from . import terminal
from .asking import json_option, show, tell, vault_option


@click.command()
@vault_option
@json_option
def status(vault: Path, as_json: bool) -> None:
    """Say how the running desk is, and everything that the officers must be told. No sign-in: it says nothing of cases.

    \b
    Example:
      dropbox-desk status --vault north
    """
    found = ask_desk(socket_of(vault), Status())
    if not as_json:
        tell(found.notices)
    show(found, as_json, terminal.status)
