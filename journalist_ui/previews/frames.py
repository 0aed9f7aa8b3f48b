# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a sandbox answers, parsed as a stranger's word: every length is bounded before it is read, every code is one of
those there are, and nothing more is believed than the grammar of `renderer/wire.py` has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .faults import NotAnswered
from .renderer import wire
from .renderer.wire import Kind, Purpose, Why

Read = Callable[[int], bytes]
"""Exactly so many bytes. Raises NotAnswered where they do not come."""


@dataclass(frozen=True)
class Seen:
    """What the file is by its content, and how many pages it has."""

    kind: Kind
    pages: int


@dataclass(frozen=True)
class Picture:
    """A page in RGB, ``veil`` a few greys of it, ``sound`` the part of a recording that it stands for."""

    width: int
    height: int
    rgb: bytes = field(repr=False)
    veil_width: int
    veil_height: int
    veil: bytes = field(repr=False)
    sound: bytes = field(repr=False)


@dataclass(frozen=True)
class Text:
    """A page of words, as they came: whatever shows them keeps them inert."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class End:
    why: Why


_KINDS, _WHYS = frozenset(Kind), frozenset(Why)
Frame = Seen | Picture | Text | End


def read_frames(read: Read, purpose: Purpose) -> Iterator[Frame]:
    """Seen first, then pages, End last. Raises NotAnswered."""
    if read(1) != wire.KIND:
        raise NotAnswered
    kind, pages = wire.KIND_LAYOUT.unpack(read(wire.KIND_LAYOUT.size))
    if kind not in _KINDS or pages > wire.MOST_PAGES:
        raise NotAnswered
    yield Seen(Kind(kind), pages)
    for _ in range(wire.CLEAN_PAGES if purpose is Purpose.CLEAN else wire.VIEW_PAGES):
        frame = _read_frame(read, purpose)
        yield frame
        if isinstance(frame, End):
            return
    if read(1) != wire.END:
        raise NotAnswered
    yield _read_end(read)


def _read_frame(read: Read, purpose: Purpose) -> Frame:
    kind = read(1)
    if kind == wire.END:
        return _read_end(read)
    if kind == wire.PICTURE:
        return _read_picture(read, purpose)
    if kind != wire.TEXT:
        raise NotAnswered
    (length,) = wire.TEXT_LAYOUT.unpack(read(wire.TEXT_LAYOUT.size))
    if length > wire.MOST_TEXT:
        raise NotAnswered
    try:
        return Text(read(length).decode("utf-8"))
    except UnicodeDecodeError:
        raise NotAnswered from None


def _read_picture(read: Read, purpose: Purpose) -> Picture:
    width, height, *veil, sound, rate = wire.PICTURE_LAYOUT.unpack(read(wire.PICTURE_LAYOUT.size))
    most = wire.CLEAN_PIXELS if purpose is Purpose.CLEAN else wire.VIEW_PIXELS
    if not (0 < width <= wire.LONGEST_SIDE and 0 < height <= wire.LONGEST_SIDE and width * height <= most):
        raise NotAnswered
    if not all(0 < side <= wire.VEIL_SIDE for side in veil):
        raise NotAnswered
    if sound > wire.MOST_SOUND or sound % 2 or rate != (wire.RATE if sound else 0):
        raise NotAnswered
    rgb, greys = read(3 * width * height), read(veil[0] * veil[1])
    return Picture(width, height, rgb, veil[0], veil[1], greys, read(sound))


def _read_end(read: Read) -> End:
    (why,) = wire.END_LAYOUT.unpack(read(wire.END_LAYOUT.size))
    if why not in _WHYS:
        raise NotAnswered
    return End(Why(why))


def to_bytes(frame: Frame) -> Iterator[bytes]:
    """As it is handed on by what started a sandbox for somebody else."""
    if isinstance(frame, Seen):
        yield wire.KIND + wire.KIND_LAYOUT.pack(frame.kind, frame.pages)
    elif isinstance(frame, Text):
        data = frame.text.encode()
        yield wire.TEXT + wire.TEXT_LAYOUT.pack(len(data)) + data
    elif isinstance(frame, End):
        yield wire.END + wire.END_LAYOUT.pack(frame.why)
    else:
        sides = (frame.width, frame.height, frame.veil_width, frame.veil_height)
        head = (*sides, len(frame.sound), wire.RATE if frame.sound else 0)
        yield wire.PICTURE + wire.PICTURE_LAYOUT.pack(*head)
        yield from (frame.rgb, frame.veil, frame.sound)
