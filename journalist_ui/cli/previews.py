# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk file preview``: look at a file of a case, without opening it."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from dropbox.command_line.inputs import reason as why_not
from dropbox.command_line.refused import InputRefused
from journalist_ui.refusals import NotWhole
from journalist_ui.shapes.previews import GetPreview, Preview, PreviewFile, PreviewPage
from journalist_ui.words.previews import by_content, scanned, why_no_more

from .asking import ask_signed_in, json_option, session_option, show_done
from .handling import case_argument
from .terminal import inert

_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True)
class WrittenPage:
    """A page of a file, and the names of what was written of it."""

    page: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """``pages`` those that were written, of ``of`` that there are; ``why`` no more were, as in Preview."""

    case: int
    file: int
    name: str
    type: str
    kind: str
    hash: str
    of: int
    blurred: bool
    why: str
    pages: tuple[WrittenPage, ...]
    say: str
    scan: str


@click.command("preview")
@case_argument
@click.argument("number", metavar="FILE", type=click.IntRange(min=1))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="A new folder, for you alone."
)
@click.option("--page", default=1, type=click.IntRange(1, 1_000_000), help="The first page; a few come at once.")
@click.option("--clear", is_flag=True, help="As they are, also where your setting blurs them first.")
@session_option
@json_option
def preview(case: int, number: int, out: Path, page: int, clear: bool, session: Path, as_json: bool) -> None:
    """Look at a file of a case without opening it: its pages as pictures (PNG), sound (WAV) or text, in a new folder.

    They are made in a sandbox that has neither network nor desk, a few at once; --page names the first. Where your
    setting says so they are blurred and grey, without sound and text, until you say --clear. That you looked stands in
    the record of the case.

    \\b
    Examples:
      dropbox-desk file preview 482913 1 --out pages --session ada.session
      dropbox-desk file preview 482913 1 --out more --page 6 --clear --session ada.session
    """
    try:
        out.mkdir(0o700)
    except OSError as error:
        raise InputRefused(f"The folder {out} cannot be made: {why_not(error)}. Name a new one with --out.") from None
    try:
        found = ask_signed_in(session, PreviewFile(case, number, page))
        blurred = found.blurred and not clear
        wanted = [one for one in found.shown if one.page >= page]
        pages = tuple(WrittenPage(one.page, tuple(_write(out, session, found, one, blurred))) for one in wanted)
    except BaseException:
        _take_back(out)
        raise
    about = (found.case, found.file, found.name, found.type, found.kind, found.hash, found.pages)
    written = Written(*about, blurred, found.why, pages, why_no_more(found), found.scan)
    show_done(written, as_json, lambda one: _lines(found, one, out))


def _take_back(out: Path) -> None:
    for path in out.iterdir():
        path.unlink()
    out.rmdir()


def _write(out: Path, session: Path, found: Preview, page: PreviewPage, blurred: bool) -> Iterator[str]:
    """The names of what was written of a page."""
    if page.width:
        part = "veil" if blurred else "picture"
        yield _keep(out / f"page-{page.page}.png", _fetch(session, found, page, part))
    if page.seconds and not blurred:
        yield _keep(out / f"page-{page.page}.wav", _fetch(session, found, page, "sound"))
    if page.text and not blurred:
        yield _keep(out / f"page-{page.page}.txt", page.text.encode())


def _keep(path: Path, data: bytes) -> str:
    try:
        with os.fdopen(os.open(path, _FRESH, 0o600), "wb") as kept:
            kept.write(data)
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {why_not(error)}. Nothing of it was kept.") from None
    return path.name


def _fetch(session: Path, found: Preview, page: PreviewPage, part: str) -> bytes:
    data, pieces = b"", 1
    piece = 0
    while piece < pieces:
        got = ask_signed_in(session, GetPreview(found.case, found.file, page.page, part, piece))
        data, pieces, piece = data + base64.b64decode(got.data), got.pieces, piece + 1
    if not data:
        raise NotWhole("Nothing of this page came. Look at the file again.")
    return data


def _lines(found: Preview, written: Written, out: Path) -> list[str]:
    lines = [f"File {found.file} of case {found.case}, {inert(found.name)}. {by_content(found)}", scanned(found)]
    if written.pages:
        first, last = written.pages[0].page, written.pages[-1].page
        which = (
            f"Page {first} of {found.pages} is" if first == last else f"Pages {first} to {last} of {found.pages} are"
        )
        lines.append(f"{which} in {out}.")
        if last < found.pages and not found.why:
            lines.append(f"Go on with --page {last + 1}.")
    if written.blurred and written.pages:
        lines.append(
            "They are blurred, without sound and text, as your setting says. Say --clear for them as they are."
        )
    return [*lines, *([written.say] if written.say else [])]
