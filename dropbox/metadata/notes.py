# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the notes in one file tell, read to a bound: whoever made it may have meant to keep this device busy."""

import re
from collections import Counter

from .exif import Exif, read_exif
from .told import MOST, Kind, NotOfItsKind, Tell, each_once, value_of

MOST_PIECES = 1 << 16
"""Segments or chunks of one picture."""
MOST_READ = 1 << 19
"""Bytes of notes that are read for words, over the whole file; that there are some is told of all."""
MOST_MATCHES = 1 << 12
MOST_PACKED = 1 << 8
"""Packed texts of one picture that are unpacked."""
_XMP = tuple(
    (kind, re.compile(rb"\b(?:" + names + rb')(?:="([^"<]{1,400})"|>([^<]{1,400})<)'))
    for kind, names in (
        (Kind.CAMERA, rb"tiff:Make|tiff:Model|aux:SerialNumber|aux:Lens"),
        (Kind.PLACE, rb"exif:GPSLatitude|photoshop:City|Iptc4xmpCore:Location"),
        (Kind.TIME, rb"xmp:CreateDate|exif:DateTimeOriginal|photoshop:DateCreated"),
        (Kind.AUTHOR, rb"photoshop:AuthorsPosition|xmpRights:Owner|pdf:Author"),
        (Kind.SOFTWARE, rb"xmp:CreatorTool|pdf:Producer|pdf:Creator"),
    )
)
_CREATOR = re.compile(rb"<dc:creator>.{0,400}?<rdf:li[^<>]{0,80}>([^<]{1,400})<", re.DOTALL)


class Notes:
    """Collects; of each kind as many as are ever told, so that many of one do not hide another."""

    def __init__(self) -> None:
        self._tells: dict[Tell, None] = {}
        self._of: Counter[Kind] = Counter()
        self._pieces, self._packed, self._left = 0, 0, MOST_READ

    def piece(self) -> None:
        """One more segment or chunk. Raises NotOfItsKind for too many: no program writes so many."""
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise NotOfItsKind("pieces")

    def unpacks(self) -> bool:
        """Whether one more packed text is unpacked; more than a picture has tell no more than that they are there."""
        self._packed += 1
        return self._packed <= MOST_PACKED

    def full(self, kind: Kind) -> bool:
        """Whether more of it would not be told."""
        return self._of[kind] >= MOST

    def add(self, kind: Kind, value: str = "") -> None:
        """One thing; more of its kind than are told are left."""
        tell = Tell(kind, value)
        if tell not in self._tells and not self.full(kind):
            self._tells[tell] = None
            self._of[kind] += 1

    def matches(self, kind: Kind, pattern: re.Pattern[bytes], data: bytes) -> None:
        """What the groups of a pattern hold, until there is enough."""
        for number, match in enumerate(pattern.finditer(data)):
            if number >= MOST_MATCHES or self.full(kind):
                return
            self.add(kind, value_of(match[match.lastindex or 0]))

    def exif(self, block: bytes) -> Exif:
        """``block`` begins with the TIFF header."""
        found = read_exif(self._cut(block))
        for tell in found.tells:
            self.add(tell.kind, tell.value)
        return found

    def xmp(self, packet: bytes) -> None:
        """The best known of what a packet of XMP holds; that it is there is told in any case."""
        self.add(Kind.OTHER, "notes of a program (XMP)")
        read = self._cut(packet)
        for kind, pattern in (*_XMP, (Kind.AUTHOR, _CREATOR)):
            self.matches(kind, pattern, read)

    def told(self) -> tuple[Tell, ...]:
        """In the order of the kinds, each once."""
        return each_once(self._tells)

    def _cut(self, data: bytes) -> bytes:
        read = data[: self._left]
        self._left -= len(read)
        return read
