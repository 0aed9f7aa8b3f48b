# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which message closes its conversation (docs/protocol.md, step 5.12)."""

import pytest

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.closing import closes


@pytest.mark.parametrize("option", ["yes", "burn"])
def test_one_option_closes(option: str) -> None:
    """With last words or without."""
    assert closes(encode_body(Report("", answers={"close": (option,)}))) == option
    assert closes(encode_body(Report("Goodbye.", answers={"close": (option,)}))) == option


@pytest.mark.parametrize(
    "body",
    [
        b'"close"',
        encode_body(Report('"close"')),
        encode_body(Report("", answers={"close": "yes"})),
        encode_body(Report("", answers={"close": None})),
        encode_body(Report("", answers={"close": ("burn", "yes")})),
        encode_body(Report("", answers={"close": ("no",)})),
        encode_body(Report("", answers={"closed": ("yes",)})),
    ],
)
def test_what_only_looks_like_it_closes_nothing(body: bytes) -> None:
    """One option of the two, in a message in its form."""
    assert closes(body) == ""
