# SPDX-License-Identifier: AGPL-3.0-or-later
"""While the newest list is one that an earlier release signed, the server waits for the roots, and says so."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dropbox.server.ports import SHOWN
from tests import in_process
from tests.desk.live import BIN
from tests.ports import free_port
from tests.releases.old_service import OldService


@pytest.fixture
def config(old: OldService) -> Path:
    """The server's settings, after its own step."""
    server = old.root / "server"
    code, _, err = in_process.ask("dropbox-admin", "init", "--dir", server, "--anchor", old.root / "anchor.txt")
    assert code == 0, err
    return server / "server.toml"


@pytest.fixture
def server(config: Path) -> Iterator[subprocess.Popen[str]]:
    """The real server, on a folder in which an earlier release had shown something."""
    shown = config.parent / "data" / SHOWN
    shown.write_bytes(b"what another release wrote down")
    shown.chmod(0o600)
    config.write_text(config.read_text().replace("127.0.0.1:9", f"127.0.0.1:{free_port()}"))
    process = subprocess.Popen(
        [str(BIN / "dropbox"), "serve", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def refusal(url: str, body: bytes | None = None) -> tuple[int, str]:
    """Status and code of a refused request."""
    headers = {"content-type": "application/octet-stream"} if body else {}
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, headers))  # noqa: S310  # our own server
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["code"]
    raise AssertionError(url)


def test_the_server_waits_and_says_so_once(server: subprocess.Popen[str]) -> None:
    """Whatever is asked it is not ready, it logs one line however long that lasts, and ends as ever."""
    assert server.stdout is not None
    url = server.stdout.readline().removeprefix("listening on ").strip()
    for _ in range(2):
        for path in ("/v1/directory", "/v1/board", "/v1/rows", "/v1/intake"):
            assert refusal(url + path) == (503, "not-ready")
        assert refusal(f"{url}/v1/envelopes", bytes(16_384)) == (503, "not-ready")
        # Some turns of the server's.
        time.sleep(1.5)
    server.terminate()
    _, said = server.communicate(timeout=120)
    assert (server.returncode, said) == (0, "error directory-of-another-form\n")


def test_the_operators_commands_say_what_to_do(config: Path) -> None:
    """Each in words, with the step that comes next; what does not hang on the list is told all the same."""
    told = "of an earlier form", "`dropbox-keys directory upgrade`"
    code, out, _ = in_process.ask("dropbox-admin", "status", "--config", config)
    assert code == 2
    assert any(all(words in line for words in told) for line in out.splitlines()[:2])
    assert "batches                        42" in out
    shown = json.loads(in_process.ask("dropbox-admin", "status", "--config", config, "--json")[1])
    assert (shown["directory_version"], shown["directory_expires"], shown["units"]) == (2, None, [])
    code, out, _ = in_process.ask("dropbox-admin", "doctor", "--config", config, "--json")
    (found,) = [one for one in json.loads(out)["findings"] if one["check"] == "directory"]
    assert (code, found["level"]) == (1, "serious")
    assert (told[0] in found["what"], told[1] in found["fix"]) == (True, True)
    for command in (("retention",), ("clock", "confirm", "--today", time.strftime("%Y-%m-%d", time.gmtime()))):
        code, out, err = in_process.ask("dropbox-admin", *command, "--config", config)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert all(words in err for words in told)
