# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``dropbox-admin`` command: the operator of the server."""

import click

from dropbox.command_line.endings import OneLineGroup

from .clock import confirm
from .directory_publish import publish
from .doctor import doctor
from .init import init
from .refusal import words
from .retention import retention
from .status import status


@click.group(
    "dropbox-admin",
    cls=OneLineGroup,
    words=words,
    head="Error: ",
    epilog="Example:  dropbox-admin init --dir /var/lib/dropbox --anchor anchor.txt",
)
def main() -> None:
    """Set up and look after the server. None of these commands can read a report."""


@main.group(epilog="Example:  dropbox-admin directory publish --config server.toml --directory directory.txt")
def directory() -> None:
    """The signed list of units."""


@main.group(epilog="Example:  dropbox-admin clock confirm --config server.toml")
def clock() -> None:
    """The server's clock, after a long stop or a wrong date."""


directory.add_command(publish)
clock.add_command(confirm)
for command in (init, retention, status, doctor):
    main.add_command(command)
