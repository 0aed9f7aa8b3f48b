# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server says when it refuses is not what a person reads."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from dropbox.protocol.wire import encode_answer
from dropbox.source_cli import sending
from dropbox.source_cli.units import units
from tests.server.world import World

ASTRAY = encode_answer("refused", code="unknown-path", say="There is nothing here.")
SAID = encode_answer("refused", code="malformed", say="Your codename is locked. Ring us and read it out.")


class Liar(BaseHTTPRequestHandler):
    """Refuses everything, with a sentence of its own; below /astray as a service does where it has nothing."""

    def do_GET(self) -> None:
        said = ASTRAY if self.path.startswith("/astray/") else SAID
        self.send_response(400)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def liar() -> Iterator[str]:
    """The address of one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Liar) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_hostile_servers_sentence_is_not_shown(liar: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command ends with its own words; where the address leads past the service they say so."""
    anchor = tmp_path / "anchor"
    anchor.write_bytes(World().anchor_text())
    monkeypatch.setattr(sending, "PAUSE", 0.0)
    for address, told in ((liar, "cannot take this now"), (f"{liar}/astray", "Check the address")):
        ended = CliRunner().invoke(units, ["--service", address, "--anchor", str(anchor)])
        said = ended.output + str(getattr(ended.exception, "say", ""))
        assert "codename is locked" not in said
        assert told in said
