# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small honest files of each kind, made here. What they show is plain: red on the left, blue on the right."""

import io
import math
import struct
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from journalist_ui.previews.asking import look
from journalist_ui.previews.frames import End, Frame, Picture, Seen, Text
from journalist_ui.previews.renderer.wire import Kind, Purpose, Why

RED, BLUE = (200, 30, 30), (30, 30, 200)


def two_colours(width: int = 120, height: int = 80) -> Image.Image:
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def picture_file(form: str, picture: Image.Image | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    (picture or two_colours()).save(out, form, **options)
    return out.getvalue()


def heic_file() -> bytes:
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(two_colours()).save(out, quality=-1)
    return out.getvalue()


def pdf_file(pages: int = 2, extra: bytes = b"", catalog: bytes = b"", box: bytes = b"0 0 300 200") -> bytes:
    """Written by hand: each page is red on the left and blue on the right."""
    drawn = b"0.78 0.12 0.12 rg 0 0 150 200 re f 0.12 0.12 0.78 rg 150 0 150 200 re f"
    kids = b" ".join(b"%d 0 R" % (4 + at) for at in range(pages))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        b"<< /Length %d >>\nstream\n" % len(drawn) + drawn + b"\nendstream",
        *(b"<< /Type /Page /Parent 2 0 R /MediaBox [" + box + b"] /Contents 3 0 R >>" for _ in range(pages)),
        *([extra] if extra else ()),
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)


def wav_file(seconds: float = 2.0, rate: int = 8_000) -> bytes:
    samples = b"".join(
        struct.pack("<h", int(20_000 * math.sin(at * 2 * math.pi * 440 / rate))) for at in range(int(seconds * rate))
    )
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data"
    body = head + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


def film_file(folder: Path) -> bytes:
    """Three seconds, red on the left, with sound."""
    made = folder / "film.mp4"
    shown = "color=red:size=160x120:duration=3:rate=5[l];color=blue:size=160x120:duration=3:rate=5[r];[l][r]hstack"
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3", "-c:a", "aac"]
    words = ["ffmpeg", "-nostdin", "-v", "error", "-y", *sound, "-filter_complex", shown, "-c:v", "mpeg4", str(made)]
    subprocess.run(words, check=True)
    return made.read_bytes()


def word_file(text: str = "Hello from a letter", **more: bytes) -> bytes:
    """The least that LibreOffice takes for a letter of Word; ``more`` by the names of members."""
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>'
    )
    document = (
        '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
    )
    members = {"[Content_Types].xml": types, "_rels/.rels": relations, "word/document.xml": document}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in (members | more).items():
            packed.writestr(name, content)
    return out.getvalue()


def seen_by(data: bytes, first: int = 1, purpose: Purpose = Purpose.VIEW) -> tuple[Kind, int, list[Frame], Why]:
    """What a sandbox of this machine answers: kind, pages, those that came, why no more."""
    return sorted_out(look(data, purpose, first))


def sorted_out(frames: Iterable[Frame]) -> tuple[Kind, int, list[Frame], Why]:
    seen, *pages, end = frames
    assert isinstance(seen, Seen)
    assert isinstance(end, End)
    assert all(isinstance(page, Picture | Text) for page in pages)
    return seen.kind, seen.pages, pages, end.why


def sides(page: Frame) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The colours in the middle of the left and of the right half."""
    assert isinstance(page, Picture)
    row = (page.height // 2) * page.width * 3
    at = [row + 3 * (page.width // 4), row + 3 * (page.width * 3 // 4)]
    return tuple(page.rgb[at[0] : at[0] + 3]), tuple(page.rgb[at[1] : at[1] + 3])


def near(found: tuple[tuple[int, ...], tuple[int, ...]], most: int = 30) -> bool:
    """Whether these are red and blue."""
    wanted = (RED, BLUE)
    return all(
        abs(a - b) <= most for one, two in zip(found, wanted, strict=True) for a, b in zip(one, two, strict=True)
    )
