# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every parser, whatever bytes it is given."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol.anchor_file import parse_anchor_file
from dropbox.protocol.armour import ANCHOR, DIRECTORY, armour, dearmour
from dropbox.protocol.errors import BadArmour, ProtocolError, UnderSigned
from tests.protocol.samples import FORMS, SIGNED, Form

UNCOUNTED = pytest.mark.no_cover
"""Thousands of refusals by lines that other tests reach: to count each costs several times what it takes."""
EVERY = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def edited(sample: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """``sample`` with some bytes cut out and others put in their place."""
    data = sample
    for at, cut, new in edits:
        place = at % (len(data) + 1)
        data = data[:place] + new + data[place + cut :]
    return data


EDITS = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 3), st.binary(max_size=3)), min_size=1, max_size=3)
NEAR_THE_START = st.lists(st.tuples(st.integers(0, 180), st.just(1), st.binary(min_size=1, max_size=1)), max_size=4)


def refused_or_exact(form: Form, data: bytes) -> bool:
    """Whether it was refused; what is read must be written as the very same bytes."""
    try:
        found = form.read(data)
    except ProtocolError:
        return True
    assert form.write(found) == data
    return False


@EVERY
def test_the_sample_is_read_and_written_back(form: Form) -> None:
    """write(read(x)) == x, and read(write(y)) == y."""
    found = form.read(form.sample)
    assert form.write(found) == form.sample
    assert form.read(form.write(found)) == found


@UNCOUNTED
@EVERY
@settings(max_examples=60)
@given(data=st.binary(max_size=400))
def test_arbitrary_bytes(form: Form, data: bytes) -> None:
    """Arbitrary bytes, also behind a good beginning, raise nothing but ProtocolError."""
    refused_or_exact(form, data)
    refused_or_exact(form, form.sample[:2] + data)
    refused_or_exact(form, form.sample[: len(form.sample) // 2] + data)


@UNCOUNTED
@EVERY
@settings(max_examples=100)
@given(edits=EDITS)
def test_edited_bytes(form: Form, edits: list[tuple[int, int, bytes]]) -> None:
    """A change is refused, or it is another good struct whose one form these bytes are."""
    refused_or_exact(form, edited(form.sample, edits))


@UNCOUNTED
@EVERY
@settings(max_examples=100)
@given(edits=NEAR_THE_START)
def test_overwritten_fields(form: Form, edits: list[tuple[int, int, bytes]]) -> None:
    """The same near the start, where the numbers and lengths are."""
    refused_or_exact(form, edited(form.sample, edits))


@UNCOUNTED
@EVERY
def test_every_truncation_is_refused(form: Form) -> None:
    """No prefix of a struct is a struct."""
    step = max(1, len(form.sample) // 4_000)
    lengths = {*range(0, len(form.sample), step), *range(min(600, len(form.sample))), len(form.sample) - 1}
    assert [length for length in lengths if not refused_or_exact(form, form.sample[:length])] == []


@UNCOUNTED
@EVERY
def test_every_extension_is_refused(form: Form) -> None:
    """Nothing may follow a struct, whatever byte it is; nor may one stand before it."""
    for byte in range(256):
        assert refused_or_exact(form, form.sample + bytes([byte])), byte
        assert refused_or_exact(form, bytes([byte]) + form.sample), byte


@given(data=st.binary(min_size=1, max_size=300))
def test_armour_carries_any_bytes(data: bytes) -> None:
    """dearmour(armour(x)) == x, with line ends of other systems, blank lines around and a byte order mark as well."""
    text = armour("ANCHOR", data)
    assert dearmour("ANCHOR", text) == data
    assert dearmour("ANCHOR", b"\n" + text.replace(b"\n", b"\r\n") + b"\n ") == data
    assert dearmour("ANCHOR", b"\xef\xbb\xbf" + text) == data


@given(text=st.binary(max_size=300))
def test_arbitrary_armour(text: bytes) -> None:
    """Arbitrary bytes, bare or between the two lines, raise nothing but BadArmour or are the one form of their data."""
    framed = b"-----BEGIN DROPBOX ANCHOR-----\n" + text + b"\n-----END DROPBOX ANCHOR-----\n"
    for one in (text, framed):
        try:
            data = dearmour("ANCHOR", one)
        except BadArmour:
            continue
        assert armour("ANCHOR", data) == one.replace(b"\r\n", b"\n").strip() + b"\n"


@given(data=st.binary(min_size=1, max_size=200), at=st.integers(0, 1 << 16), letter=st.integers(33, 126))
def test_a_changed_letter_of_an_armoured_file_is_never_overlooked(data: bytes, at: int, letter: int) -> None:
    """One letter changed: refused, or other data comes out; the same data has one text."""
    text = bytearray(armour("ANCHOR", data))
    place = at % len(text)
    if text[place] in (letter, 10):
        return
    text[place] = letter
    try:
        assert dearmour("ANCHOR", bytes(text)) != data
    except BadArmour:
        return


def test_an_anchor_file_is_signed_by_its_own_threshold() -> None:
    """What a client pins: the anchor of an anchor's file alone, and only with its own roots' signatures."""
    signed = SIGNED[0]
    assert parse_anchor_file(armour(ANCHOR, signed.encode())) == signed
    with pytest.raises(BadArmour):
        parse_anchor_file(armour(DIRECTORY, signed.encode()))
    with pytest.raises(UnderSigned):
        parse_anchor_file(armour(ANCHOR, replace(signed, by_own=signed.by_own[:1]).encode()))
