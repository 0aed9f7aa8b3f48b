# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was found in a file, and the one error of the walkers."""

import re
from dataclasses import dataclass
from enum import Enum

LONGEST = 80
"""Letters of a value that are told."""
MOST = 24
"""Things that are told of one file."""


class NotOfItsKind(Exception):
    """The bytes do not follow the format that they begin with; no copy without metadata can be made of them."""


class Kind(Enum):
    """What somebody learns."""

    CAMERA = "camera"
    PLACE = "place"
    TIME = "time"
    AUTHOR = "author"
    SOFTWARE = "software"
    OTHER = "other"


@dataclass(frozen=True)
class Tell:
    """One thing that a file says; ``value`` is somebody else's text, "" where it is not shown."""

    kind: Kind
    value: str = ""


def value_of(raw: bytes) -> str:
    """A text of a file's, short and on one line, in whatever letters can be read."""
    text = raw.split(b"\0")[0].decode("utf-8", "replace")
    return " ".join(text.split())[:LONGEST]


def each_once(tells: list[Tell]) -> tuple[Tell, ...]:
    """In the order of the kinds."""
    order = list(Kind)
    return tuple(sorted(dict.fromkeys(tells), key=lambda tell: order.index(tell.kind))[:MOST])


_XMP = (
    (Kind.CAMERA, rb"(?:tiff:Make|tiff:Model|aux:SerialNumber|aux:Lens)"),
    (Kind.PLACE, rb"(?:exif:GPSLatitude|photoshop:City|Iptc4xmpCore:Location)"),
    (Kind.TIME, rb"(?:xmp:CreateDate|exif:DateTimeOriginal|photoshop:DateCreated)"),
    (Kind.AUTHOR, rb"(?:photoshop:AuthorsPosition|xmpRights:Owner|pdf:Author)"),
    (Kind.SOFTWARE, rb"(?:xmp:CreatorTool|pdf:Producer|pdf:Creator)"),
)
_CREATOR = re.compile(rb"<dc:creator>.{0,400}?<rdf:li[^>]{0,80}>([^<]{1,400})<", re.DOTALL)


def read_xmp(packet: bytes) -> list[Tell]:
    """The best known of what a packet of XMP holds; that it is there is told in any case."""
    found = [Tell(Kind.OTHER, "notes of a program (XMP)")]
    for kind, names in _XMP:
        for match in re.finditer(rb"\b" + names + rb'(?:="([^"]{1,400})"|>([^<]{1,400})<)', packet):
            found.append(Tell(kind, value_of(match[1] or match[2])))
    found += [Tell(Kind.AUTHOR, value_of(match[1])) for match in _CREATOR.finditer(packet)]
    return found
