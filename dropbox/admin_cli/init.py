# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin init``: the server's folder, config and database, or the database brought up to this release."""

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from dropbox.command_line.output import say_done
from dropbox.local.whole_file import write_whole
from dropbox.protocol.armour import ANCHOR, armour
from dropbox.server.config import (
    ConfigRefused,
    ServerConfig,
    load_config,
    parse_database,
    parse_listen,
    read_anchor,
)
from dropbox.server.store.revision import found_revision, refuse_later
from dropbox.server.store.schema import upgrade

_EPILOG = """\b
Examples:
  dropbox-admin init --dir server --anchor anchor.txt
  dropbox-admin init --dir /var/lib/dropbox --config /etc/dropbox/server.toml --anchor anchor.txt \\
    --listen unix:/run/dropbox/server.sock
  dropbox-admin init --dir /var/lib/dropbox --anchor anchor.txt --database postgresql://dropbox@/dropbox?host=/run/postgresql
"""


def refuse_anothers(folder: Path) -> None:
    """What root makes in a folder of the service's user, that user cannot read. Raises ConfigRefused."""
    if folder.exists() and (owner := folder.stat().st_uid) != os.geteuid():
        raise ConfigRefused(
            f"{folder} belongs to user {owner}: run this as that user, as with `setpriv --reuid {owner}`"
        )


def refuse_password(database: str | None) -> None:
    """What stands on a command line every user of the machine can read. Raises ConfigRefused."""
    try:
        secret = urlsplit(database or "").password
    except ValueError:
        # No URL at all, as is said where it is read.
        return
    if secret:
        raise ConfigRefused(
            "a password on the command line is seen by every user of this machine: let PostgreSQL know the server by "
            "its user (peer), or write the URL into the config yourself"
        )


def make_folders(config: ServerConfig, *more: Path) -> None:
    """Those of the data, for their owner alone."""
    for one in (*more, config.data_dir, config.segments, config.blobs, config.board):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
        one.chmod(0o700)


def _refuse_later(config: ServerConfig) -> None:
    # A database that is not there yet is not made by looking.
    if not config.database.startswith("sqlite:") or Path(config.database.removeprefix("sqlite:///")).exists():
        refuse_later(asyncio.run(found_revision(config.database)))


@click.command("init", epilog=_EPILOG)
@click.option("--dir", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Made if new.")
@click.option(
    "--anchor",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The roots' anchor file; it is copied.",
)
@click.option(
    "--config",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the settings are written; server.toml in the folder if left out.",
)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="HOST:PORT, [IPv6]:PORT or unix:/path.")
@click.option("--database", help="A URL; a SQLite file in the folder if left out.")
@click.option("--demo", is_flag=True, help="Say on every page that this is a demonstration.")
def init(folder: Path, anchor: Path, path: Path | None, listen: str, database: str | None, demo: bool) -> None:
    """Write the server's config and make its database. Run it again after an upgrade: it keeps what is there."""
    refuse_password(database)
    folder = folder.resolve()
    path = path.resolve() if path else folder / "server.toml"
    refuse_anothers(folder)
    if path.parent not in (folder, *folder.parents) and not path.parent.is_dir():
        raise ConfigRefused(f"{path.parent} is not there: make it first, for the server's own user")
    if path.exists():
        config = load_config(path)
        _refuse_later(config)
        make_folders(config, folder)
        upgrade(config.database)
        say_done(f"kept {path}; the database is up to date")
        return
    data_dir, pinned = folder / "data", folder / "anchor.txt"
    anchor_text = armour(ANCHOR, read_anchor(anchor).encode())
    if "?" in str(folder) or not str(folder).isprintable():
        raise ConfigRefused("the folder's path must hold no question mark and no invisible letter: choose another one")
    address = parse_listen(listen)
    config = ServerConfig(
        listen=address,
        database=parse_database(database or f"sqlite:///{data_dir / 'server.sqlite'}"),
        data_dir=data_dir,
        anchor=pinned,
        demo=demo,
        # What stands before a Unix socket is Tor, set up as deploy/tor/torrc.
        front="unix" if address.path else "",
    )
    make_folders(config, folder)
    upgrade(config.database)
    write_whole(pinned, anchor_text)
    # Last: where it stands, everything does.
    write_whole(path, config.encode().encode())
    say_done(f"wrote {path}")
