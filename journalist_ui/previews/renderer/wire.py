# SPDX-License-Identifier: AGPL-3.0-or-later
"""What passes between a desk and the sandbox: layouts, codes and bounds, read by both. Numbers are big endian.

Asked: MAGIC, ASK (purpose u8, first page u32, bytes u32), the bytes. Answered: KIND once, then PICTURE and TEXT in any
order, then END. Nothing follows END.
"""

import struct
from enum import IntEnum, unique

MAGIC = b"preview1"
ASK = struct.Struct(">BII")
MOST_BYTES = 64 * 262_128
"""Of a file: what 64 blobs hold."""

KIND = b"K"
KIND_LAYOUT = struct.Struct(">BI")
"""What it is, and how many pages it has."""
PICTURE = b"P"
PICTURE_LAYOUT = struct.Struct(">HHBBIH")
"""Width, height, width and height of the veil, bytes of sound, samples a second; then RGB, the veil's greys, the
sound: one channel of 16 bits, little endian."""
TEXT = b"T"
TEXT_LAYOUT = struct.Struct(">I")
"""Bytes of UTF-8 that follow."""
END = b"E"
END_LAYOUT = struct.Struct(">B")
"""Why no more is shown."""

MOST_PAGES = 1_000_000
LONGEST_SIDE = 2_600
VIEW_PIXELS, CLEAN_PIXELS = 1_800_000, 4_000_000
"""Of a page that is looked at, and of one of a clean copy."""
VIEW_PAGES, CLEAN_PAGES = 5, 60
"""Of one run."""
VEIL_SIDE = 16
"""Of the veil: so few greys that nothing can be told from it, whoever made it."""
LETTERS = 4_000
MOST_TEXT = 4 * LETTERS
"""Letters of a page of text, and their bytes."""
RATE = 16_000
PART_SECONDS = 60
MOST_SOUND = 2 * RATE * PART_SECONDS
"""Samples a second, seconds and bytes of a part of a recording."""
STILLS = 12
"""Of a film, or of a picture that moves."""


@unique
class Purpose(IntEnum):
    """VIEW: VIEW_PAGES from the first page asked for. CLEAN: all of them, in finer pixels."""

    VIEW = 0
    CLEAN = 1


@unique
class Kind(IntEnum):
    """What a file is by its content, whatever its name says."""

    UNKNOWN = 0
    PDF = 1
    JPEG = 2
    PNG = 3
    WEBP = 4
    HEIC = 5
    GIF = 6
    TIFF = 7
    TEXT = 8
    OFFICE = 9
    SOUND = 10
    FILM = 11
    ARCHIVE = 12
    BMP = 13


@unique
class Why(IntEnum):
    """Why no more is shown. From LONG on it is said by what started the sandbox."""

    ALL = 0
    UNKNOWN = 1
    ARCHIVE = 2
    DAMAGED = 3
    LARGE = 4
    PROTECTED = 5
    EMPTY = 6
    NO_PROGRAM = 7
    LONG = 8
    STOPPED = 9
    NO_SANDBOX = 10


class CannotShow(Exception):
    """Raised by what renders: why."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why
