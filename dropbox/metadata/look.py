# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, by its content and not by its name; what it tells; and the copy that tells nothing of that."""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from .jpeg import START as JPEG, walk_jpeg
from .notes import MOST_MATCHES, Notes
from .png import START as PNG, walk_png
from .told import Kind, NotOfItsKind, Tell, value_of
from .webp import is_webp, walk_webp
from .words import is_plain, text_of

_BEGINNINGS = (
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
)
_BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif"}
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT = re.compile(r"application/vnd\.oasis\.opendocument\.[a-z]{1,20}")
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "meta.xml")
_PACKED, _NAMED = b"PK\3\4", b"PK\1\2"
_MOST_NAMES = 4_096
_MOST_PROPERTIES = 1 << 18
_MOST_PACKET = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    struct.error,
    zlib.error,
)
_ABOUT = tuple(
    (kind, re.compile(rb"<(?:" + tags + rb")[^<>]{0,200}>([^<]{1,400})<"))
    for kind, tags in (
        (Kind.AUTHOR, rb"dc:creator|cp:lastModifiedBy|meta:initial-creator|Company|Manager"),
        (Kind.SOFTWARE, rb"Application|meta:generator"),
        (Kind.TIME, rb"dcterms:created|dcterms:modified|meta:creation-date"),
    )
)
_PDF = tuple(
    (kind, re.compile(rb"/" + name + rb"\s{0,4}\(((?:[^()\\]|\\.){1,400})\)"))
    for kind, name in (
        (Kind.AUTHOR, b"Author"),
        (Kind.SOFTWARE, b"Creator"),
        (Kind.SOFTWARE, b"Producer"),
        (Kind.TIME, b"CreationDate"),
    )
)
UNKNOWN, TEXT = "application/octet-stream", "text/plain"
_DOCUMENTS = ("application/pdf", "application/rtf", "application/vnd.oasis.opendocument.", *_OFFICE.values())
WALKERS = {"image/jpeg": walk_jpeg, "image/png": walk_png, "image/webp": walk_webp}


@dataclass(frozen=True)
class Look:
    """``media_type`` by content. ``tells`` what could be read; ``cleaned`` the picture without any of it, None where no
    such copy can be made: then there may be more than was read. ``plain``: words that somebody wrote, and no more."""

    media_type: str
    tells: tuple[Tell, ...] = ()
    cleaned: bytes | None = field(default=None, repr=False)
    plain: bool = False

    @property
    def needs_no_word(self) -> bool:
        """Whether it may go without a person's word that it is to: a copy, words, a document, sound. What is not known
        may be a photograph in a format that is not known here, with the place in it."""
        known = self.media_type.startswith(("audio/", *_DOCUMENTS))
        return self.cleaned is not None or self.plain or known


def look(data: bytes) -> Look:
    """At a file's bytes; nothing is unpacked beyond a bound."""
    if data.startswith(_PACKED):
        members = _members(data)
        return Look(_packed(members), _office(members))
    media_type = kind_of(data)
    if media_type in WALKERS:
        try:
            tells, cleaned = WALKERS[media_type](data)
        except NotOfItsKind:
            return Look(media_type)
        return Look(media_type, tells, cleaned)
    if media_type == "application/pdf":
        return Look(media_type, _pdf(data))
    return Look(media_type, plain=media_type == TEXT and is_plain(text_of(data)))


def kind_of(data: bytes) -> str:
    """The media type of what it begins with."""
    if data.startswith(JPEG):
        return "image/jpeg"
    if data.startswith(PNG):
        return "image/png"
    if data[:4] == b"RIFF":
        return (
            "image/webp"
            if is_webp(data)
            else {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(data[8:12], UNKNOWN)
        )
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "audio/mp4" if data[8:11] == b"M4A" else "video/mp4")
    if data.startswith(_PACKED):
        return _packed(_members(data))
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    return TEXT if text_of(data) else UNKNOWN


def _members(data: bytes) -> dict[str, bytes]:
    """The parts of a packed document that say what it is and who made it, each bounded; of one with more names than a
    document has, none."""
    found: dict[str, bytes] = {}
    if data.count(_NAMED) > _MOST_NAMES:
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            held = {one.filename: one for one in packed.infolist()}
            found |= dict.fromkeys(held, b"")
            for name in {*_PROPERTIES, "mimetype"} & set(held):
                # The others that a zip may have can ask for gigabytes of memory; no office program writes them.
                if held[name].compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    with packed.open(held[name]) as member:
                        found[name] = member.read(_MOST_PROPERTIES)
    except _BROKEN:
        return found
    return found


def _packed(members: dict[str, bytes]) -> str:
    stated = members.get("mimetype", b"").decode("ascii", "replace")
    if _OPEN_DOCUMENT.fullmatch(stated):
        return stated
    found = (media_type for begin, media_type in _OFFICE.items() if any(name.startswith(begin) for name in members))
    return next(found, "application/zip")


def _office(members: dict[str, bytes]) -> tuple[Tell, ...]:
    notes = Notes()
    for name in _PROPERTIES:
        for kind, pattern in _ABOUT:
            notes.matches(kind, pattern, members.get(name, b""))
    return notes.told()


def _pdf(data: bytes) -> tuple[Tell, ...]:
    notes = Notes()
    for kind, pattern in _PDF:
        for number, match in enumerate(pattern.finditer(data)):
            if number >= MOST_MATCHES or notes.full(kind):
                break
            text = match[1]
            wide = text.startswith(b"\xfe\xff")
            notes.add(kind, value_of(text[2:].decode("utf-16-be", "replace").encode() if wide else text))
    begin = data.find(b"<x:xmpmeta")
    if begin >= 0:
        packet = data[begin : begin + _MOST_PACKET]
        notes.xmp(packet[: packet.find(b"</x:xmpmeta>")] if b"</x:xmpmeta>" in packet else packet)
    return notes.told()
