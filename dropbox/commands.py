# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``dropbox`` command. Each sub-command is loaded only when it is asked for: no party imports another."""

from importlib import import_module
from typing import NamedTuple

import click


class _Lazy(NamedTuple):
    module: str
    name: str
    short: str


_COMMANDS = {
    "serve": _Lazy("dropbox.server.commands", "serve", "Run the server until it is stopped."),
    "demo": _Lazy("dropbox.demo.commands", "demo", "Run a whole throwaway service on this machine."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        lazy = _COMMANDS.get(cmd_name)
        if lazy is None:
            return None
        command = getattr(import_module(lazy.module), lazy.name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{lazy.module}:{lazy.name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name].short) for name in self.list_commands(ctx)])


@click.group(cls=_LazyGroup, epilog="Example:  dropbox serve --config /etc/dropbox/server.toml")
def main() -> None:
    """A sealed, anonymous, two-way drop-box between the public and police anti-corruption units."""
