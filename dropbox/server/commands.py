# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox serve``."""

import asyncio
from pathlib import Path

import click

from .app import log_to_stderr, run
from .config import ConfigRefused, load_config


@click.command(
    epilog="Example:  dropbox serve --config /etc/dropbox/server.toml",
)
@click.option(
    "--config",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="server.toml, as written by `dropbox-admin init`.",
)
def serve(config: Path) -> None:
    """Run the server until it is stopped; prints one line when it listens."""
    log_to_stderr()
    try:
        asyncio.run(run(load_config(config)))
    except ConfigRefused as refused:
        raise click.ClickException(str(refused)) from None
