# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk init``: make a desk."""

import shutil
from pathlib import Path
from typing import Any

import click

from dropbox.command_line.output import check_output, say_once
from dropbox.command_line.refused import OutputLost
from dropbox.command_line.secret_lines import secret_line
from journalist_ui.desk.setup import NewDesk, init_desk
from journalist_ui.socket.codec import to_json
from journalist_ui.web_address import NO_WEB

from . import terminal
from .asking import desk_passphrase, json_option, key_option, vault_option


@click.command()
@vault_option
@click.option("--service", required=True, help="Address of the service.")
@click.option(
    "--anchor", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The anchor file of its roots."
)
@click.option("--name", required=True, help="The unit's printed name.")
@click.option("--member", required=True, help="Name of the first member, an administrator and investigator.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["administrator", "investigator"]),
    help="Of the first member; both if not given.",
)
@click.option("--backup", required=True, help='Absolute folder on another disk for backups, or "none".')
@click.option("--tor", default="", help="SOCKS proxy, HOST:PORT.")
@click.option("--web", default=NO_WEB, show_default=True, help='Where the web pages are served: HOST:PORT, or "none".')
@click.option("--web-url", default="", help="What officers type to reach the pages; default: http://HOST:PORT/.")
@click.option("--web-cert", default="", help="TLS certificate (PEM, absolute path), needed beyond this machine.")
@click.option("--web-key", default="", help="The certificate's key.")
@click.option("--demo", is_flag=True, help="Put a banner on every page: nothing here is real.")
@key_option
@json_option
def init(
    vault: Path,
    service: str,
    anchor: Path,
    name: str,
    member: str,
    roles: tuple[str, ...],
    backup: str,
    tor: str,
    desk_key_fd: int | None,
    as_json: bool,
    **pages: Any,
) -> None:
    """Make a desk: vault, keyring, first member, and the enrolment file for the roots.

    Asks for the desk passphrase (which opens vault and keyring, and which serve needs at every start) and the first
    member's passphrase; when stdin is no terminal they are its first two lines.

    \b
    Examples:
      dropbox-desk init --vault north --service http://example.onion --anchor anchor.txt \\
        --name "Northern unit" --member ada --backup /mnt/backup --tor 127.0.0.1:9050 --web 127.0.0.1:8470
      dropbox-desk init --vault north --service http://127.0.0.1:8000 --anchor anchor.txt \\
        --name "Northern unit" --member ada --backup none --json < two-lines
    """
    # What is printed below is given once: a desk whose codes nobody can have seen is not kept.
    check_output()
    desk = desk_passphrase(desk_key_fd, confirm=True)
    person = secret_line(terminal.ASK_FOR_MEMBER, confirm=True)
    made = init_desk(NewDesk(vault, service, anchor, name, member, backup, tor, roles, **pages), desk, person)
    try:
        say_once(to_json(made) if as_json else "\n".join(terminal.made(made)))
    except OutputLost:
        shutil.rmtree(vault.absolute())
        raise
    if backup == "none":
        click.echo(terminal.NO_BACKUP_SAID, err=True)
