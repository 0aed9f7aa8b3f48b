# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-admin pages export``: the hashes of the documents that this server shows, for the roots to sign."""

import asyncio
import time
from pathlib import Path

import click

from dropbox.command_line.output import say_written
from dropbox.local.whole_file import write_whole
from dropbox.protocol.armour import PAGES, armour
from dropbox.protocol.pages import Pages, SignedPages
from dropbox.protocol.primitives import sha256
from dropbox.server.config import ServerConfig, load_config, read_anchor
from dropbox.server.handlers.pages import pages_of
from dropbox.server.store.sql import open_store

from .published import published


async def _exported(config: ServerConfig, now: float) -> Pages:
    """Raises ClickException before the first list, ConfigRefused."""
    signed = read_anchor(config.anchor)
    store = open_store(config.database)
    try:
        found = await published(store)
    finally:
        await store.close_store()
    if found is None:
        raise click.ClickException("no list of units is published yet, and it stands in the page: publish one first")
    listing, directory = found
    documents = pages_of(config, signed).documents(directory)
    return Pages(
        signed.anchor.service_id,
        signed.anchor.version,
        listing.head.head.dir_version,
        int(now),
        tuple(sorted((address, sha256(file.plain)) for address, file in documents.items())),
    )


@click.command(
    "export", epilog="Example:  dropbox-admin pages export --config /etc/dropbox/server.toml --out service.pages"
)
@click.option("--config", required=True, type=click.Path(dir_okay=False, path_type=Path), help="server.toml")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
def export(config: Path, out: Path) -> None:
    """Write down which documents this server shows with the newest list, for the roots to sign.

    They change with the list of units, with these settings and with the release: export and sign them anew after each.
    """
    made = asyncio.run(_exported(load_config(config), time.time()))
    if out.exists():
        raise click.ClickException(f"{out}: already there; choose another name or move it away first")
    write_whole(out, armour(PAGES, SignedPages(made, ()).encode()), 0o644)
    lines = [f"{address}  sha256 {digest.hex()}" for address, digest in made.documents]
    say_written("\n".join([f"version {made.dir_version} of the list of units", *lines]), out)
