# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ceremony on disk, made once by the commands themselves, and a way to run a command in this process."""

import io
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dropbox.protocol.anchors import parse_signed_anchor
from dropbox.protocol.armour import armour, dearmour
from dropbox.protocol.enrolment import Enrolment
from dropbox.protocol.primitives import ed25519_public, sha256
from keys import keyfiles
from keys.commands import main

PERIOD = int(time.time()) // 86_400 - 20
"""Of the ceremony: some days ago, so that what is issued on later days is signed without a question."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line that says what to do."""
        assert self.code == 1, self
        # A list is shown before it is signed.
        assert self.out == "" or self.out.startswith("version: "), self
        lines = self.err.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("dropbox-keys: "), self
        assert lines[0].endswith((".", ")", "?")) or " Run: " in lines[0], self
        return lines[0]


Run = Callable[..., Ran]


def run_here(*args: object, stdin: str | bytes = "") -> Ran:
    """One command through its entry point, as if started from a shell."""
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    kept = sys.argv, sys.stdin, sys.stdout, sys.stderr, os.umask(0o022)
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.argv = ["dropbox-keys", *map(str, args)]
    sys.stdin, sys.stdout, sys.stderr = io.TextIOWrapper(io.BytesIO(data), "utf-8"), out, err
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = kept[:4]
        os.umask(kept[4])
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Ran(code, *texts)


def passphrase(number: int) -> str:
    """What root ``number`` is sealed under."""
    return f"passphrase of root {number}"


def done(ran: Ran) -> str:
    """Its standard output; it must have gone well."""
    assert ran.code == 0, ran
    assert ran.err == "", ran
    return ran.out


def unit_seed(slug: str) -> bytes:
    """A desk's signing seed."""
    return sha256(slug.encode())


def write_enrolment(folder: Path, slug: str, unit: str = "", **changes: object) -> Path:
    """An enrolment file of a desk; ``unit`` names the unit id's owner."""
    service = parse_signed_anchor(dearmour("ANCHOR", (folder / "service.anchor").read_bytes())).anchor.service_id
    seed = unit_seed(slug)
    values = {
        "service_id": service,
        "unit_id": sha256((unit or slug).encode())[:16],
        "signing_public": ed25519_public(seed),
        "contact_pk": b"",
        "name": f"Unit {slug}",
    }
    path = folder / f"{slug}.enrolment"
    path.write_bytes(armour("ENROLMENT", Enrolment(**{**values, **changes}).sign(seed)))  # type: ignore[arg-type]  # test data
    return path


def hold_ceremony(folder: Path) -> None:
    """Four roots, an anchor of the first three signed by two, a directory of two units signed by two."""
    for number in range(1, 5):
        done(run_here("root", "new", "--out", folder / f"r{number}.key", stdin=passphrase(number) + "\n"))
    publics = [value for number in (1, 2, 3) for value in ("--root-public", folder / f"r{number}.key.pub")]
    anchor, directory = folder / "service.anchor", folder / "service.directory"
    done(run_here("anchor", "new", *publics, "--out", anchor))
    for number in (1, 2):
        key = ("--root-key", folder / f"r{number}.key")
        done(run_here("anchor", "sign", "--anchor", anchor, *key, stdin=passphrase(number)))
    done(run_here("directory", "new", "--anchor", anchor, "--period", PERIOD, "--out", directory))
    for slug, more in (("intake", ("--kind", "intake-desk")), ("north", ("--force", "cumbria", "--conflict", "gwent"))):
        enrolment = write_enrolment(folder, slug)
        at = ("--directory", directory, "--enrolment", enrolment, "--slug", slug, "--period", PERIOD)
        done(run_here("unit", "add", *at, *more))
    for number in (1, 2):
        key = ("--root-key", folder / f"r{number}.key")
        done(run_here("directory", "sign", "--directory", directory, *key, stdin=passphrase(number)))


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root keys made in this process cost a mebibyte; what they cost for real is tested apart."""
    monkeypatch.setattr(keyfiles, "_MEMORY_KIB", 1_024)


@pytest.fixture(scope="session")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ceremony's folder, made once."""
    folder = tmp_path_factory.mktemp("ceremony")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfiles, "_MEMORY_KIB", 1_024)
        hold_ceremony(folder)
    return folder


@pytest.fixture
def folder(held: Path, tmp_path: Path) -> Path:
    """A copy of the ceremony's folder that a test may change."""
    return Path(shutil.copytree(held, tmp_path / "ceremony"))


@pytest.fixture
def run() -> Run:
    """Run one command in this process."""
    return run_here
