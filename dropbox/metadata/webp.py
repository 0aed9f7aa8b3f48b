# SPDX-License-Identifier: AGPL-3.0-or-later
"""WebP (RFC 9649): chunk by chunk. What draws the picture stays byte for byte, animations too."""

from .notes import Notes
from .told import Kind, NotOfItsKind, Tell

_DRAWS = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF")
_OF_A_FRAME = (b"VP8 ", b"VP8L", b"ALPH")
_FRAME_HEAD = 16
_KEPT_FLAGS = 0x12
"""Alpha and animation; profile, Exif and XMP are there no more."""
_EXIF = b"Exif\0\0"


def is_webp(data: bytes) -> bool:
    """By its first twelve bytes."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _chunks(data: bytes, notes: Notes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        notes.piece()
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        name, content = data[at : at + 4], data[at + 8 : at + 8 + size]
        if at + 8 > len(data) or len(content) != size or at + 8 + size + size % 2 > len(data):
            raise NotOfItsKind("chunk")
        found.append((name, content))
        at += 8 + size + size % 2
    return found


def walk_webp(data: bytes) -> tuple[tuple[Tell, ...], bytes]:
    """What it tells, and the copy without. Raises NotOfItsKind."""
    size = int.from_bytes(data[4:8], "little")
    if not is_webp(data) or size < 4 or size % 2 or len(data) < 8 + size:
        raise NotOfItsKind("start")
    notes = Notes()
    kept = []
    for name, content in _chunks(data[12 : 8 + size], notes):
        if name not in _DRAWS:
            _tell(notes, name, content)
            continue
        kept.append(_chunk(name, _drawn(name, content, notes)))
    if not kept or kept[0][:4] not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise NotOfItsKind("no picture")
    if data[8 + size :].strip(b"\0"):
        notes.add(Kind.OTHER, "something behind the picture")
    body = b"WEBP" + b"".join(kept)
    return notes.told(), b"RIFF" + len(body).to_bytes(4, "little") + body


def _drawn(name: bytes, content: bytes, notes: Notes) -> bytes:
    if name == b"VP8X":
        if len(content) != 10:
            raise NotOfItsKind("head")
        return bytes((content[0] & _KEPT_FLAGS, 0, 0, 0)) + content[4:]
    if name != b"ANMF":
        return content
    if len(content) < _FRAME_HEAD:
        raise NotOfItsKind("frame")
    inside = _chunks(content[_FRAME_HEAD:], notes)
    for one, held in inside:
        if one not in _OF_A_FRAME:
            _tell(notes, one, held)
    return content[:_FRAME_HEAD] + b"".join(_chunk(one, held) for one, held in inside if one in _OF_A_FRAME)


def _tell(notes: Notes, name: bytes, content: bytes) -> None:
    if name == b"EXIF":
        notes.exif(content.removeprefix(_EXIF))
    elif name == b"XMP ":
        notes.xmp(content)
    else:
        notes.add(Kind.OTHER, "a colour profile" if name == b"ICCP" else "something of a program's own")
