# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the project's own commands as subprocesses: once to their end, or until the demo stops."""

import asyncio
import contextlib
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path

_STOP_WITHIN = 20


class DemoFailed(Exception):
    """A step of the demo did not work; the text says which, and what the command said."""


def command(name: str) -> str:
    """The path of one of the project's commands, installed beside this Python."""
    return str(Path(sys.executable).parent / name)


async def run(arguments: Sequence[str], secrets: Sequence[str] = ()) -> str:
    """Run one command to its end, with secrets as lines on its standard input; its standard output.

    Raises DemoFailed with what it said on standard error.
    """
    process = await asyncio.create_subprocess_exec(
        command(arguments[0]), *arguments[1:], stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    said, complained = await process.communicate("".join(f"{line}\n" for line in secrets).encode())
    if process.returncode:
        last = complained.decode(errors="replace").strip().splitlines()
        raise DemoFailed(f"{' '.join(arguments[:3])} failed: {last[-1] if last else process.returncode}")
    return said.decode()


class Children:
    """The long-running commands of the demo; when one ends by itself, the demo ends."""

    def __init__(self) -> None:
        self._running: dict[str, Process] = {}

    async def start(self, name: str, arguments: Sequence[str], secret: str | None, log: Path) -> None:
        """Start one and wait for the first line that it prints; what it says on standard error goes to ``log``.

        Raises DemoFailed.
        """
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                command(arguments[0]),
                *arguments[1:],
                stdin=DEVNULL if secret is None else PIPE,
                stdout=PIPE,
                stderr=errors,
                start_new_session=True,
            )
        self._running[name] = process
        if secret is not None and process.stdin is not None:
            # One that has ended already is told below.
            with contextlib.suppress(ConnectionError):
                process.stdin.write(f"{secret}\n".encode())
                await process.stdin.drain()
            process.stdin.close()
        first = await process.stdout.readline() if process.stdout else b""
        if not first:
            raise DemoFailed(f"{name} did not start; see {log}")

    async def wait_for_an_end(self) -> str:
        """The name of the first that ends."""
        waiting = {asyncio.create_task(process.wait()): name for name, process in self._running.items()}
        done, still = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in still:
            task.cancel()
        return waiting[done.pop()]

    async def stop(self) -> None:
        """Ask each to end, and end those that do not."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                await asyncio.wait_for(process.wait(), _STOP_WITHIN)
            except TimeoutError:
                process.kill()
                await process.wait()
