# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list is changed or signed when somebody was shown what for; else nothing happens, and that is said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.command_line.processes import run
from tests.keys.conftest import PERIOD, passphrase

ENDS = {"a reader that has gone": "| true; exit ${PIPESTATUS[0]}", "a full disk": ">/dev/full"}
VERBS = {
    "revoke": ("unit", "revoke", "--slug", "north", "--period", PERIOD + 1),
    "pause": ("unit", "pause", "--slug", "north", "--period", PERIOD + 1),
    "sign": ("directory", "sign", "--root-key", "KEY", "--today", "TODAY"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_list_is_changed_or_it_is_said_that_it_was_not(folder: Path, verb: str, end: str) -> None:
    """In a pipe whose other half has had enough, and where nothing can be written: exit 1, one line, the same list."""
    directory = folder / "service.directory"
    before = directory.read_bytes()
    given = {"KEY": folder / "r3.key", "TODAY": datetime.now(UTC).date()}
    words = [given.get(str(word), word) for word in VERBS[verb]]
    ended = run("dropbox-keys", *words, "--directory", directory, ends=ENDS[end], stdin=passphrase(3).encode())
    assert "Nothing was done." in ended.one_line()
    assert directory.read_bytes() == before
    assert not (folder / "r3.key.signed").exists()
