# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a renderer answers that a file has taken over: whatever it writes is refused or bounded, before it is held."""

import io
import struct
import zlib

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from journalist_ui.previews.faults import NotAnswered
from journalist_ui.previews.frames import End, Frame, Picture, Seen, Text, read_frames, to_bytes
from journalist_ui.previews.png import colour_png, grey_png, wav
from journalist_ui.previews.renderer import wire
from journalist_ui.previews.renderer.wire import Kind, Purpose, Why

SEEN = wire.KIND + wire.KIND_LAYOUT.pack(Kind.PNG, 1)
END = wire.END + wire.END_LAYOUT.pack(Why.ALL)


def picture(width: int = 2, height: int = 1, veil: tuple[int, int] = (1, 1), sound: int = 0, rate: int = 0) -> bytes:
    """The head of one, and nothing of its pixels."""
    return wire.PICTURE + wire.PICTURE_LAYOUT.pack(width, height, *veil, sound, rate)


def parsed(data: bytes, purpose: Purpose = Purpose.VIEW) -> list[Frame]:
    line = io.BytesIO(data)
    asked: list[int] = []

    def read(count: int) -> bytes:
        asked.append(count)
        assert count <= 3 * wire.CLEAN_PIXELS
        found = line.read(count)
        if len(found) < count:
            raise NotAnswered
        return found

    return list(read_frames(read, purpose))


def test_an_answer_is_read_and_handed_on_as_it_came() -> None:
    """Kind, pages of each form, end."""
    data = SEEN + picture(sound=4, rate=wire.RATE) + b"\x01" * 6 + b"\x02" + b"\x03" * 4
    data += wire.TEXT + wire.TEXT_LAYOUT.pack(3) + "aŵ".encode() + END
    frames = parsed(data)
    assert frames == [
        Seen(Kind.PNG, 1),
        Picture(2, 1, b"\x01" * 6, 1, 1, b"\x02", b"\x03" * 4),
        Text("aŵ"),
        End(Why.ALL),
    ]
    assert b"".join(piece for frame in frames for piece in to_bytes(frame)) == data


LIES = {
    "nothing": b"",
    "no kind": END,
    "a kind there is not": wire.KIND + wire.KIND_LAYOUT.pack(200, 1) + END,
    "too many pages": wire.KIND + wire.KIND_LAYOUT.pack(Kind.PDF, wire.MOST_PAGES + 1) + END,
    "no end": SEEN,
    "an end there is not": SEEN + wire.END + b"\xff",
    "a frame there is not": SEEN + b"X",
    "kind twice": SEEN + SEEN + END,
    "no width": SEEN + picture(width=0),
    "too wide": SEEN + picture(width=wire.LONGEST_SIDE + 1),
    "too high": SEEN + picture(height=65_535),
    "too many pixels": SEEN + picture(2_600, 2_600),
    "pixels missing": SEEN + picture() + b"\x01" * 6,
    "a veil one can see through": SEEN + picture(veil=(wire.VEIL_SIDE + 1, 1)),
    "no veil": SEEN + picture(veil=(0, 1)),
    "too much sound": SEEN + picture(sound=wire.MOST_SOUND + 2, rate=wire.RATE),
    "half a sample": SEEN + picture(sound=3, rate=wire.RATE),
    "another rate": SEEN + picture(sound=2, rate=44_100),
    "too much text": SEEN + wire.TEXT + wire.TEXT_LAYOUT.pack(wire.MOST_TEXT + 1),
    "four gigabytes of text": SEEN + wire.TEXT + wire.TEXT_LAYOUT.pack(0xFFFFFFFF),
    "text that is none": SEEN + wire.TEXT + wire.TEXT_LAYOUT.pack(1) + b"\xff" + END,
    "more pages than asked for": SEEN + (wire.TEXT + wire.TEXT_LAYOUT.pack(0)) * (wire.VIEW_PAGES + 1) + END,
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_no_answer(name: str) -> None:
    """And is refused before what it announces is read."""
    with pytest.raises(NotAnswered):
        parsed(LIES[name])


def test_nothing_is_read_behind_the_end() -> None:
    """Whatever follows it."""
    assert parsed(SEEN + END + b"\0" * 100) == [Seen(Kind.PNG, 1), End(Why.ALL)]


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_none(data: bytes) -> None:
    """No other error comes of them."""
    for beginning in (b"", SEEN):
        try:
            frames = parsed(beginning + data)
        except NotAnswered:
            continue
        assert isinstance(frames[0], Seen)
        assert isinstance(frames[-1], End)


def test_pixels_are_written_as_they_are() -> None:
    """Colours and greys, read back by another library; a picture without colour is written in greys."""
    rgb = bytes(range(18))
    again = Image.open(io.BytesIO(colour_png(3, 2, rgb)))
    assert (again.size, again.mode, again.tobytes()) == ((3, 2), "RGB", rgb)
    grey = Image.open(io.BytesIO(colour_png(2, 1, bytes((7, 7, 7, 9, 9, 9)))))
    assert (grey.mode, grey.tobytes()) == ("L", b"\x07\x09")
    assert Image.open(io.BytesIO(grey_png(1, 2, b"ab"))).tobytes() == b"ab"


def test_samples_are_written_as_a_recording() -> None:
    """A head of 44 bytes that says what follows."""
    made = wav(b"\x01\x02" * 8, wire.RATE)
    assert made[:4] + made[8:16] == b"RIFFWAVEfmt "
    assert struct.unpack("<I", made[4:8])[0] == len(made) - 8
    assert struct.unpack("<HHI", made[20:28]) == (1, 1, wire.RATE)
    assert zlib.crc32(made[44:]) == zlib.crc32(b"\x01\x02" * 8)
