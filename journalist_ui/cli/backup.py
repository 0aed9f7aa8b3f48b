# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk backup``: write a backup now."""

from pathlib import Path

import click

from journalist_ui.desk.client import ask_desk, socket_of
from journalist_ui.desk.restore import backup_now
from journalist_ui.refusals import DeskNotRunning

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
        fields = ask_desk(socket_of(vault), "backup", {})
    except DeskNotRunning:
        fields = {"file": backup_now(vault, desk_passphrase(desk_key_fd))}
    show(fields, as_json, lambda found: [found["file"]])
