# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk backup``: write a backup now."""

from pathlib import Path

import click

from journalist_ui.desk.restore import backup_now
from journalist_ui.refusals import DeskNotRunning
from journalist_ui.shapes.upkeep import BackedUp, Backup
from journalist_ui.socket.client import ask_desk, socket_of

from .asking import desk_passphrase, json_option, key_option, show, vault_option


@click.command()
@vault_option
@key_option
@json_option
def backup(vault: Path, desk_key_fd: int | None, as_json: bool) -> None:
    """Write a backup of the vault into the folder that desk.toml names; never of the keyring.

    A running desk does it at once; without one the desk passphrase is asked for. The desk also does it by itself,
    before each batch.

    \b
    Example:
      dropbox-desk backup --vault north
    """
    try:
        done = ask_desk(socket_of(vault), Backup())
    except DeskNotRunning:
        done = BackedUp(backup_now(vault, desk_passphrase(desk_key_fd)))
    show(done, as_json, lambda found: [found.file])
