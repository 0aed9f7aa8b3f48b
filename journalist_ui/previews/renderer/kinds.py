# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file is, by how it begins: that decides which decoder sees it. Its name and its sender's word count nothing.

Read on both sides: what starts the sandbox allows further processes to those that need another program.
"""

from .wire import Kind

_BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"BM", Kind.BMP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OFFICE),
    (b"{\\rtf", Kind.OFFICE),
    (b"ID3", Kind.SOUND),
    (b"fLaC", Kind.SOUND),
    (b"OggS", Kind.SOUND),
    (b"#!AMR", Kind.SOUND),
    (b"FORM", Kind.SOUND),
    (b"caff", Kind.SOUND),
    (b"\x1aE\xdf\xa3", Kind.FILM),
    (b"\0\0\x01\xba", Kind.FILM),
    (b"\0\0\x01\xb3", Kind.FILM),
    (b"FLV\x01", Kind.FILM),
    (b"0&\xb2u\x8ef\xcf\x11", Kind.FILM),
    (b"7z\xbc\xaf'\x1c", Kind.ARCHIVE),
    (b"Rar!", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"BZh", Kind.ARCHIVE),
    (b"\xfd7zXZ\0", Kind.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", Kind.ARCHIVE),
)
_RIFF = {b"WEBP": Kind.WEBP, b"WAVE": Kind.SOUND, b"AVI ": Kind.FILM}
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
_PACKED = b"PK\x03\x04"
_PDF_WITHIN = 1024
_OFFICE_PARTS = (b"word/", b"xl/", b"ppt/", b"application/vnd.oasis.opendocument.")
NEED_PROGRAMS = frozenset({Kind.OFFICE, Kind.SOUND, Kind.FILM})


def kind_of(data: bytes) -> Kind:
    """Of the whole file's bytes; TEXT where nothing else is told from them and no zero stands in the beginning."""
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], Kind.UNKNOWN)
    if data[4:8] == b"ftyp":
        if data[8:12] in _HEIC:
            return Kind.HEIC
        return Kind.SOUND if data[8:11] == b"M4A" else Kind.FILM
    if data.startswith(_PACKED):
        return Kind.OFFICE if any(part in data for part in _OFFICE_PARTS) else Kind.ARCHIVE
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return Kind.PDF
    if data[257:262] == b"ustar":
        return Kind.ARCHIVE
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Kind.SOUND
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return Kind.TEXT if wide or b"\0" not in data[:65_536] else Kind.UNKNOWN
