# SPDX-License-Identifier: AGPL-3.0-or-later
"""How every command reads a file or standard input: bounded before it is read, and refused in one line."""

import codecs
import os
import sys
from pathlib import Path

from .refused import InputRefused

STANDARD_INPUT = "-"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def reason(error: OSError) -> str:
    """What the system says, without names: "No such file or directory"."""
    return os.strerror(error.errno) if error.errno else "It cannot be used"


def read_bytes(source: Path | str, largest: int, what: str) -> bytes:
    """A file, or standard input for "-": at most ``largest`` bytes. Raises InputRefused. ``what`` names it in a
    sentence, as in "text file"."""
    try:
        if str(source) == STANDARD_INPUT:
            data = sys.stdin.buffer.read(largest + 1)
        else:
            with Path(source).open("rb") as file:
                data = file.read(largest + 1)
    except OSError as error:
        raise InputRefused(f"The {what}{_named(source)} cannot be read: {reason(error)}. Check its name.") from None
    except ValueError:
        # A name that no file can have: a NUL, or a letter that the system cannot write.
        raise InputRefused(f"The {what} has a name that no file can have. Check it.") from None
    if len(data) > largest:
        raise InputRefused(f"The {what}{_named(source)} is larger than {_size(largest)}. Is it the right one?")
    return data


def _named(source: Path | str) -> str:
    return " on standard input" if str(source) == STANDARD_INPUT else f" {source}"


def _size(largest: int) -> str:
    for step, unit in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if largest >= step:
            return f"{largest / step:.3g} {unit}"
    return f"{largest} bytes"


def without_mark(data: bytes) -> bytes:
    """Without the byte order mark that some editors put before UTF-8 text."""
    return data.removeprefix(codecs.BOM_UTF8)


def as_text(data: bytes, what: str) -> str:
    """Strict UTF-8, a byte order mark dropped. Raises InputRefused."""
    try:
        return without_mark(data).decode()
    except UnicodeDecodeError:
        found = "UTF-16" if data.startswith(_UTF_16) else "not UTF-8"
        raise InputRefused(f"The {what} is {found}. Save it as UTF-8 text and try again.") from None


def read_text(source: Path | str, largest: int, what: str) -> str:
    """The same as text. ``largest`` counts bytes. Raises InputRefused."""
    return as_text(read_bytes(source, largest, what), what)
