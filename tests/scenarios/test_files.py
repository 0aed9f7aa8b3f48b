# SPDX-License-Identifier: AGPL-3.0-or-later
"""A photograph from a source's machine to the desk, with real processes."""

import hashlib
from pathlib import Path

from tests.cli.pictures import JPEG
from tests.scenarios.service import Demo, ok, until

LARGE = hashlib.sha256(b"seed").hexdigest().encode() * 10_000


def test_files_reach_the_desk_and_are_taken_out(demo: Demo, tmp_path: Path) -> None:
    """One of a blob and one of three go as four; the desk has both whole, with their hashes, and hands them out as they
    were, the picture without what it told."""
    (tmp_path / "a.jpg").write_bytes(JPEG)
    (tmp_path / "b.txt").write_bytes(LARGE)
    words = ("--attach", str(tmp_path / "a.jpg"), "--attach", str(tmp_path / "b.txt"))
    sent = demo.report("demo-north", "Two files come with this.", *words)
    assert sent["stored"] == "yes"
    case = demo.case_with("demo-north", "Two files come with this.")

    def whole() -> list[str]:
        demo.cases("demo-north")
        return [one["state"] for one in demo.show("demo-north", case)["files"]]

    assert until(lambda: whole() == ["whole", "whole"]), whole()
    first, second = demo.show("demo-north", case)["files"]
    assert (second["size"], second["hash"]) == (len(LARGE), hashlib.sha256(LARGE).hexdigest())
    for one in (first, second):
        out = tmp_path / f"out-{one['file']}"
        told = ("file", "export", str(case), str(one["file"]), "--out", str(out), "--reason", "To look at it.")
        done = ok("dropbox-desk", *told, "--session", demo.session("demo-north"), "--json").json()
        assert done["hash"] == one["hash"] == hashlib.sha256(out.read_bytes()).hexdigest()
        assert out.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out-2").read_bytes() == LARGE
    picture = (tmp_path / "out-1").read_bytes()
    assert b"Phone 7" not in picture
    assert picture.endswith(JPEG[JPEG.index(b"\xff\xda") :])
    others = [demo.show(slug, one["case"])["files"] for slug in ("demo-south", "intake") for one in demo.cases(slug)]
    assert all(files == [] for files in others)
