# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures, by Pillow. Each frame of a TIFF is a page; of one that moves a few are."""

import io
from collections.abc import Iterator
from typing import cast

from PIL import Image, ImageOps

from . import wire
from .pages import Asked, Page, Pages, shrunk
from .wire import CannotShow, Kind, Why

_FORMATS = {
    Kind.JPEG: ("JPEG",),
    Kind.PNG: ("PNG",),
    Kind.WEBP: ("WEBP",),
    Kind.GIF: ("GIF",),
    Kind.TIFF: ("TIFF",),
    Kind.BMP: ("BMP",),
    Kind.HEIC: ("HEIF", "AVIF"),
}
_MOST_DECODED = 50_000_000
_MOST_JPEG = 400_000_000
"""Pixels: a JPEG is decoded small where it is shown small."""
_SMALL = 2
"""How much larger than needed a JPEG may be decoded."""


def pictures(kind: Kind, data: bytes, asked: Asked) -> Pages:
    """Raises CannotShow, and whatever a decoder does with what it cannot read."""
    Image.MAX_IMAGE_PIXELS = None  # The bounds here come first.
    if kind is Kind.HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    # A file that is held in memory and its picture end with this process.
    picture = Image.open(io.BytesIO(data), formats=_FORMATS[kind])
    _check(picture, kind)
    if kind is Kind.JPEG:
        picture.draft("RGB", _coarse_size(picture, asked))
    frames = max(1, getattr(picture, "n_frames", 1))
    if kind is not Kind.TIFF and frames > wire.STILLS:
        chosen = [at * frames // wire.STILLS for at in range(wire.STILLS)]
    else:
        chosen = list(range(frames))
    return len(chosen), _frames(picture, kind, [chosen[at] for at in asked.of(len(chosen))], asked)


def _check(picture: Image.Image, kind: Kind) -> None:
    if not 0 < picture.width * picture.height <= (_MOST_JPEG if kind is Kind.JPEG else _MOST_DECODED):
        raise CannotShow(Why.LARGE)


def _coarse_size(picture: Image.Image, asked: Asked) -> tuple[int, int]:
    scale = min(1.0, (_SMALL * asked.most_pixels / (picture.width * picture.height)) ** 0.5)
    return max(1, int(picture.width * scale)), max(1, int(picture.height * scale))


def _frames(picture: Image.Image, kind: Kind, chosen: list[int], asked: Asked) -> Iterator[Page]:
    for frame in chosen:
        picture.seek(frame)
        _check(picture, kind)
        if picture.width * picture.height > _MOST_DECODED:
            raise CannotShow(Why.LARGE)
        yield Page(shrunk(_flat(ImageOps.exif_transpose(picture)), asked.most_pixels))


def _flat(picture: Image.Image) -> Image.Image:
    """On white, in eight bits."""
    if picture.mode.startswith(("I", "F")):
        low, high = cast(tuple[float, float], picture.getextrema())
        scale = 255.0 / ((high - low) or 1.0)
        picture = picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        ground = Image.new("RGBA", over.size, "white")
        ground.alpha_composite(over)
        return ground.convert("RGB")
    return picture.convert("RGB")
