# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk verify-backup``: see that a backup is whole."""

from pathlib import Path

import click

from journalist_ui.desk.restore import verify

from . import terminal
from .asking import desk_passphrase, json_option, key_option, show, vault_option


@click.command("verify-backup")
@vault_option
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A backup; the newest if not given.")
@key_option
@json_option
def verify_backup(vault: Path, file: Path | None, desk_key_fd: int | None, as_json: bool) -> None:
    """Check every page of a backup, its structure and its audit log, under the desk passphrase.

    \b
    Examples:
      dropbox-desk verify-backup --vault north
      dropbox-desk verify-backup --vault north --file /mnt/backup/vault-0a1b2c3d-00000007.db --json
    """
    show(verify(vault, desk_passphrase(desk_key_fd), file), as_json, terminal.verified)
