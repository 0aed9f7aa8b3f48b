# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages as what renders gives them, and how they are written down."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from PIL import Image

from . import wire
from .wire import Kind, Purpose, Why


@dataclass(frozen=True)
class Asked:
    """``first`` counts from 1."""

    purpose: Purpose
    first: int

    @property
    def most_pixels(self) -> int:
        return wire.CLEAN_PIXELS if self.purpose is Purpose.CLEAN else wire.VIEW_PIXELS

    def of(self, pages: int) -> range:
        """Which of so many are wanted, from 0."""
        run = wire.CLEAN_PAGES if self.purpose is Purpose.CLEAN else wire.VIEW_PAGES
        return range(min(self.first - 1, pages), min(self.first - 1 + run, pages))


@dataclass(frozen=True)
class Page:
    """A picture, with sound where it is that of a recording; or text alone."""

    picture: Image.Image | None = None
    sound: bytes = field(default=b"", repr=False)
    text: str = ""


Pages = tuple[int, Iterator[Page]]
"""How many there are, and those that were asked for."""
Render = Callable[[bytes, Asked], Pages]


def fitting(width: float, height: float, most: int) -> float:
    """By how much to multiply both sides, so that the picture is within its bounds; at most 1."""
    return min(1.0, math.sqrt(most / (width * height)), wire.LONGEST_SIDE / width, wire.LONGEST_SIDE / height)


def shrunk(picture: Image.Image, most: int) -> Image.Image:
    """In RGB and within its bounds."""
    scale = fitting(picture.width, picture.height, most)
    if scale < 1:
        size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture.convert("RGB")


def write_kind(out: BinaryIO, kind: Kind, pages: int) -> None:
    out.write(wire.KIND + wire.KIND_LAYOUT.pack(kind, min(pages, wire.MOST_PAGES)))


def write_page(out: BinaryIO, page: Page) -> None:
    if page.picture is None:
        data = page.text.encode("utf-8", "replace")
        out.write(wire.TEXT + wire.TEXT_LAYOUT.pack(len(data)) + data)
        return
    picture = page.picture
    least = max(picture.size)
    size = [max(1, min(side, side * wire.VEIL_SIDE // least)) for side in picture.size]
    veil = picture.convert("L").resize((size[0], size[1]), Image.Resampling.BOX)
    head = (*picture.size, *size, len(page.sound), wire.RATE if page.sound else 0)
    out.write(wire.PICTURE + wire.PICTURE_LAYOUT.pack(*head))
    for piece in (picture.tobytes(), veil.tobytes(), page.sound):
        out.write(piece)
    out.flush()


def write_end(out: BinaryIO, why: Why) -> None:
    out.write(wire.END + wire.END_LAYOUT.pack(why))
    out.flush()
