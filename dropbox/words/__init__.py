# SPDX-License-Identifier: AGPL-3.0-or-later
"""The EFF large word list, as it was published, and its loader (attribution in ATTRIBUTION.md)."""

from functools import cache
from importlib import resources

from dropbox.protocol.codename import WordList, load_wordlist


@cache
def codename_words() -> WordList:
    """The list that comes with this release; its hash is checked. Raises BadValue when the file was changed."""
    return load_wordlist((resources.files(__name__) / "eff-large-wordlist.txt").read_bytes())
