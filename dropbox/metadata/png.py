# SPDX-License-Identifier: AGPL-3.0-or-later
"""PNG (ISO/IEC 15948): chunk by chunk. What draws the picture stays byte for byte, animations too."""

import zlib

from .exif import read_exif
from .told import Kind, NotOfItsKind, Tell, read_xmp, value_of

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
_MOST_PACKED = 1 << 16


def walk_png(data: bytes) -> tuple[list[Tell], bytes]:
    """What it tells, and the copy without. Raises NotOfItsKind."""
    tells: list[Tell] = []
    kept, at, name = [START], len(START), b""
    if data[:at] != START:
        raise NotOfItsKind("start")
    while name != b"IEND":
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
            tells += _told(name, content)
        at += 12 + size
    if not any(chunk[4:8] == b"IDAT" for chunk in kept[1:]):
        raise NotOfItsKind("no picture")
    if data[at:].strip(b"\0"):
        tells.append(Tell(Kind.OTHER, "something behind the picture"))
    return tells, b"".join(kept)


def _told(name: bytes, content: bytes) -> list[Tell]:
    if name == b"eXIf":
        return read_exif(content).tells
    if name == b"tIME":
        return [Tell(Kind.TIME, "when it was last changed")]
    if name in _TEXTS:
        return _text(name, content)
    return [Tell(Kind.OTHER, f"{value_of(name)}, which is not needed to draw it")]


def _text(name: bytes, content: bytes) -> list[Tell]:
    keyword, _, text = content.partition(b"\0")
    if keyword == b"XML:com.adobe.xmp":
        return read_xmp(text)
    if name == b"zTXt":
        try:
            text = zlib.decompressobj().decompress(text[1:], _MOST_PACKED)
        except zlib.error:
            text = b""
    elif name == b"iTXt":
        text = text.split(b"\0", 3)[-1]
    kind = _WORDS.get(keyword, Kind.OTHER)
    return [Tell(kind, value_of(text) if keyword in _WORDS else f"a text named {value_of(keyword)}")]
