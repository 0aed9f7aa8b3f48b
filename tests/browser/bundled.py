# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser's modules, bundled from the sources into a folder and served from loopback under the page's own policy."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
NODE = Path(sys.executable).parent / "node"
ESBUILD = ROOT / "node_modules" / "esbuild" / "bin" / "esbuild"
FLAGS = ("--bundle", "--format=esm", "--minify", "--charset=utf8", "--target=es2022", "--log-level=error")
PAGE = '<!doctype html><html lang="en"><title>Vectors</title><script type="module" src="/page.js"></script></html>'
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; worker-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
)


def bundle(folder: Path, **entries: Path) -> None:
    """Write ``NAME.js`` for each entry point."""
    for name, entry in entries.items():
        subprocess.run([NODE, ESBUILD, str(entry), f"--outfile={folder / name}.js", *FLAGS], check=True, cwd=ROOT)


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        """A worker takes its policy from its own answer: it may make no Trusted Types policy at all."""
        types = "'none'" if self.path == "/worker.js" else "dropbox-worker"
        self.send_header("content-security-policy", f"{POLICY}trusted-types {types}")
        self.send_header("cache-control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's address on loopback, with a page that runs its ``page.js``."""
    (folder / "index.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
