# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk serve``: run the desk."""

from dataclasses import replace
from pathlib import Path

import click

from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.settings import read_settings
from journalist_ui.serve import run_desk

from .asking import desk_passphrase, key_option, vault_option
from .desk import NO_BACKUP_SAID


@click.command()
@vault_option
@click.option("--web", help='Serve the web pages at HOST:PORT, or "none", whatever desk.toml says.')
@key_option
def serve(vault: Path, web: str | None, desk_key_fd: int | None) -> None:
    """Run the desk until it is stopped: collect, acknowledge and publish by itself, and serve the other commands and
    the web pages.

    The desk passphrase comes from --desk-key-fd, from the systemd credential desk-key, or is asked for (the first line
    of stdin when that is no terminal). Prints "desk: running" once the other commands can be used.

    \b
    Examples:
      dropbox-desk serve --vault north
      dropbox-desk serve --vault north --desk-key-fd 3 3< desk-key
      dropbox-desk serve --vault north --web 127.0.0.1:8470
    """
    settings = read_settings(vault)
    if web is not None:
        settings = replace(settings, web=web)
    address = settings.web_address
    key = stretch_desk_key(desk_passphrase(desk_key_fd), settings.salt)
    if settings.backup_folder is None:
        click.echo(NO_BACKUP_SAID, err=True)
    run_desk(vault.absolute(), settings, key, address)
