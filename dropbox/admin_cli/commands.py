# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``dropbox-admin`` command: the operator of the server."""

import click

from .directory_publish import publish
from .init import init


@click.group(epilog="Example:  dropbox-admin init --dir /var/lib/dropbox --anchor anchor.txt")
def main() -> None:
    """Set up and look after the server. None of these commands can read a report."""


@main.group(epilog="Example:  dropbox-admin directory publish --config server.toml --directory directory.txt")
def directory() -> None:
    """The signed list of units."""


directory.add_command(publish)
main.add_command(init)
