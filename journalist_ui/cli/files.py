# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk file``: look at a file of a case, take one out of the desk."""

import base64
import hashlib
import os
from contextlib import suppress
from pathlib import Path

import click

from dropbox.command_line.inputs import reason as why_not
from dropbox.command_line.refused import InputRefused
from journalist_ui.refusals import NotWhole
from journalist_ui.shapes.files import FileTaken, GetPiece, TakeFile

from .asking import ask_signed_in, json_option, session_option, show_done
from .handling import case_argument
from .previews import preview
from .terminal import inert

_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@click.group()
def file() -> None:
    """The files of a case."""


file.add_command(preview)


@file.command("export")
@case_argument
@click.argument("number", metavar="FILE", type=click.IntRange(min=1))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A new file, for you alone."
)
@click.option("--reason", required=True, help="Why; it stands in the record of the case.")
@click.option("--clean", is_flag=True, help="A copy of what it shows, and of nothing else.")
@session_option
@json_option
def export(case: int, number: int, out: Path, reason: str, clean: bool, session: Path, as_json: bool) -> None:
    """Take a file of a case out as it came, under a name of yours; `dropbox-desk show` lists them.

    It comes from a stranger and may be made to harm whatever opens it: do not open it on this machine. That it was
    taken out, why, and its hash stand in the record before anything is written. With --clean it is a copy made of what
    a sandbox saw: PNG or PDF of pictures, WAV, or text, without what the file tells of its maker.

    \b
    Examples:
      dropbox-desk file export 482913 1 --out evidence.jpg --reason "for the technical unit" --session ada.session
      dropbox-desk file export 482913 1 --clean --out copy.png --reason "for the briefing" --session ada.session
    """
    try:
        handle = os.open(out, _FRESH, 0o600)
    except OSError as error:
        raise InputRefused(f"The file {out} cannot be made: {why_not(error)}. Name a new one with --out.") from None
    show_done(_fetch(handle, out, session, TakeFile(case, number, reason, clean)), as_json, _taken)


def _fetch(handle: int, out: Path, session: Path, asked: TakeFile) -> FileTaken:
    """Into the file that was made; it goes again where not all of it comes."""
    try:
        with os.fdopen(handle, "wb") as taken:
            done = ask_signed_in(session, asked)
            digest = hashlib.sha256()
            for piece in range(done.pieces):
                data = base64.b64decode(ask_signed_in(session, GetPiece(done.handle, piece)).data)
                digest.update(data)
                taken.write(data)
            taken.flush()
            os.fsync(taken.fileno())
        if digest.hexdigest() != done.hash:
            raise NotWhole("What was taken out is not what was written down. Nothing was kept; begin again.")
    except BaseException:
        with suppress(OSError):
            out.unlink()
        raise
    return done


def _taken(done: FileTaken) -> list[str]:
    what = "Clean copy of file" if done.original else "File"
    of = f"; of the file {done.original}" if done.original else ""
    return [f"{what} {done.file} of case {done.case}, {inert(done.name)}: {done.size} bytes, SHA-256 {done.hash}{of}"]
