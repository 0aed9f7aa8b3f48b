# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file is written whole or not at all, whatever fails in between."""

import errno
import os
import stat
from pathlib import Path

import pytest

from dropbox.local.whole_file import write_whole


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize("before", [b"before", None], ids=["there", "new"])
def test_what_was_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bytes | None) -> None:
    """A disk without room, at each step: the old bytes or no file, and nothing beside it."""
    path = tmp_path / "server.toml"
    if before is not None:
        path.write_bytes(before)

    def full(*given: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(OSError, match="No space"):
            write_whole(path, b"after")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == ([(path.name, before)] if before else [])
    write_whole(path, b"after", 0o644)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"after", 0o644)
