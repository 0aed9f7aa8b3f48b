# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a file tells is found, and the copy of a picture has none of it and every byte that draws it."""

import io
import zipfile
import zlib

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.metadata.look import look
from dropbox.metadata.told import Kind
from tests.cli.pictures import JPEG, PNG, PROGRESSIVE, WEBP

PICTURES = {"image/jpeg": JPEG, "image/png": PNG, "image/webp": WEBP}
PLANTED = [b"Acme", b"Phone 7", b"Camera 3.1", b"Somebody", b"Painter 2", b"hello"]


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def _scans(jpeg: bytes) -> bytes:
    """All from the first table on."""
    return jpeg[jpeg.index(b"\xff\xdb") :]


@pytest.mark.parametrize(("media_type", "picture"), [*PICTURES.items(), ("image/jpeg", PROGRESSIVE)])
def test_camera_place_author_and_program_are_named_and_gone(media_type: str, picture: bytes) -> None:
    """Each is told with its words; the copy tells nothing, has no planted byte, and is its own copy."""
    found = look(picture)
    assert found.media_type == media_type
    told = {(tell.kind, tell.value) for tell in found.tells}
    assert {(Kind.CAMERA, "Acme"), (Kind.CAMERA, "Phone 7"), (Kind.AUTHOR, "Somebody")} <= told
    assert {(Kind.SOFTWARE, "Camera 3.1"), (Kind.PLACE, "where it was taken")} <= told
    assert found.cleaned is not None
    assert [one for one in PLANTED if one in found.cleaned] == []
    again = look(found.cleaned)
    assert (again.tells, again.cleaned) == ((), found.cleaned)


@pytest.mark.parametrize("picture", [JPEG, PROGRESSIVE])
def test_a_jpeg_keeps_what_draws_it(picture: bytes) -> None:
    """Tables, frames and scans byte for byte; how it is turned stays, since it would lie on its side otherwise."""
    cleaned = look(picture).cleaned
    assert cleaned is not None
    comment = b"\xff\xfe\0\7hello"
    assert _scans(cleaned) == _scans(picture).replace(comment, b"")
    assert b"Exif\0\0MM\0*" in cleaned
    assert len(cleaned) < len(picture)


def test_a_png_keeps_what_draws_it() -> None:
    """Its data byte for byte; whatever else a program added is not there."""
    cleaned = look(PNG).cleaned
    assert cleaned is not None
    at = PNG.index(b"IDAT") - 4
    size = int.from_bytes(PNG[at : at + 4], "big") + 12
    assert PNG[at : at + size] in cleaned
    assert cleaned.count(b"IDAT") == 1
    assert b"eXIf" not in cleaned


def test_a_webp_keeps_what_draws_it() -> None:
    """The picture's chunk byte for byte, and no flag that promises notes."""
    cleaned = look(WEBP).cleaned
    assert cleaned is not None
    at = WEBP.index(b"VP8L")
    assert WEBP[at : at + 8 + int.from_bytes(WEBP[at + 4 : at + 8], "little")] in cleaned
    assert not cleaned[cleaned.index(b"VP8X") + 8] & 0x2C
    assert int.from_bytes(cleaned[4:8], "little") == len(cleaned) - 8


