# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``dropbox`` command."""

import click

from .command_line.lazy_group import Lazy, LazyGroup

_COMMANDS = {
    "demo": Lazy("dropbox.demo.commands", "demo", "Run a whole throwaway service on this machine."),
    "demo-member": Lazy("dropbox.demo.member", "demo_member", "Show how to sign in at a desk of a demo."),
    "serve": Lazy("dropbox.server.commands", "serve", "Run the server until it is stopped."),
}


_EPILOG = "Example:  dropbox serve --config /etc/dropbox/server.toml"


@click.group(
    "dropbox",
    cls=LazyGroup,
    lazy=_COMMANDS,
    head="Error: ",
    epilog=_EPILOG,
)
def main() -> None:
    """A sealed, anonymous, two-way drop-box between the public and police anti-corruption units."""
