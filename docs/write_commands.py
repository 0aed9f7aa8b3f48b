# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes docs/commands.md from the commands themselves: ``make docs``. A test compares the two."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from dropbox.command_line.entries import MODULES

HERE = Path(__file__).parent
HEAD = """# Commands

Written by `make docs` from the commands' own help. Everywhere: exit 0 done, 1 refused with one line that says what
to do, 2 bad usage. Secrets come from a prompt, a file descriptor or standard input, never from arguments or the
environment. What `--json` prints is in [json.md](json.md).
"""


def groups() -> Iterator[tuple[str, click.Command]]:
    """Every entry point and its click command."""
    for name, module in sorted(MODULES.items()):
        yield name, import_module(module).main


def _commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _commands(f"{name} {child}", found)
    else:
        yield name, command


def _plain(text: str | None) -> str:
    return inspect.cleandoc((text or "").replace("\b\n", ""))


def _told(option: click.Option) -> str:
    """What an option means, what it may be and what it is when it is not given."""
    told = [(option.help or "").replace("|", "/")]
    if isinstance(option.type, click.Choice):
        told.append(f"One of {', '.join(f'`{one}`' for one in option.type.choices)}.")
    if isinstance(option.default, str | int | Path) and option.default not in ("", False):
        told.append(f"Default: `{option.default}`.")
    return " ".join(part for part in told if part)


def _section(name: str, command: click.Command) -> str:
    rows = []
    for one in command.params:
        if isinstance(one, click.Option) and not one.hidden:
            words = ", ".join(f"`{flag}`" for flag in one.opts)
            rows.append(f"| {words} | {'needed' if one.required else ''} | {_told(one)} |")
        elif isinstance(one, click.Argument):
            rows.append(f"| `{one.make_metavar(click.Context(command))}` | needed | |")
    table = ["| flag | | meaning |", "|---|---|---|", *rows] if rows else []
    help_text, _, example = _plain(command.help).partition("Example")
    epilog = _plain(command.epilog)
    told = inspect.cleandoc(example.lstrip("s:").strip("\n"))
    shown = "\n".join(part for part in (told, epilog.removeprefix("Example:").strip()) if part)
    code = ["```", shown, "```"] if shown else []
    return "\n".join([f"## {name}", "", help_text.strip(), "", *table, "", *code]).rstrip() + "\n"


def text() -> str:
    """The whole file."""
    sections = [_section(*one) for name, group in groups() for one in _commands(name, group)]
    return "\n".join([HEAD, *sections])


if __name__ == "__main__":
    (HERE / "commands.md").write_text(text())
