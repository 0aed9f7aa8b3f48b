# SPDX-License-Identifier: AGPL-3.0-or-later
"""PNG (ISO/IEC 15948): chunk by chunk. What draws the picture stays byte for byte, animations too."""

import zlib

from .notes import Notes
from .told import Kind, NotOfItsKind, Tell, value_of

START = b"\x89PNG\r\n\x1a\n"
_DRAWS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT")
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_WORDS = {
    b"Software": Kind.SOFTWARE,
    b"Author": Kind.AUTHOR,
    b"Copyright": Kind.AUTHOR,
    b"Source": Kind.CAMERA,
    b"Creation Time": Kind.TIME,
}
_MOST_UNPACKED = 1_024


def walk_png(data: bytes) -> tuple[tuple[Tell, ...], bytes]:
    """What it tells, and the copy without. Raises NotOfItsKind."""
    notes = Notes()
    kept, at, name = [START], len(START), b""
    if data[:at] != START:
        raise NotOfItsKind("start")
    while name != b"IEND":
        notes.piece()
        size = int.from_bytes(data[at : at + 4], "big")
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if len(content) != size or len(name) != 4 or not name.isalpha():
            raise NotOfItsKind("chunk")
        whole = data[at : at + 12 + size]
        if zlib.crc32(name + content).to_bytes(4, "big") != whole[-4:] or len(whole) != 12 + size:
            raise NotOfItsKind("checksum")
        if (len(kept) == 1) != (name == b"IHDR"):
            raise NotOfItsKind("order")
        if name in _DRAWS:
            kept.append(whole)
        elif name[0:1].isupper():
            raise NotOfItsKind("critical chunk")
        else:
            _tell(notes, name, content)
        at += 12 + size
    if not any(chunk[4:8] == b"IDAT" for chunk in kept[1:]):
        raise NotOfItsKind("no picture")
    if data[at:].strip(b"\0"):
        notes.add(Kind.OTHER, "something behind the picture")
    return notes.told(), b"".join(kept)


def _tell(notes: Notes, name: bytes, content: bytes) -> None:
    if name == b"eXIf":
        notes.exif(content)
    elif name == b"tIME":
        notes.add(Kind.TIME, "when it was last changed")
    elif name in _TEXTS:
        _tell_text(notes, name, content)
    else:
        notes.add(Kind.OTHER, f"{value_of(name)}, which is not needed to draw it")


def _tell_text(notes: Notes, name: bytes, content: bytes) -> None:
    keyword, _, text = content.partition(b"\0")
    kind = _WORDS.get(keyword, Kind.OTHER)
    if keyword == b"XML:com.adobe.xmp":
        notes.xmp(text)
    elif keyword in _WORDS:
        if not notes.full(kind):
            unread = name == b"zTXt" and not notes.unpacks()
            notes.add(kind, "" if unread else value_of(_readable(name, text)))
    else:
        notes.add(kind, f"a text named {value_of(keyword)}")


def _readable(name: bytes, text: bytes) -> bytes:
    """A text's first bytes, unpacked where it is packed; as much as is told."""
    if name == b"iTXt":
        return text.split(b"\0", 3)[-1]
    if name != b"zTXt":
        return text
    try:
        return zlib.decompressobj().decompress(text[1:], _MOST_UNPACKED)
    except zlib.error:
        return b""
