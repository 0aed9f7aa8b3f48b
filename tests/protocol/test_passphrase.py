# SPDX-License-Identifier: AGPL-3.0-or-later
"""A passphrase is its letters, however a system composes them."""

import unicodedata

import pytest

from dropbox.protocol.passphrase import composed


@pytest.mark.parametrize(
    "typed", ["caf\u00e9 z\u00fcrich", "\u212bngstr\u00f6m", "plain", " kept  as it is ", "\ud55c\uae00"]
)
def test_composed_and_taken_apart_are_one(typed: str) -> None:
    """Letters with their marks apart are the same passphrase; nothing else is changed."""
    assert composed(unicodedata.normalize("NFD", typed)) == composed(typed) == unicodedata.normalize("NFC", typed)
