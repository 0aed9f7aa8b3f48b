# SPDX-License-Identifier: AGPL-3.0-or-later
"""JPEG (ITU-T T.81): segment by segment up to the end of the picture. What draws it stays byte for byte."""

import re

from .exif import only_orientation
from .notes import Notes
from .told import Kind, NotOfItsKind, Tell

START = b"\xff\xd8"
_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_JFIF, _APP1, _ICC, _IPTC, _ADOBE = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
_DRAWS = {*range(0xC0, 0xC8), *range(0xC9, 0xD0), _SCAN, 0xDB, 0xDC, 0xDD}
"""Frames, tables, scans, lines and restarts."""
_ADOBE_SIZE = 12
_PLAIN_JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"
_OTHERS = {_COMMENT: "a comment", _ICC: "a colour profile or further pictures", _IPTC: "notes of an editor (IPTC)"}
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_FILL = re.compile(rb"\xff*")
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def _piece(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _after_fill(data: bytes, at: int) -> int:
    """Where the last of several FF stands: any number of them may stand before a marker."""
    found = _FILL.match(data, at)
    return max(at, found.end() - 1) if found else at


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands: behind stuffed bytes and restarts."""
    found = _MARKER.search(data, at)
    if not found:
        raise NotOfItsKind("scan")
    return found.start()


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._kept: list[bytes] = []
        self._jfif = self._drawn = False
        self._orientation = 1
        self._notes = Notes()

    def run(self) -> bytes:
        """The picture alone. Raises NotOfItsKind."""
        data, at = self._data, 2
        if data[:2] != START:
            raise NotOfItsKind("start")
        while True:
            self._notes.piece()
            at = _after_fill(data, at)
            if at + 2 > len(data) or data[at] != 0xFF:
                raise NotOfItsKind("marker")
            marker = data[at + 1]
            if marker == _END:
                break
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            if size < 2 or at + 2 + size > len(data):
                raise NotOfItsKind("length")
            content, at = data[at + 4 : at + 2 + size], at + 2 + size
            after = _after_scan(data, at) if marker == _SCAN else at
            self._take(marker, content, data[at:after])
            at = after
        if not self._drawn:
            raise NotOfItsKind("no scan")
        if data[at + 2 :].strip(b"\0"):
            self._notes.add(Kind.OTHER, "something behind the picture, such as a film of the moment")
        return self._written()

    def _written(self) -> bytes:
        first = [_piece(_JFIF, _PLAIN_JFIF)] if self._jfif else []
        if self._orientation != 1:
            first.append(_piece(_APP1, _EXIF + only_orientation(self._orientation)))
        return b"".join([START, *first, *self._kept, bytes((0xFF, _END))])

    def _take(self, marker: int, content: bytes, drawn: bytes) -> None:
        if marker in _DRAWS:
            self._drawn |= marker == _SCAN
            self._kept.append(_piece(marker, content) + drawn)
        elif marker == _ADOBE and len(content) == _ADOBE_SIZE and content.startswith(b"Adobe"):
            # How its colours are to be read.
            self._kept.append(_piece(marker, content))
        elif marker == _JFIF and content.startswith(b"JFIF\0"):
            self._jfif = True
            self._tell_thumbnail(content)
        elif marker == _APP1 and content.startswith(_EXIF):
            self._take_exif(content[len(_EXIF) :])
        elif marker == _APP1 and content.startswith(_XMP):
            self._notes.xmp(content)
        elif 0xE0 <= marker <= 0xEF or marker == _COMMENT:
            self._notes.add(Kind.OTHER, _OTHERS.get(marker, "something of a program's own"))
        else:
            raise NotOfItsKind("marker")

    def _tell_thumbnail(self, content: bytes) -> None:
        if content[12:14] not in (b"\0\0", b""):
            self._notes.add(Kind.OTHER, "a small copy of the picture")

    def _take_exif(self, block: bytes) -> None:
        turned = next((one for one in range(1, 9) if block == only_orientation(one)), 0)
        self._orientation = turned or self._notes.exif(block).orientation

    def told(self) -> tuple[Tell, ...]:
        """What stood in the segments that went by."""
        return self._notes.told()


def walk_jpeg(data: bytes) -> tuple[tuple[Tell, ...], bytes]:
    """What it tells, and the copy without. Raises NotOfItsKind."""
    walk = _Walk(data)
    picture = walk.run()
    return walk.told(), picture
