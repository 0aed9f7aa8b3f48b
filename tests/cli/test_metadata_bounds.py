# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file that was made to keep a source's device busy, or to end the program, does neither."""

import io
import struct
import sys
import time
import tracemalloc
import zipfile
import zlib
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.metadata.exif import read_exif
from dropbox.metadata.look import look
from dropbox.metadata.notes import MOST_PIECES
from dropbox.metadata.told import MOST, Kind
from tests.cli.pictures import JPEG, PNG, WEBP

LARGE = 1 << 24
SECONDS = 10
"""Of processor time, for 16 MB, on a machine that does other things; one of them took minutes, or for ever."""


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def _png(*chunks: bytes) -> bytes:
    return PNG[:33] + b"".join(chunks) + PNG[33:]


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    added = b"".join(name + len(held).to_bytes(4, "little") + held + bytes(len(held) % 2) for name, held in chunks)
    body = WEBP[8:] + added
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _segments(count: int, content: bytes) -> bytes:
    one = b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
    return JPEG[:2] + one * count + JPEG[2:]


def _exif(size: int, items: int = 512) -> bytes:
    """Folders in a ring of eight, whose items each name the whole block as the author."""
    head = b"II*\0" + struct.pack("<I", 8)
    item = struct.pack("<HHII", 0x013B, 2, size - 16, 16)
    folders = b"".join(
        struct.pack("<H", items) + item * items + struct.pack("<I", 8 + (6 + 12 * items) * (at + 1)) for at in range(8)
    )
    return (head + folders).ljust(size, b" ")[:size]


def _filled(one: bytes, size: int = LARGE) -> bytes:
    return one * (size // len(one))


def _texts(one: bytes) -> bytes:
    return b"".join([_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _filled(one, 1 << 14))] * (LARGE >> 14))


