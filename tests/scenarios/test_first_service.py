# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/runbooks/first-service.md, run as it stands."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from bench.flood_tor import circuit_line
from tests.ports import free_port
from tests.scenarios.carrier import Carrier
from tests.scenarios.service import BIN, ROOT, until
from tests.scenarios.typist import Answer, Typist

RUNBOOK = ROOT / "docs" / "runbooks" / "first-service.md"


def blocks() -> list[str]:
    """Every block marked ``sh``, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", RUNBOOK.read_text(), re.M | re.S)


@pytest.fixture
def onion(tmp_path: Path) -> Iterator[Carrier]:
    """In place of the onion service: from a loopback port to the server's Unix socket."""
    carrier = Carrier(unix=tmp_path / "s.sock", first=circuit_line(1))
    yield carrier
    carrier.close()


def _one_time_code(screen: str) -> str:
    secret = re.findall(r"\b[A-Z2-7]{32,}\b", screen)[-1]
    return pyotp.TOTP(secret).now()


def _codename(screen: str) -> str:
    return re.findall(r"^    ((?:[a-z-]+ ){7}[a-z-]+)$", screen, re.M)[-1]


TYPED: dict[str, Answer] = {
    r"Passphrase of this root: ": "a root keeper's passphrase",
    r"Desk passphrase: ": "the desk's own passphrase",
    r"Member's passphrase: |\nPassphrase: ": "ada's own passphrase",
    r"Repeat for confirmation: ": "again",
    r"One-time code \(empty with a first passphrase\): ": _one_time_code,
    r"Press Enter .* cleared\.": "",
    r"or Enter to skip: |Answer them\? \[y/N\]: ": "",
    r"Your codename \(eight words, not shown\): ": _codename,
}
"""What is typed at each prompt."""


def test_the_first_service_runbook_leads_to_a_running_service(tmp_path: Path, onion: Carrier) -> None:
    """Typed into one terminal from the first block to the last, the runbook makes roots, server and desk, and a report
    of its last step is accepted by the server; the desk's pages are served."""
    folders = {name: tmp_path / name.lower() for name in ("ROOTS", "SERVER", "BACKUP")}
    for name in ("ROOTS", "BACKUP"):
        folders[name].mkdir(mode=0o700)
    environment = {
        **{name: str(path) for name, path in folders.items()},
        "CONFIG": str(tmp_path / "server.toml"),
        "SOCKET": str(tmp_path / "s.sock"),
        "DESK": str(tmp_path / "north"),
        "ADDRESS": f"http://127.0.0.1:{onion.port}",
        "TOR": "",
        "WEB": f"127.0.0.1:{free_port()}",
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    typist = Typist(
        environment,
        tmp_path,
        TYPED,
    )
    try:
        *_, tried, _, _, _, compared, _ = [typist.run(block) for block in blocks()]
        assert "version 1 holds: " in typist.screen
        assert re.search(
            r"north: Northern anti-corruption unit \(force-unit\), takes no contact details$.*Stored\.",
            tried,
            re.M | re.S,
        )
        assert compared.count("the same as") == 5
        assert until(lambda: list(folders["BACKUP"].iterdir()))
        with urllib.request.urlopen(f"http://{environment['WEB']}/sign-in", timeout=30) as page:
            assert "Northern anti-corruption unit" in page.read().decode()
    finally:
        typist.close()
