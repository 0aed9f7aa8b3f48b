# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk restore``: put the newest backup in the vault's place."""

from pathlib import Path

import click

from journalist_ui.desk.restore import restore_vault

from . import terminal
from .asking import desk_passphrase, json_option, key_option, show, vault_option


@click.command()
@vault_option
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="An older backup; see the runbook first.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of backups, when the desk's own folder is lost.",
)
@click.option("--replace", is_flag=True, help="There is a vault: give it up for the backup.")
@key_option
@json_option
def restore(
    vault: Path, file: Path | None, source: Path | None, replace: bool, desk_key_fd: int | None, as_json: bool
) -> None:
    """Put the newest backup in the vault's place; the keyring stays as it is. Refused while the desk runs.

    \b
    Examples:
      dropbox-desk restore --vault north
      dropbox-desk restore --vault north --replace
      dropbox-desk restore --vault north --from /mnt/backup
    """
    done = restore_vault(vault, desk_passphrase(desk_key_fd), file, replace=replace, source=source)
    show(done, as_json, terminal.restored)