WORST = {
    "a packet that never ends": lambda: b"%PDF-" + _filled(b"<x:xmpmeta"),
    "authors that never end": lambda: b"%PDF-" + _filled(b"/Author(" + b"\\x" * 400),
    "authors": lambda: b"%PDF-" + b"".join(b"/Author(%07d)" % at for at in range(1_000_000)),
    "names in a packet": lambda: b"%PDF-<x:xmpmeta" + _filled(b"tiff:Make>") + b"</x:xmpmeta>",
    "names in a large packet": lambda: _png(_chunk(b"iTXt", b"XML:com.adobe.xmp\0" + _filled(b"tiff:Make>"))),
    "names in many packets": lambda: _png(_texts(b"tiff:Make>")),
    "creators": lambda: _png(_texts(b"<dc:creator>" * 16 + b"<rdf:li" * 28)),
    "exif of a png": lambda: _png(_chunk(b"eXIf", _exif(LARGE))),
    "many exif of a png": lambda: _png(*[_chunk(b"eXIf", _exif(1 << 11, 100))] * (LARGE >> 11)),
    "exif of a webp": lambda: _webp((b"EXIF", _exif(LARGE))),
    "many exif of a jpeg": lambda: _segments(256, b"Exif\0\0" + _exif(65_000)),
    "packed texts": lambda: _png(*[_chunk(b"zTXt", b"Author\0\0" + zlib.compress(bytes(1 << 16)))] * 60_000),
    "fill": lambda: JPEG[:2] + _filled(b"\xff") + JPEG[3:],
    "fill in a scan": lambda: JPEG[:-2] + _filled(b"\xff") + b"\0" + JPEG[-2:],
    "stuffed": lambda: JPEG[:-2] + _filled(b"\xff\0") + JPEG[-2:],
    "chunks": lambda: _png(_filled(_chunk(b"aaAa", b""))),
    "chunks of a webp": lambda: _webp(*[(b"aaaa", b"")] * (LARGE // 8)),
    "segments": lambda: _segments(LARGE // 4, b""),
    "words": lambda: _filled(b"words\n"),
    "headers": lambda: _filled(b"X-A: "),
}


@pytest.mark.parametrize("worst", WORST)
def test_the_worst_file_of_each_kind_is_looked_at_in_seconds(worst: str) -> None:
    """As large as may be sent; what is told of it stays as short as ever."""
    data = WORST[worst]()
    before = time.process_time()
    found = look(data)
    assert time.process_time() - before < SECONDS
    assert len(found.tells) <= MOST


def _steps(data: bytes) -> int:
    """Lines of the program that looking at it takes."""
    lines = 0

    def count(_frame: FrameType, event: str, _held: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        look(data)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize(
    "filled",
    [
        JPEG[:2] + b"\xff" * 50_000 + JPEG[3:],
        JPEG[:-2] + b"\xff" * 50_000 + JPEG[-2:],
        JPEG[:-2] + b"\xff\0" * 50_000 + JPEG[-2:],
        b"words " * 10_000,
    ],
    ids=["before a marker", "at the end of a scan", "in a scan", "words"],
)
def test_no_byte_takes_a_line_of_the_program(filled: bytes) -> None:
    """What a file is filled up with is passed at once."""
    assert _steps(filled) < 5_000


@pytest.mark.parametrize(
    "data",
    [
        _png(_chunk(b"aaAa", b"") * MOST_PIECES),
        _webp(*[(b"aaaa", b"")] * MOST_PIECES),
        _segments(MOST_PIECES, b""),
    ],
    ids=["png", "webp", "jpeg"],
)
def test_a_picture_of_too_many_pieces_is_none(data: bytes) -> None:
    """No program writes one: it is told as broken, and has no copy."""
    found = look(data)
    assert (found.cleaned, found.tells) == (None, ())


def _packed(names: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for number in range(names):
            made.writestr(f"word/{number}", b"")
    return held.getvalue()


@pytest.mark.parametrize(
    "data", [WORST["authors"](), _packed(60_000)], ids=["authors of a document", "names in a packed file"]
)
def test_many_names_take_little_memory(data: bytes) -> None:
    """A list of them took hundreds of megabytes."""
    tracemalloc.start()
    try:
        look(data)
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGE
    finally:
        tracemalloc.stop()


def test_a_packed_file_of_more_names_than_a_document_has_is_none() -> None:
    """It is a packed file like any other."""
    assert look(_packed(4_097)).media_type == "application/zip"
    assert look(_packed(4_096)).media_type.endswith("wordprocessingml.document")


def test_many_of_one_kind_do_not_hide_another() -> None:
    """A place behind a hundred chunks of a program's own is told, and an author behind another a hundred times."""
    place = b"XML:com.adobe.xmp\0\0\0\0\0<a exif:GPSLatitude='' photoshop:City=\"Leeds\"/>"
    chunks = [_chunk(bytes([97 + at % 26, 97 + at // 26]) + b"Aa", b"") for at in range(100)]
    assert (Kind.PLACE, "Leeds") in {(one.kind, one.value) for one in look(_png(*chunks, _chunk(b"iTXt", place))).tells}
    pdf = look(b"%PDF-" + b"/Author(Somebody)" * 100 + b"/Author(Another)")
    assert {one.value for one in pdf.tells} == {"Somebody", "Another"}


def test_a_value_is_read_to_a_bound() -> None:
    """Of a whole block that each item names only the first of it is taken."""
    block = _exif(1 << 16)
    assert {len(one.value) for one in read_exif(block).tells if one.kind is Kind.AUTHOR} <= {0, *range(81)}
    assert len(read_exif(block).tells) <= 513


def _broken(compression: int) -> bytes:
    """A document whose properties are packed in a stream that breaks off into nonsense."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", compression) as made:
        made.writestr("word/document.xml", b"")
        made.writestr("docProps/core.xml", b"<dc:creator>Somebody</dc:creator>" * 50)
    data, name = bytearray(held.getvalue()), b"docProps/core.xml"
    at = data.index(name) + len(name)
    data[at : at + 24] = b"\xff" * 24
    return bytes(data)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_document_with_a_broken_part_is_looked_at(compression: int) -> None:
    """Its kind is told as far as it can be; the program does not end."""
    assert look(_broken(compression)).media_type.endswith("wordprocessingml.document")


BEGINNINGS = [
    *(JPEG[:2], JPEG[:20], PNG[:8], PNG[:33], WEBP[:12], WEBP[:30], b"RIFF\0\0\0\0WEBP", b"PK\3\4", b"%PDF-1.7 "),
    *(b"II*\0", b"MM\0*", b"\0\0\0\x18ftypheic", b"GIF89a", b"OggS", b"fLaC", b"ID3", b"{\\rtf", b"<svg", b"From: "),
    *(b"%PDF-<x:xmpmeta", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1a\x45\xdf\xa3"),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
def test_bytes_behind_each_known_beginning_raise_nothing(beginning: bytes, data: bytes) -> None:
    """Whatever they are."""
    look(beginning + data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_packed_document_that_was_changed_raises_nothing(data: st.DataObject) -> None:
    """Bytes turned anywhere: heads, streams and the list of names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name in ("mimetype", "word/a", "docProps/core.xml", "docProps/app.xml", "meta.xml"):
            made.writestr(name, b"<Company>Somebody</Company>" * 9)
    packed = bytearray(held.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(4, len(packed) - 1))] = data.draw(st.integers(0, 255))
    look(bytes(packed))
