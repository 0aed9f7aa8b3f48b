# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin backup-key``: the key that opens backups, made where the server is not."""

from pathlib import Path

import click

from dropbox.command_line.output import say_written
from dropbox.command_line.refused import InputRefused
from dropbox.command_line.secret_lines import secret_line
from dropbox.local.whole_file import write_whole
from dropbox.protocol.passphrase import composed

from .backups import age
from .backups.refused import BackupRefused

SHORTEST = 12
"""Characters."""


def asked() -> str:
    """The passphrase of a key that is there. Raises InputRefused."""
    return composed(secret_line("Passphrase of the backup key"))


def _new() -> str:
    secret = composed(secret_line("Passphrase of the backup key", confirm=True))
    if len(secret) < SHORTEST:
        raise InputRefused(f"A passphrase has at least {SHORTEST} characters. Take a few words.")
    return secret


@click.command("backup-key", epilog="Example:  dropbox-admin backup-key --out backup.key")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
def backup_key(out: Path) -> None:
    """Make the key that opens backups, on a machine that is not the server: the server gets the recipient alone.

    Keep two copies of the file with two people. Without it, or without its passphrase, every backup is noise.
    """
    if out.exists():
        raise BackupRefused(f"{out}: already there; choose another name or move it away first")
    data, recipient = age.make_key(_new())
    write_whole(out, data)
    say_written(f'in server.toml:  backup_recipient = "{recipient}"', out)
