# SPDX-License-Identifier: AGPL-3.0-or-later
"""Printing on whatever stands at the other end: terminals of few letters, full disks, readers that have gone."""

import codecs
import io
import os
import select
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from .refused import OutputLost

_PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u27e6": "<",
    "\u27e7": ">",
    "\u00a0": " ",
}
_HANDLER = "plain-letters"
FULL = "Standard output took nothing ({why}). Give the command a place to write to that has room."
GONE = "Nobody reads standard output any more. Run the command again where its output is kept."
NOWHERE = "Standard output goes nowhere, and what is printed is given once. Give the command a place to write to."
WRITTEN = "{files}: written, but what was to be printed here could not be."
DONE = "It is done, but what was to be printed here could not be."
NOTHING_DONE = "Nothing was done."
CLOSED = "Standard output is closed. Give the command a place to write to."


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What a terminal cannot show: our own marks as the nearest plain ones, all else by its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one, f"<U+{ord(one):04X}>") for one in letters), error.end


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    """ASCII under another name: click takes a terminal of ASCII for a mistake, and would send it UTF-8."""
    if name != _HANDLER.replace("-", "_"):
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_codec.encode,
        ascii_codec.decode,
        streamreader=ascii_codec.streamreader,
        streamwriter=ascii_codec.streamwriter,
        incrementalencoder=ascii_codec.incrementalencoder,
        incrementaldecoder=ascii_codec.incrementaldecoder,
        name=_HANDLER,
    )


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(FULL.format(why=os.strerror(error.errno or 0))) from None


class _ToldOutput(io.TextIOWrapper):
    """Standard output whose failure is never taken for that of a file or a database: it raises OutputLost."""

    def write(self, text: str) -> int:
        with _telling():
            return super().write(text)

    def flush(self) -> None:
        with _telling():
            super().flush()


def fit_streams() -> bool:
    """Make standard output and error take every letter; whether standard output was open.

    What is closed becomes the null device, so that no file that is opened later takes its number.
    """
    codecs.register_error(_HANDLER, _plain)
    codecs.register(_plain_ascii)
    was_open = sys.stdout is not None
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is this one.
            os.open(os.devnull, os.O_RDWR)
    # They stay open as long as the process lives.
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            plain = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_HANDLER if plain else None, errors=_HANDLER)
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        encoding, lines = out.encoding, out.line_buffering
        sys.stdout = _ToldOutput(out.detach(), encoding, _HANDLER, line_buffering=lines)
    return was_open


def check_output() -> None:
    """Before anything is done whose words must not be lost. Raises OutputLost: full, or nobody reads it."""
    flush(sys.stdout)
    _check_reader()


def _check_reader() -> None:
    """A pipe or terminal whose other end is gone takes bytes that nobody will read."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    poll = select.poll()
    poll.register(descriptor, 0)
    if any(event & (select.POLLERR | select.POLLHUP | select.POLLNVAL) for _, event in poll.poll(0)):
        raise OutputLost(GONE)


def flush(stream: TextIO) -> None:
    """Raises OutputLost when what was printed cannot leave."""
    try:
        stream.flush()
    except BrokenPipeError:
        raise OutputLost(GONE) from None
    except OSError as error:
        raise OutputLost(FULL.format(why=os.strerror(error.errno or 0))) from None


def say_once(text: str, end: str = "\n") -> None:
    """Print what is given once, and have it leave: when this returns, somebody can have seen it. Raises OutputLost."""
    check_output()
    try:
        sys.stdout.write(text + end)
    except BrokenPipeError:
        raise OutputLost(GONE) from None
    except OSError as error:
        raise OutputLost(FULL.format(why=os.strerror(error.errno or 0))) from None
    check_output()


def goes_nowhere() -> bool:
    """Whether standard output is the null device, which takes all and shows nothing."""
    try:
        found = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return False
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == os.stat(os.devnull).st_rdev


@contextmanager
def seen_first() -> Iterator[None]:
    """What is printed in the block is for whoever decides, and is seen before anything is done. Raises OutputLost,
    which says that nothing was: else a reader that goes early would leave it undone without a word."""
    try:
        check_output()
        yield
        check_output()
    except BrokenPipeError:
        raise OutputLost(f"{NOTHING_DONE} {GONE}") from None
    except OutputLost as lost:
        raise OutputLost(f"{NOTHING_DONE} {lost.say}") from None


def say_done(text: str) -> None:
    """Print what became of something that is done by now. Raises OutputLost, which says that it is."""
    try:
        say_once(text)
    except OutputLost:
        raise OutputLost(DONE) from None


def say_written(text: str, *files: Path) -> None:
    """Print what is to be said of files that are written. Raises OutputLost, which says that they are."""
    try:
        say_once(text)
    except OutputLost:
        raise OutputLost(WRITTEN.format(files=", ".join(map(str, files)))) from None


def give_up_output() -> None:
    """Nothing more can leave: Python must not complain of it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, OutputLost, ValueError, AttributeError):
            os.dup2(null, 1 if stream is sys.stdout else 2)
