# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whole files, and small answers on blobs, questions and words that no vector asks for."""

import pytest

from dropbox.protocol.attachments import open_piece, seal_file
from dropbox.protocol.blobs import blobs_size, chunks
from dropbox.protocol.constants import BLOB, BLOB_PLAIN, BLOBS_CHUNK
from dropbox.protocol.errors import BadValue
from dropbox.protocol.questions import Question, answer_id
from dropbox.protocol.units import is_language

SERVICE, KEY = bytes(range(16)), bytes(range(32))


@pytest.mark.parametrize("length", [1, BLOB_PLAIN - 1, BLOB_PLAIN, BLOB_PLAIN + 1, 3 * BLOB_PLAIN])
def test_a_file_comes_back_as_it_went(length: int) -> None:
    """Whatever its size, over as many blobs as it needs."""
    data = bytes(at % 251 for at in range(length))
    file, blobs = seal_file("file 1.jpg", "image/jpeg", data, KEY, SERVICE)
    assert {len(blob) for blob in blobs} == {BLOB}
    assert b"".join(open_piece(file, at, blob, SERVICE) for at, blob in enumerate(blobs)) == data


def test_an_empty_file_is_none() -> None:
    """There is no blob without a byte."""
    with pytest.raises(BadValue):
        seal_file("a", "image/jpeg", b"", KEY, SERVICE)


@pytest.mark.parametrize(("size", "count"), [(1, 1), (BLOBS_CHUNK, 1), (BLOBS_CHUNK + 1, 2), (blobs_size(16), 2)])
def test_a_period_of_blobs_is_served_in_chunks(size: int, count: int) -> None:
    """A rest fills one of its own; sixteen blobs and their head do not go into the first."""
    assert chunks(size) == count


def test_an_answer_names_its_text_and_its_question() -> None:
    """docs/protocol.md, step 5.6: by both, so that two texts may ask under one id."""
    assert answer_id(7, Question("still-there", "Is it still there?", "yes-no")) == "q-7-still-there"


def test_a_language_is_two_or_three_small_letters() -> None:
    """Nothing else goes into the signed list."""
    assert [is_language(name) for name in ("en", "cym", "e", "engl", "EN", "e1", "en\n")] == [True, True, *[False] * 5]
