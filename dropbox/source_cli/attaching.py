# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that go with a text: read whole, looked at here, sealed; and what a person is told of them before."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar

import click

from dropbox.command_line.inputs import read_bytes
from dropbox.flows.source.attached import Attached
from dropbox.flows.source.message import parts_of
from dropbox.metadata.look import WALKERS, Look, look
from dropbox.metadata.told import Kind, Tell
from dropbox.protocol.attachments import seal_file
from dropbox.protocol.blobs import posted
from dropbox.protocol.body import File, Report
from dropbox.protocol.constants import BLOB_PLAIN, KEY, MAX_BLOBS, MAX_FILE_NAME
from dropbox.protocol.errors import TooLong
from dropbox.protocol.inert import inert

from . import terminal
from .service import Stop

Command = TypeVar("Command", bound=Callable[..., Any])
LARGEST = MAX_BLOBS * BLOB_PLAIN
ENDINGS = {
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "text/plain": "txt",
    "video/mp4": "mp4",
}
KINDS = {
    Kind.CAMERA: "the camera",
    Kind.PLACE: "the place",
    Kind.TIME: "the time",
    Kind.AUTHOR: "an author",
    Kind.SOFTWARE: "the program",
    Kind.OTHER: "it holds",
}
SEEN = (
    "Files can be seen to be sent: whoever watches the line or holds the service sees that this visit sends "
    "{count} x 256 KiB, and when. Not to whom, nor what."
)
CLEANED = "  It goes without any of this: the same picture, and nothing else of the file. --as-it-is sends all of it."
AS_IT_IS = "  It goes with all of this, as you asked."
NOT_CLEAN = "  It can hold more about who made it than can be found here, and no copy without that can be made here."
DOCUMENT = " A photograph of a document, or of a print, tells less."
UNREADABLE = (
    "  It is not built as such pictures are, so that no copy without its notes can be made. A new photograph of it can."
)
MAY_TELL_PLACE = (
    "The file {path} may say where, with what and by whom it was made, and no copy without that can be made here. "
    "Nothing was sent. Send a picture as JPEG, PNG or WebP, or a photograph of it; words as plain text; or, where the "
    "unit may know all of that, give --as-it-is."
)
STILL = "What a picture shows, and marks that a printer or a camera leaves in it, stays in any copy."
ASK = "Send these files as they are?"
DO_NOT_FIT = (
    "Text and list of files do not fit together. Send the text first, without files, then the files with `reply` and a "
    "short text."
)


@dataclass(frozen=True)
class Attaching:
    """The files of one message, sealed: what its text says of them, and their blobs."""

    files: tuple[File, ...] = ()
    blobs: tuple[bytes, ...] = field(default=(), repr=False)

    def pieces(self, report: Report) -> tuple[bytes, ...]:
        """The parts of the message. Raises TooLong, Stop."""
        try:
            return parts_of(report)
        except TooLong:
            if not self.files:
                raise
            raise Stop(DO_NOT_FIT) from None

    def attached(self) -> Attached | None:
        """What a visit posts; None without files."""
        return Attached(self.blobs, secrets.token_bytes, time.time) if self.blobs else None


def attach_options(command: Command) -> Command:
    """The options of what sends files."""
    for option in (
        click.option(
            "--keep-names", is_flag=True, help='Send the files\' own names; else each is called "file 1.jpg".'
        ),
        click.option(
            "--as-it-is",
            is_flag=True,
            help="Send files with all that they tell of their making; else pictures (JPEG, PNG, WebP) go without.",
        ),
        click.option(
            "--attach", multiple=True, metavar="FILE", help="A file to send along; repeat for several, 16 MB in all."
        ),
    ):
        command = option(command)
    return command


def attach(paths: Sequence[str], service_id: bytes, *, as_it_is: bool, keep_names: bool, ask: bool) -> Attaching:
    """Read and seal the files, pictures without what they tell unless ``as_it_is``; what they tell is said before.
    ``ask``: a person is there to be asked about what goes with it; else only what `needs_no_word` goes. Raises
    InputRefused, Stop, Abort."""
    files: list[File] = []
    blobs: list[bytes] = []
    doubts = False
    for number, path in enumerate(paths, start=1):
        data = read_bytes(path, LARGEST, "file given with --attach")
        if not data:
            raise Stop(f"The file {path} is empty. Leave it out, or give the right one.")
        found = look(data)
        doubts |= _say(path, found, as_it_is)
        if not (as_it_is or ask or found.needs_no_word):
            raise Stop(MAY_TELL_PLACE.format(path=inert(path)))
        data = data if as_it_is or found.cleaned is None else found.cleaned
        file, sealed = seal_file(
            _name(path, number, found, keep_names), found.media_type, data, secrets.token_bytes(KEY), service_id
        )
        files.append(file)
        blobs += sealed
        if len(blobs) > MAX_BLOBS:
            raise Stop(
                f"The files are too large: all together may have about {LARGEST // 1_000_000} MB. Send fewer at a time."
            )
    if files:
        terminal.say(STILL)
        terminal.say(SEEN.format(count=posted(len(blobs))))
        if doubts and ask and not click.confirm(ASK, default=False, err=True):
            raise Stop("Stopped. Nothing was sent.")
    return Attaching(tuple(files), tuple(blobs))


def _name(path: str, number: int, found: Look, keep: bool) -> str:
    """Raises Stop for a name that cannot be sent."""
    if not keep:
        ending = ENDINGS.get(found.media_type)
        return f"file {number}.{ending}" if ending else f"file {number}"
    name = PurePath(path).name
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        size = 0
    if not 0 < size <= MAX_FILE_NAME:
        raise Stop(
            f"The name of the file {inert(path)} cannot be sent. Leave out --keep-names, or give it another one."
        )
    return name


def _say(path: str, found: Look, as_it_is: bool) -> bool:
    """What a file tells, in words; whether a person is to be asked about what goes with it."""
    terminal.say(f"{inert(path)}: {found.media_type}")
    for tell in found.tells:
        terminal.say(f"  tells {_in_words(tell)}")
    if found.cleaned is not None:
        if found.tells:
            terminal.say(AS_IT_IS if as_it_is else CLEANED)
        return bool(found.tells) and as_it_is
    advice = DOCUMENT if found.media_type.startswith("application/") else ""
    terminal.say(UNREADABLE if found.media_type in WALKERS else NOT_CLEAN + advice)
    return not found.plain


def _in_words(tell: Tell) -> str:
    return f"{KINDS[tell.kind]}: {inert(tell.value)}" if tell.value else KINDS[tell.kind]