@pytest.mark.parametrize("media_type", PICTURES)
def test_what_stands_behind_a_picture_goes(media_type: str) -> None:
    """A film of the moment, or a document that somebody hid."""
    found = look(PICTURES[media_type] + b"hidden words")
    assert any("behind the picture" in tell.value for tell in found.tells)
    assert found.cleaned == look(PICTURES[media_type]).cleaned


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200), marker=st.sampled_from([*range(0xE0, 0xF0), 0xFE]))
def test_no_segment_of_a_program_stays_in_a_jpeg(content: bytes, marker: int) -> None:
    """Whatever stands in it, and wherever it claims to come from."""
    segment = bytes((0xFF, marker)) + (len(content) + 18).to_bytes(2, "big") + content + b"planted-in-a-pic"
    cleaned = look(JPEG[:2] + segment + JPEG[2:]).cleaned
    assert cleaned is not None
    assert b"planted-in-a-pic" not in cleaned
    assert _scans(cleaned) == _scans(look(JPEG).cleaned or b"")


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200), name=st.from_regex(r"[a-z][A-Za-z][A-Z][A-Za-z]", fullmatch=True))
def test_no_chunk_of_a_program_stays_in_a_png(content: bytes, name: str) -> None:
    """But those that draw it."""
    if name in ("tRNS", "acTL", "fcTL", "fdAT"):
        return
    chunk = _chunk(name.encode(), content + b"planted-in-a-pic")
    cleaned = look(PNG[:33] + chunk + PNG[33:]).cleaned
    assert cleaned == look(PNG).cleaned


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_the_bytes_there_is_a_look(data: st.DataObject) -> None:
    """Cut, turned and mixed pictures raise nothing; what has a copy has one that tells nothing."""
    picture = bytearray(data.draw(st.sampled_from([JPEG, PROGRESSIVE, PNG, WEBP])))
    for _ in range(data.draw(st.integers(0, 4))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    found = look(bytes(picture[: data.draw(st.integers(0, len(picture)))]))
    if found.cleaned is not None:
        assert look(found.cleaned).tells == ()


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_other_bytes_have_no_copy(data: bytes) -> None:
    """What begins as no picture that can be walked is looked at, and left."""
    assert look(data).cleaned is None


def _packed(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return held.getvalue()


def test_a_document_names_its_author() -> None:
    """Of an office program and of a PDF, as far as it can be read; no copy is offered."""
    core = b"<cp:coreProperties><dc:creator>Somebody</dc:creator></cp:coreProperties>"
    app = b"<Properties><Application>Writer 9</Application></Properties>"
    word = look(_packed({"word/document.xml": b"", "docProps/core.xml": core, "docProps/app.xml": app}))
    assert word.media_type.endswith("wordprocessingml.document")
    assert {(tell.kind, tell.value) for tell in word.tells} == {(Kind.AUTHOR, "Somebody"), (Kind.SOFTWARE, "Writer 9")}
    pdf = look(b"%PDF-1.7\n1 0 obj << /Author (Somebody) /Producer (\xfe\xff\0W\0 \0009) >> endobj")
    assert pdf.media_type == "application/pdf"
    assert {(tell.kind, tell.value) for tell in pdf.tells} == {(Kind.AUTHOR, "Somebody"), (Kind.SOFTWARE, "W 9")}
    assert (word.cleaned, pdf.cleaned) == (None, None)


def test_a_packed_file_that_swells_is_read_to_a_bound() -> None:
    """A part of a hundred megabytes is looked at as far as a quarter of one."""
    core = b"<dc:creator>Somebody</dc:creator>" + b" " * 100_000_000
    assert look(_packed({"word/a": b"", "docProps/core.xml": core})).tells[0].value == "Somebody"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"GIF89a", "image/gif"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"words, nothing else\n", "text/plain"),
        (b"\0\1\2", "application/octet-stream"),
        (_packed({"a": b""}), "application/zip"),
        (_packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_the_kind_is_that_of_the_content(data: bytes, media_type: str) -> None:
    """Whatever a file is called."""
    assert look(data).media_type == media_type


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("words, nothing else: 1 < 2\n", True),
        ("\ufeffwords", True),
        ("Dear all,\nFrom: is a word too", True),
        ("Note: words\n", True),
        ("\ufeff \n<?xml version='1.0'?>", False),
        ("<!DOCTYPE html>", False),
        ("a track: <GPX version='1.1'>", False),
        ("words <svg/>", False),
        ("Return-Path: <a>\nX-Two:\n  folded\nReceived: b\n", False),
        ("subject : words", False),
        ("From a@b Mon\n", False),
        ('{"latitude": 53.8}', False),
        ("BEGIN:VCARD\n", False),
        ("%!PS-Adobe-3.0\n", False),
    ],
)
def test_words_are_told_from_what_a_program_made(text: str, plain: bool) -> None:
    """Markup, tracks, drawings and mails are texts, and no plain words."""
    found = look(text.encode())
    assert (found.media_type, found.plain, found.needs_no_word) == ("text/plain", plain, plain)
