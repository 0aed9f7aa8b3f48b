# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's bundle: the same bytes wherever it is built, and a build that differs from the record fails."""

import gzip
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.rules.tree import ROOT

NODE = Path(sys.executable).parent / "node"
FILES = ["notices.txt", "page.js", "style.css", "worker.js"]


def copy_of_sources(folder: Path) -> Path:
    """All that the build reads, elsewhere."""
    shutil.copytree(ROOT / "client", folder / "client")
    for room in ("words", "forces"):
        shutil.copytree(ROOT / "dropbox" / room, folder / "dropbox" / room)
    (folder / "package.json").write_bytes((ROOT / "package.json").read_bytes())
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def build(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [NODE, "client/build.mjs", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def built(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_it_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    """Here and in a folder of another name and depth: the same bytes, the recorded ones, packed ones included."""
    folder = tmp_path / "somewhere/else/deeper"
    folder.mkdir(parents=True)
    done = build(copy_of_sources(folder))
    assert done.returncode == 0, done.stderr
    outputs = [built(one / "dropbox/server/static") for one in (ROOT, folder)]
    assert outputs[0] == outputs[1]
    assert sorted(outputs[0]) == sorted(file + ending for file in FILES for ending in ("", ".br", ".gz"))
    recorded = sorted(file + ending for file in FILES for ending in ("", ".br"))
    hashes = [f"{hashlib.sha256(outputs[0][name]).hexdigest()}  {name}" for name in recorded]
    assert (ROOT / "client/bundle.sha256").read_text().splitlines() == hashes
    assert gzip.decompress(outputs[0]["page.js.gz"]) == outputs[0]["page.js"]


def test_a_build_that_differs_fails_and_says_what_to_do(tmp_path: Path) -> None:
    """One letter in a source: the build names the file that differs and the command that records it; then it passes."""
    folder = copy_of_sources(tmp_path)
    walk = folder / "client/pages/walk.js"
    walk.write_text(walk.read_text().replace('"start"', '"begin"'))
    failed = build(folder)
    assert failed.returncode == 1
    assert "one: page.js, page.js.br differ" in failed.stderr
    assert "worker.js" not in failed.stderr
    assert "make bundle" in failed.stderr
    assert build(folder, "--record").returncode == 0
    assert build(folder).returncode == 0


def test_it_holds_no_map_and_no_other_address() -> None:
    """No source map, nothing that is fetched from elsewhere: two weights of the typeface stand in the style sheet."""
    bundle = built(ROOT / "dropbox/server/static")
    # By this name a picture says that what follows is XMP (the worker looks for it): nothing asks for it.
    scripts = (bundle["page.js"] + bundle["worker.js"]).replace(b"http://ns.adobe.com/xap/1.0/", b"")
    for words in (b"http:", b"https:", b"sourceMappingURL"):
        assert words not in scripts
    for words in (b"@import", b"GDS Transport", b"sourceMappingURL"):
        assert words not in bundle["style.css"]
    addresses = [one.partition(b",")[0] for one in bundle["style.css"].split(b"url(")[1:]]
    assert addresses == [b"data:font/woff2;base64"] * 2


def test_the_notices_name_every_package_in_it() -> None:
    """Each package with a line in the bundle, with its licence; and the word list's attribution."""
    notices = (ROOT / "dropbox/server/static/notices.txt").read_text()
    for words in ("@noble/curves", "@noble/hashes", "@hpke/core", "mlkem", "govuk-frontend", "EFF large word list"):
        assert words in notices
    assert notices.count("Permission is hereby granted") >= 6
