# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk serve``: run the desk."""

from pathlib import Path

import click

from journalist_ui.desk.daemon import run_daemon
from journalist_ui.desk.desk_key import harden_process, stretch_desk_key
from journalist_ui.desk.settings import read_settings

from . import terminal
from .asking import desk_passphrase, ends_in_one_line, key_option, vault_option


@click.command()
@vault_option
@key_option
@ends_in_one_line
def serve(vault: Path, desk_key_fd: int | None) -> None:
    """Run the desk until it is stopped: collect, acknowledge and publish by itself, and serve the other commands.

    The desk passphrase comes from --desk-key-fd, from the systemd credential desk-key, or is asked for (the first line
    of stdin when that is no terminal). Prints "desk: running" once the other commands can be used.

    \b
    Examples:
      dropbox-desk serve --vault north
      dropbox-desk serve --vault north --desk-key-fd 3 3< desk-key
    """
    harden_process()
    settings = read_settings(vault)
    key = stretch_desk_key(desk_passphrase(desk_key_fd), settings.salt)
    if settings.backup_folder is None:
        click.echo(terminal.NO_BACKUP_SAID, err=True)
    run_daemon(vault.absolute(), key)
