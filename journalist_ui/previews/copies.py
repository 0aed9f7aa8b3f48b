# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of a file made of what it shows: a picture as PNG, pages as a PDF of pictures, sound as WAV, text as text.
Nothing else of the file is in it, neither what it tells of its maker nor what it would do."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from .frames import End, Frame, Picture, Seen, Text
from .png import colour_png, grey_png, wav, without_colour
from .renderer.wire import CLEAN_PAGES, RATE, Kind, Why

MOST_COPY = 64 << 20
_LONGER_SIDE = 842
"""Points of a page: A4."""


@dataclass(frozen=True)
class Copy:
    """``ending`` of a name for it: png, pdf, wav or txt."""

    ending: str
    data: bytes = field(repr=False)


class NoCopy(Exception):
    """``why`` as a preview has it; ALL where the file was shown, but has no copy: a film, or too much."""

    def __init__(self, why: Why, kind: Kind, pages: int) -> None:
        super().__init__(why)
        self.why, self.kind, self.pages = why, kind, pages


def make_copy(frames: Iterable[Frame]) -> Copy:
    """Of the frames of a look for Purpose.CLEAN. Raises NoCopy."""
    kind, pages, why, size = Kind.UNKNOWN, 0, Why.STOPPED, 0
    pictures: list[_Packed] = []
    texts: list[str] = []
    for frame in frames:
        if isinstance(frame, Seen):
            kind, pages = frame.kind, frame.pages
            if kind is Kind.FILM or pages > CLEAN_PAGES:
                raise NoCopy(Why.ALL, kind, pages)
        elif isinstance(frame, Text):
            texts.append(frame.text)
        elif isinstance(frame, Picture):
            pictures.append(_packed(frame, kind))
            size += len(pictures[-1].data)
        elif isinstance(frame, End):
            why = frame.why
        if size > MOST_COPY:
            raise NoCopy(Why.ALL, kind, pages)
    if why is not Why.ALL or len(pictures) + len(texts) != pages or not pages:
        raise NoCopy(why or Why.STOPPED, kind, pages)
    return _written(kind, pictures, texts)


def _written(kind: Kind, pictures: "list[_Packed]", texts: list[str]) -> Copy:
    if texts:
        return Copy("txt", "".join(texts).encode())
    if kind is Kind.SOUND:
        return Copy("wav", wav(b"".join(one.data for one in pictures), RATE))
    if len(pictures) == 1 and kind not in (Kind.PDF, Kind.OFFICE):
        return Copy("png", pictures[0].png())
    return Copy("pdf", _pdf(pictures))


@dataclass(frozen=True)
class _Packed:
    """A page: its pixels, packed; of a recording the samples as they are."""

    width: int
    height: int
    grey: bool
    data: bytes = field(repr=False)

    def png(self) -> bytes:
        written = grey_png if self.grey else colour_png
        return written(self.width, self.height, zlib.decompress(self.data))


def _packed(frame: Picture, kind: Kind) -> _Packed:
    if kind is Kind.SOUND:
        return _Packed(frame.width, frame.height, False, frame.sound)
    greys = without_colour(frame.rgb)
    return _Packed(frame.width, frame.height, greys is not None, zlib.compress(greys or frame.rgb, 6))


def _pdf(pictures: list[_Packed]) -> bytes:
    """Version 1.4, of pictures alone: no script, no form, no date, no name."""
    bodies: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (3 + 3 * at) for at in range(len(pictures)))
    bodies.append(b"<< /Type /Pages /Kids [ %b ] /Count %d >>" % (kids, len(pictures)))
    for at, one in enumerate(pictures):
        scale = _LONGER_SIDE / max(one.width, one.height)
        wide, high = b"%.2f" % (one.width * scale), b"%.2f" % (one.height * scale)
        drawn = b"q %b 0 0 %b 0 0 cm /P Do Q" % (wide, high)
        first = 3 + 3 * at
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %b %b] /Contents %d 0 R " % (wide, high, first + 1)
        bodies.append(page + b"/Resources << /XObject << /P %d 0 R >> >> >>" % (first + 2))
        bodies.append(_stream(b"", drawn))
        about = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 " % (one.width, one.height)
        colours = b"/DeviceGray" if one.grey else b"/DeviceRGB"
        bodies.append(_stream(about + b"/ColorSpace %b /Filter /FlateDecode " % colours, one.data))
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))


def _stream(head: bytes, data: bytes) -> bytes:
    return b"<< %b/Length %d >>\nstream\n%b\nendstream" % (head, len(data), data)
