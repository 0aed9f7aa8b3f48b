# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pixels as PNG, samples as WAV: what goes to a member is written here, never by what saw the file."""

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _COLOUR = 0, 2
_LEVEL = 4


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def without_colour(rgb: bytes) -> bytes | None:
    """The greys of a picture that has nothing else."""
    red = rgb[::3]
    return red if red == rgb[1::3] == rgb[2::3] else None


def _png(width: int, height: int, colour: int, pixels: bytes) -> bytes:
    row = len(pixels) // height
    lines = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = zlib.compress(lines, _LEVEL)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def grey_png(width: int, height: int, greys: bytes) -> bytes:
    return _png(width, height, _GREY, greys)


def colour_png(width: int, height: int, rgb: bytes) -> bytes:
    """Of RGB; in greys where it has no colour."""
    greys = without_colour(rgb)
    return _png(width, height, _COLOUR, rgb) if greys is None else _png(width, height, _GREY, greys)


def wav(samples: bytes, rate: int) -> bytes:
    """Of one channel of 16 bits."""
    told = struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
    head = b"WAVEfmt " + told + b"data" + struct.pack("<I", len(samples))
    return b"RIFF" + struct.pack("<I", len(head) + len(samples)) + head + samples
