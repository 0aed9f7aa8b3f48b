# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a message says of a file, in how many chunks a period's files are served, and names that other rooms ask for."""

import pytest

from dropbox.protocol.attachments import open_piece, seal_file
from dropbox.protocol.blobs import blob_id, chunks
from dropbox.protocol.constants import BLOB_PLAIN, BLOBS_CHUNK
from dropbox.protocol.errors import BadValue
from dropbox.protocol.questions import Question, answer_id
from dropbox.protocol.units import is_language

KEY, SERVICE = bytes(range(32)), bytes(16)


def test_a_file_is_said_by_its_blobs() -> None:
    """As many as its bytes need, by their hashes; each opens as the piece that it was; an empty file is none."""
    data = bytes(BLOB_PLAIN) + b"the rest"
    said, blobs = seal_file("a.txt", "text/plain", data, KEY, SERVICE)
    assert (said.name, said.media_type, said.size, said.key) == ("a.txt", "text/plain", len(data), KEY)
    assert said.blobs == tuple(map(blob_id, blobs))
    assert b"".join(open_piece(said, at, blob, SERVICE) for at, blob in enumerate(blobs)) == data
    with pytest.raises(BadValue):
        seal_file("a.txt", "text/plain", b"", KEY, SERVICE)


@pytest.mark.parametrize(("size", "count"), [(0, 0), (1, 1), (BLOBS_CHUNK, 1), (BLOBS_CHUNK + 1, 2)])
def test_chunks_hold_all_of_a_period(size: int, count: int) -> None:
    """The last one is what is left."""
    assert chunks(size) == count


def test_names() -> None:
    """Under which a question is answered, and what a language may be called."""
    assert answer_id(7, Question("when", "When?", "text")) == "q-7-when"
    assert [is_language(one) for one in ("en", "cym", "EN", "e", "engl", "e1", "")] == [True, True, *[False] * 5]
