# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, by its content and not by its name; what it tells; and the copy that tells nothing of that."""

import io
import re
import zipfile
from dataclasses import dataclass, field

from .jpeg import START as JPEG, walk_jpeg
from .png import START as PNG, walk_png
from .told import Kind, NotOfItsKind, Tell, each_once, read_xmp, value_of
from .webp import is_webp, walk_webp

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
_MOST_NAMES = 4_096
_MOST_PROPERTIES = 1 << 18
_ABOUT = (
    (Kind.AUTHOR, rb"(?:dc:creator|cp:lastModifiedBy|meta:initial-creator|Company|Manager)"),
    (Kind.SOFTWARE, rb"(?:Application|meta:generator)"),
    (Kind.TIME, rb"(?:dcterms:created|dcterms:modified|meta:creation-date)"),
)
_PDF = (
    (Kind.AUTHOR, b"Author"),
    (Kind.SOFTWARE, b"Creator"),
    (Kind.SOFTWARE, b"Producer"),
    (Kind.TIME, b"CreationDate"),
)
UNKNOWN = "application/octet-stream"
WALKERS = {"image/jpeg": walk_jpeg, "image/png": walk_png, "image/webp": walk_webp}


@dataclass(frozen=True)
class Look:
    """``media_type`` by content. ``tells`` what could be read; ``cleaned`` the picture without any of it, None where no
    such copy can be made: then there may be more than was read."""

    media_type: str
    tells: tuple[Tell, ...] = ()
    cleaned: bytes | None = field(default=None, repr=False)


def look(data: bytes) -> Look:
    """At a file's bytes; nothing is unpacked beyond a bound."""
    media_type = kind_of(data)
    if media_type in WALKERS:
        try:
            tells, cleaned = WALKERS[media_type](data)
        except NotOfItsKind:
            return Look(media_type)
        return Look(media_type, each_once(tells), cleaned)
    if media_type == "application/pdf":
        return Look(media_type, each_once(_pdf(data)))
    if data.startswith(b"PK\3\4"):
        return Look(media_type, each_once(_office(data)))
    return Look(media_type)


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
    if data.startswith(b"PK\3\4"):
        return _packed(data)
    for beginning, media_type in _BEGINNINGS:
        if data.startswith(beginning):
            return media_type
    return "text/plain" if _is_text(data) else UNKNOWN


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and not any(letter < " " and letter not in "\t\n\r\f" for letter in text)


def _members(data: bytes) -> dict[str, bytes]:
    """The parts of a packed document that say what it is and who made it, each bounded."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()[:_MOST_NAMES]
            found |= dict.fromkeys(names, b"")
            for name in {*_PROPERTIES, "mimetype"} & set(names):
                with packed.open(name) as member:
                    found[name] = member.read(_MOST_PROPERTIES)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return found
    return found


def _packed(data: bytes) -> str:
    members = _members(data)
    stated = members.get("mimetype", b"").decode("ascii", "replace")
    if _OPEN_DOCUMENT.fullmatch(stated):
        return stated
    found = (media_type for begin, media_type in _OFFICE.items() if any(name.startswith(begin) for name in members))
    return next(found, "application/zip")


def _office(data: bytes) -> list[Tell]:
    found = []
    for name, content in _members(data).items():
        if name in _PROPERTIES:
            for kind, tags in _ABOUT:
                for match in re.finditer(rb"<" + tags + rb"[^>]{0,200}>([^<]{1,400})<", content):
                    found.append(Tell(kind, value_of(match[1])))
    return found


def _pdf(data: bytes) -> list[Tell]:
    found = []
    for kind, name in _PDF:
        for match in re.finditer(rb"/" + name + rb"\s{0,4}\(((?:[^()\\]|\\.){1,400})\)", data):
            text = match[1]
            wide = text.startswith(b"\xfe\xff")
            found.append(Tell(kind, value_of(text[2:].decode("utf-16-be", "replace").encode() if wide else text)))
    packet = re.search(rb"<x:xmpmeta.{0,65536}?</x:xmpmeta>", data, re.DOTALL)
    return found + (read_xmp(packet[0]) if packet else [])
