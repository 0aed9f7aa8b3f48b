# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox demo``: a whole throwaway service on this machine, made by the project's own commands."""

import asyncio
import json
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import click

from .processes import Children, DemoFailed
from .service import (
    UNITS,
    Demo,
    demo_units,
    make_desks_and_server,
    make_roots,
    put_contact_keys,
    start,
    wait_for_board,
)

_HOST = "127.0.0.1"


_HELD: list[socket.socket] = []
"""Bound, never listening: the demo's own parts may share a port with it, and no other program is given it meanwhile."""


def _free(port: int | None, taken: set[int]) -> int:
    """``port`` when it is free, else the next free one; any free one for None. It is held while this process lives.
    Raises DemoFailed."""
    for wanted in range(port, port + 100) if port else (0,) * 20:
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((_HOST, wanted))
        except OSError:
            held.close()
            continue
        found = int(held.getsockname()[1])
        if found in taken:
            held.close()
            continue
        _HELD.append(held)
        taken.add(found)
        return found
    raise DemoFailed("No free port there. Choose another with --port or --desk-port.")


def _described(demo: Demo) -> dict[str, Any]:
    return {
        "service": demo.service,
        "anchor": str(demo.anchor),
        "server_dir": str(demo.server / "data"),
        "units": [
            {
                "slug": unit.slug,
                "name": unit.name,
                "desk": unit.desk,
                "dir": str(unit.folder),
                "desk_passphrase": unit.passphrase,
                "members": [vars(member) for member in unit.members],
            }
            for unit in demo.units
        ],
        "config": str(demo.server / "server.toml"),
        "directory": str(demo.directory),
        "roots": [
            {"key": str(demo.root(number)), "passphrase": passphrase} for number, passphrase in enumerate(demo.roots)
        ],
    }


async def _run(demo: Demo) -> None:
    children, stopped = Children(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        making = asyncio.create_task(_make(demo, children))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait((making, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            making.cancel()
            return
        making.result()
        text = json.dumps(_described(demo), indent=1)
        (demo.folder / "demo.json").write_text(text + "\n")
        click.echo(f"service {demo.service}, described in {demo.folder / 'demo.json'}; Ctrl-C ends it", err=True)
        for unit in demo.units:
            click.echo(f"desk {unit.desk}", err=True)
        words = [str(Path(sys.argv[0])), "demo-member", "--dir", str(demo.folder), demo.units[-1].slug]
        click.echo(f"to sign in at a desk: {shlex.join(words)}", err=True)
        click.echo("READY")
        sys.stdout.flush()
        ending = asyncio.create_task(children.wait_for_an_end())
        await asyncio.wait((ending, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stopped.is_set():
            raise DemoFailed(f"{ending.result()} ended by itself. See {demo.folder / 'logs'}.")
    finally:
        await children.stop()


async def _make(demo: Demo, children: Children) -> None:
    await make_roots(demo)
    await make_desks_and_server(demo)
    await start(demo, children)
    await put_contact_keys(demo)
    await wait_for_board(demo)


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Made; empty."
)
@click.option("--port", type=click.IntRange(1, 65_000), help="Of the service; default: a free one.")
@click.option(
    "--desk-port", type=click.IntRange(1, 65_000), help="Of the first desk; the others take the next free ones."
)
@click.option(
    "--declaration",
    is_flag=True,
    help="Members of its desks say, before they see a case, whether anything keeps them from it.",
)
def demo(folder: Path, port: int | None, desk_port: int | None, declaration: bool) -> None:
    """Run a whole throwaway service: ceremony, an intake desk and two force units, server and desks.

    Writes DIR/demo.json, then prints READY and runs until Ctrl-C. Nothing in it is secret or lasting: its passphrases
    stand in demo.json.

    \b
    Example:
      dropbox demo --dir /tmp/demo --port 8000
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(f"{folder} is not empty. Give a new folder with --dir.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken: set[int] = set()
    try:
        listen = f"{_HOST}:{_free(port, taken)}"
        ports = [_free(desk_port, taken) for _ in range(UNITS)]
        asyncio.run(_run(Demo(folder, f"http://{listen}", listen, demo_units(folder, ports), declaration)))
    except DemoFailed as failed:
        raise click.ClickException(str(failed)) from None
