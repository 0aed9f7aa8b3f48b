# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recordings, by ffmpeg: sound in parts, each with a picture of its wave; of a film stills first, then its sound."""

import array
import io
import math
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from . import wire
from .pages import Asked, Page, Pages, shrunk
from .wire import CannotShow, Kind, Why

_FFMPEG = Path("/usr/bin/ffmpeg")
_FILE = Path("/tmp/file")  # noqa: S108 - of the sandbox alone, in memory
_LENGTH = re.compile(r"Duration: (\d{1,3}):(\d\d):(\d\d(?:\.\d{1,9})?)")
_WIDE, _HIGH = 1_000, 200
_INK, _GROUND = (29, 112, 184), (255, 255, 255)


def _ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    # It opens files alone, whatever a playlist names; there is no network in here anyway.
    first = [str(_FFMPEG), "-nostdin", "-hide_banner", "-threads", "2", "-protocol_whitelist", "file,pipe"]
    return subprocess.run(  # noqa: S603 - as above
        [*first, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )


def media(kind: Kind, data: bytes, asked: Asked) -> Pages:
    """Raises CannotShow."""
    if not _FFMPEG.exists():
        raise CannotShow(Why.NO_PROGRAM)
    _FILE.write_bytes(data)
    said = _ffmpeg("-i", str(_FILE)).stderr.decode("utf-8", "replace")
    found = _LENGTH.search(said)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0
    if " Audio: " not in said and " Video: " not in said:
        raise CannotShow(Why.DAMAGED)
    stills = min(wire.STILLS, int(seconds) + 1) if kind is Kind.FILM and " Video: " in said else 0
    parts = max(1, math.ceil(seconds / wire.PART_SECONDS)) if " Audio: " in said else 0
    if not stills + parts:
        raise CannotShow(Why.EMPTY)
    return stills + parts, _pages(asked, stills, parts, int(seconds))


def _pages(asked: Asked, stills: int, parts: int, seconds: int) -> Iterator[Page]:
    for at in asked.of(stills + parts):
        if at < stills:
            yield Page(_still(at * seconds // stills, asked.most_pixels))
        else:
            sound = _sound((at - stills) * wire.PART_SECONDS)
            yield Page(_wave(sound), sound)


def _still(second: int, most: int) -> Image.Image:
    within = ["-ss", str(second), "-i", str(_FILE), "-frames:v", "1"]
    small = "scale='min(1280,iw)':'min(1280,ih)':force_original_aspect_ratio=decrease"
    made = _ffmpeg(*within, "-vf", small, "-c:v", "ppm", "-f", "image2pipe", "pipe:1").stdout
    if not made:
        raise CannotShow(Why.DAMAGED)
    return shrunk(Image.open(io.BytesIO(made), formats=("PPM",)), most)


def _sound(second: int) -> bytes:
    part = ["-ss", str(second), "-i", str(_FILE), "-t", str(wire.PART_SECONDS), "-map", "0:a:0", "-vn"]
    plain = ["-ac", "1", "-ar", str(wire.RATE), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]
    made = _ffmpeg(*part, *plain).stdout[: wire.MOST_SOUND]
    return made[: len(made) // 2 * 2]


def _wave(sound: bytes) -> Image.Image:
    """Of a part of full length, so that a shorter one ends earlier."""
    samples = array.array("h", sound)
    picture = Image.new("RGB", (_WIDE, _HIGH), _GROUND)
    drawn = ImageDraw.Draw(picture)
    each = wire.RATE * wire.PART_SECONDS // _WIDE
    for column in range(_WIDE):
        here = samples[column * each : (column + 1) * each]
        if here:
            high = max(abs(max(here)), abs(min(here))) * _HIGH // 65_536
            drawn.line((column, _HIGH // 2 - high, column, _HIGH // 2 + high), fill=_INK)
    return picture
