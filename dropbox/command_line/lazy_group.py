# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group of commands of which each is loaded only when it is asked for: no party imports another, and a small verb
does not wait for the libraries of a large one."""

from importlib import import_module
from typing import Any, NamedTuple

import click

from .endings import OneLineGroup


class Lazy(NamedTuple):
    """Where a command is: module and name; ``short`` stands in the group's help."""

    module: str
    name: str
    short: str


class LazyGroup(OneLineGroup):
    """Takes ``lazy``, the commands by name, in the order in which they are listed."""

    def __init__(self, *args: Any, lazy: dict[str, Lazy], **more: Any) -> None:
        super().__init__(*args, **more)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        lazy = self._lazy.get(cmd_name)
        if lazy is None:
            return None
        command = getattr(import_module(lazy.module), lazy.name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{lazy.module}:{lazy.name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.short) for name, lazy in self._lazy.items()])
