# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk epoch``: the epochs whose keys the desk holds."""

from pathlib import Path

import click

from journalist_ui.shapes.upkeep import Epochs
from journalist_ui.socket.client import ask_desk, socket_of

from . import terminal
from .asking import json_option, show, vault_option


@click.command()
@vault_option
@json_option
def epoch(vault: Path, as_json: bool) -> None:
    """List the epochs whose keys the running desk holds: number, first and last day, past, present or next.

    Keys are made, announced and destroyed by themselves; they are never shown.

    \b
    Example:
      dropbox-desk epoch --vault north --json
    """
    show(ask_desk(socket_of(vault), Epochs()).epochs, as_json, terminal.epochs)
