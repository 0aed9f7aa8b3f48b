# SPDX-License-Identifier: AGPL-3.0-or-later
"""Honest files of each kind, through a real sandbox: what they show comes out as pixels, samples or text."""

from pathlib import Path

import pytest
from PIL import Image

from journalist_ui.previews.frames import Picture, Text
from journalist_ui.previews.renderer import wire
from journalist_ui.previews.renderer.wire import Kind, Purpose, Why
from tests.previews import samples
from tests.previews.samples import near, seen_by, sides

pytestmark = pytest.mark.bubblewrap
PICTURES = {
    Kind.JPEG: lambda: samples.picture_file("JPEG", quality=95),
    Kind.PNG: lambda: samples.picture_file("PNG"),
    Kind.WEBP: lambda: samples.picture_file("WEBP", lossless=True),
    Kind.GIF: lambda: samples.picture_file("GIF"),
    Kind.TIFF: lambda: samples.picture_file("TIFF"),
    Kind.BMP: lambda: samples.picture_file("BMP"),
    Kind.HEIC: samples.heic_file,
}


@pytest.mark.parametrize("kind", PICTURES, ids=lambda kind: kind.name)
def test_a_picture_comes_out_as_it_looks(kind: Kind) -> None:
    """In its colours and its size, with a veil of a few greys."""
    found, pages, (page,), why = seen_by(PICTURES[kind]())
    assert (found, pages, why) == (kind, 1, Why.ALL)
    assert isinstance(page, Picture)
    assert (page.width, page.height) == (120, 80)
    assert near(sides(page))
    assert page.veil_width * page.veil_height == len(page.veil) <= wire.VEIL_SIDE**2


def test_a_picture_lies_as_its_camera_held_it() -> None:
    """Turned by what the camera wrote down; a large one is made smaller, within the bounds."""
    exif = Image.Exif()
    exif[0x0112] = 6
    tall = samples.two_colours(4_000, 3_000).transpose(Image.Transpose.ROTATE_90)
    _, _, (page,), _ = seen_by(samples.picture_file("JPEG", tall, exif=exif))
    assert isinstance(page, Picture)
    assert page.width * page.height <= wire.VIEW_PIXELS
    assert page.width > page.height
    assert near(sides(page))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_to_hold_colours_is_read(mode: str) -> None:
    """Greys, palettes, transparency, print colours, sixteen bits."""
    form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    grey = samples.two_colours().convert("L")
    picture = grey.convert("I").point(lambda value: value * 256).convert("I;16") if mode == "I;16" else None
    _, _, (page,), why = seen_by(samples.picture_file(form, picture or samples.two_colours().convert(mode)))
    assert why is Why.ALL
    assert isinstance(page, Picture)
    assert len(page.rgb) == 3 * 120 * 80


def test_pages_come_as_they_are_asked_for() -> None:
    """Those of a PDF from the one that is named, so many at once; of a TIFF each."""
    data = samples.pdf_file(pages=12)
    kind, pages, shown, why = seen_by(data, first=9)
    assert (kind, pages, len(shown), why) == (Kind.PDF, 12, 4, Why.ALL)
    assert all(near(sides(page)) for page in shown)
    assert len(seen_by(data)[2]) == wire.VIEW_PAGES
    assert seen_by(data, first=13)[1:] == (12, [], Why.ALL)
    assert len(seen_by(data, purpose=Purpose.CLEAN)[2]) == 12
    leaves = [samples.two_colours() for _ in range(3)]
    tiff = samples.picture_file("TIFF", leaves[0], save_all=True, append_images=leaves[1:])
    assert seen_by(tiff, first=2)[1] == 3


def test_what_moves_is_a_few_stills() -> None:
    """Of a hundred frames a dozen."""
    leaves = [Image.new("RGB", (20, 20), (2 * at, 0, 255 - 2 * at)) for at in range(100)]
    gif = samples.picture_file("GIF", leaves[0], save_all=True, append_images=leaves[1:], duration=20)
    assert seen_by(gif)[1] == wire.STILLS


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_stays_text(code: str) -> None:
    """In any of the usual codes, in pages that lose nothing."""
    text = "He said: “do not, ever”.\n" * 400
    kind, pages, shown, why = seen_by(text.encode(code))
    assert (kind, why) == (Kind.TEXT, Why.ALL)
    assert all(isinstance(page, Text) for page in shown)
    assert "".join(page.text for page in shown if isinstance(page, Text)) == text
    assert pages == len(shown) == 3


@pytest.mark.ffmpeg
def test_a_recording_is_a_wave_and_its_sound() -> None:
    """Of two seconds of a tone: a wave that ends where it ends, and as many samples."""
    kind, pages, (page,), why = seen_by(samples.wav_file(2.0))
    assert (kind, pages, why) == (Kind.SOUND, 1, Why.ALL)
    assert isinstance(page, Picture)
    assert abs(len(page.sound) - 2 * 2 * wire.RATE) < 200
    middle = page.rgb[3 * page.width * 85 : 3 * page.width * 86]
    wave = [at for at in range(page.width) if middle[3 * at : 3 * at + 3] != b"\xff\xff\xff"]
    assert wave
    assert max(wave) <= page.width * 3 // wire.PART_SECONDS


@pytest.mark.ffmpeg
def test_a_film_is_stills_and_its_sound(tmp_path: Path) -> None:
    """Pictures first, each as it looks; then the sound, in parts."""
    kind, pages, shown, why = seen_by(samples.film_file(tmp_path))
    assert (kind, pages, why) == (Kind.FILM, 5, Why.ALL)
    assert all(near(sides(page), 60) for page in shown[:4])
    last = shown[4]
    assert isinstance(last, Picture)
    assert len(last.sound) > 2 * wire.RATE * 2


@pytest.mark.libreoffice
@pytest.mark.parametrize("kind", ["word", "rtf"])
def test_a_letter_is_shown_as_it_prints(kind: str) -> None:
    """By LibreOffice, as a page with ink on it."""
    data = samples.word_file() if kind == "word" else rb"{\rtf1 Hello \b from a letter}"
    found, pages, (page,), why = seen_by(data)
    assert (found, pages, why) == (Kind.OFFICE, 1, Why.ALL)
    assert isinstance(page, Picture)
    assert page.height > page.width
    assert min(page.rgb) < 100
    assert page.rgb.count(b"\xff") > len(page.rgb) * 0.9
