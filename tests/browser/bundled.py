# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's modules, bundled from the sources into a folder and served from loopback under the page's policy."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.client.twin_server import Asked, TwinServer

ROOT = Path(__file__).parents[2]
NODE = Path(sys.executable).parent / "node"
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
FLAGS = ("--bundle", "--format=esm", "--minify", "--charset=utf8", "--target=es2022", "--log-level=error")
TEMPTING = {"set-cookie": "seen=1", "etag": '"1"', "cache-control": "max-age=86400"}
"""What this service sends with its answers, and a visit must not come back to."""
PAGE = '<!doctype html><html lang="en"><title>Test</title><script type="module" src="/page.js"></script></html>'
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; worker-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
)


def bundle(folder: Path, **entries: Path) -> None:
    """Write ``NAME.js`` for each entry point."""
    for name, entry in entries.items():
        subprocess.run([NODE, ESBUILD, str(entry), f"--outfile={folder / name}.js", *FLAGS], check=True, cwd=ROOT)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, service: TwinServer | None, **options: Any) -> None:
        self._service = service
        super().__init__(*arguments, **options)

    def _serve(self, body: bytes) -> bool:
        """Answer what is asked of the service, and write it down; whether it was."""
        if self._service is None or not self.path.startswith("/v1/"):
            return False
        headers = tuple((name.lower(), value) for name, value in self.headers.items())
        self._service.asked.append(Asked(self.command, self.path, headers, len(body), time.monotonic()))
        status, data, _, board = self._service.answer(self.path, body)
        self.send_response(status)
        if self.path.startswith(("/v1/board", "/v1/rows")):
            self.send_header("dropbox-board", board)
        self.send_header("content-length", str(len(data)))
        for name, value in TEMPTING.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        return True

    def do_GET(self) -> None:
        if not self._serve(b""):
            super().do_GET()

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["content-length"])))

    def end_headers(self) -> None:
        """A worker takes its policy from its own answer: it may make no Trusted Types policy at all."""
        types = "'none'" if self.path == "/worker.js" else "dropbox-worker"
        self.send_header("content-security-policy", f"{POLICY}trusted-types {types}")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, service: TwinServer | None = None) -> Iterator[str]:
    """The folder's address on loopback, with a page that runs its ``page.js``, and the service behind it."""
    (folder / "index.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder), service=service))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
