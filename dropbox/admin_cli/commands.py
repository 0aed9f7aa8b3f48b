# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``dropbox-admin`` command: the operator of the server. Each verb is loaded when it is asked for: the libraries of
the database take a second of it."""

import click

from dropbox.command_line.lazy_group import Lazy, LazyGroup

from .refusal import words

_HERE = "dropbox.admin_cli"
_VERBS = {
    "backup": Lazy(f"{_HERE}.backup", "backup", "Keep what is closed, and a standby copy of what is open."),
    "backup-key": Lazy(f"{_HERE}.backup_key", "backup_key", "Make the key that opens backups."),
    "clock": Lazy(f"{_HERE}.commands", "clock", "The server's clock, after a long stop or a wrong date."),
    "directory": Lazy(f"{_HERE}.commands", "directory", "The signed list of units."),
    "doctor": Lazy(f"{_HERE}.doctor", "doctor", "Check machine, files, settings and database."),
    "init": Lazy(f"{_HERE}.init", "init", "Write the server's config and make its database."),
    "pages": Lazy(f"{_HERE}.commands", "pages", "The documents that this server shows to a browser."),
    "restore": Lazy(f"{_HERE}.restore", "restore", "Make the service again from its backups, or try it."),
    "retention": Lazy(f"{_HERE}.retention", "retention", "Remove segments and batches past their retention."),
    "setup": Lazy(f"{_HERE}.setup", "setup", "Make this machine the server: config, database, Tor, all running."),
    "stats": Lazy(f"{_HERE}.stats", "stats", "Say how much each closed day brought."),
    "status": Lazy(f"{_HERE}.status", "status", "Say whether all is well, or what is to be done."),
    "upgrade": Lazy(f"{_HERE}.upgrade", "upgrade", "Bring the database up to this release, behind a backup."),
    "verify-backup": Lazy(f"{_HERE}.restore", "verify_backup", "Read a backup to its end."),
    "watch": Lazy(f"{_HERE}.watch", "watch", "Tell a program of this machine what is to be done."),
}
_PUBLISH = Lazy(f"{_HERE}.directory_publish", "publish", "Check a signed directory and put it on the server.")
_SHOW = Lazy(f"{_HERE}.directory_show", "show", "Say what the published list says, and write it to a file.")
_EXPORT = Lazy(f"{_HERE}.pages_export", "export", "Write down their hashes, for the roots to sign.")
_CONFIRM = Lazy(f"{_HERE}.clock", "confirm", "Say that this machine's clock is right now.")


@click.group(
    "dropbox-admin",
    cls=LazyGroup,
    lazy=_VERBS,
    words=words,
    head="Error: ",
    epilog="Example:  dropbox-admin init --dir /var/lib/dropbox --anchor anchor.txt",
)
def main() -> None:
    """Set up and look after the server. None of these commands can read a report."""


@click.group(
    cls=LazyGroup,
    lazy={"publish": _PUBLISH, "show": _SHOW},
    epilog="Example:  dropbox-admin directory publish --config server.toml --directory directory.txt",
)
def directory() -> None:
    """The signed list of units."""


@click.group(
    cls=LazyGroup, lazy={"confirm": _CONFIRM}, epilog="Example:  dropbox-admin clock confirm --config server.toml"
)
def clock() -> None:
    """The server's clock, after a long stop or a wrong date."""


@click.group(
    cls=LazyGroup,
    lazy={"export": _EXPORT},
    epilog="Example:  dropbox-admin pages export --config server.toml --out service.pages",
)
def pages() -> None:
    """The documents that this server shows to a browser."""
