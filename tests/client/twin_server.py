# SPDX-License-Identifier: AGPL-3.0-or-later
"""The in-memory service on a loopback port, which can be told to fail, and writes down what it was asked."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dropbox.flows.requests import GetBoard, GetDirectory, GetRows
from dropbox.flows.source.requests import GetPass, PostBlob, PostEnvelope
from dropbox.protocol.batches import board_id
from dropbox.protocol.wire import encode_answer
from tests.flows.twin import Service

HANG_UP = b""
"""In place of an answer: the connection ends without one."""
UNANNOUNCED = -1
"""In place of a status: 200, the body without its length in front."""
CUT = -2
"""In place of a status: 200 with the honest answer's length, and the connection ends behind what is given."""
FOUND_ELSEWHERE = 302
"""A status that sends whoever follows it to the board."""
Answer = tuple[int, bytes]
Fault = Callable[[Answer], Answer]
"""What is answered instead of the honest answer, which the service has given by then."""


def refused(status: int, code: str, say: str = "No.") -> Fault:
    """A refusal of docs/http-api.md."""
    return lambda honest: (status, encode_answer("refused", code=code, say=say))


def hang_up(honest: Answer) -> Answer:
    """The request took effect and nobody is told."""
    return 200, HANG_UP


def cut(at: int) -> Fault:
    """So many bytes come of what was asked for."""
    return lambda honest: (CUT, honest[1][:at])


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    length: int
    at: float

    def shape(self) -> tuple[str, str, tuple[tuple[str, str], ...], int]:
        """All of it but the time and what is inside."""
        return self.method, self.path, self.headers, self.length


@dataclass
class TwinServer:
    """``faults`` of a path, whatever is behind it, are used up one by one, each by one request. ``board`` is what board
    and rows are said to be of, in place of the twin's."""

    service: Service
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    board: str = ""

    @property
    def board_id(self) -> str:
        """Of what the twin shows, in hex."""
        return board_id(self.service.twin.directory.encode(), self.service.twin.board).hex()

    def _honest(self, path: str, rest: list[str], body: bytes) -> Answer:
        requests = {
            "/v1/directory": GetDirectory(),
            "/v1/board": GetBoard(),
            "/v1/rows": GetRows(),
            "/v1/envelopes": PostEnvelope(body),
            "/v1/passes": GetPass(body[-1] if body else 0),
            "/v1/blobs": PostBlob(b"", body),
        }
        data = self.service.twin.answer(requests[path])
        if not rest or path == "/v1/blobs":
            return 200, data
        board, start = rest
        return (200, data[int(start) :]) if board == self.board_id else refused(410, "board-gone")((200, b""))

    def answer(self, asked: str, body: bytes) -> tuple[int, bytes, int, str]:
        """The service's answer, or what a fault makes of it; how long the honest one is, and of which board."""
        _, version, name, *rest = asked.split("/")
        path = f"/{version}/{name}"
        honest, name = self._honest(path, rest, body), self.board_id
        made = self.faults[path].pop(0)(honest) if self.faults[path] else honest
        return *made, len(honest[1]), self.board or name

    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [one.path for one in self.asked]


def _handler(served: TwinServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            served.asked.append(Asked(self.command, self.path, headers, length, time.monotonic()))
            status, data, length, name = served.answer(self.path, body)
            if data == HANG_UP:
                self.close_connection = True
                return
            self.send_response(200 if status < 0 else status)
            if self.path.startswith(("/v1/board", "/v1/rows")):
                self.send_header("dropbox-board", name)
            if status == FOUND_ELSEWHERE:
                self.send_header("location", "/v1/board")
            if status < 0:
                self.close_connection = True
            if status != UNANNOUNCED:
                self.send_header("content-length", str(length if status == CUT else len(data)))
            self.end_headers()
            try:
                self.wfile.write(data)
            except OSError:
                self.close_connection = True

        def do_GET(self) -> None:
            self._handle()

        def do_POST(self) -> None:
            self._handle()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def served(service: Service) -> Iterator[TwinServer]:
    """The service on a loopback port."""
    found = TwinServer(service)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def how(url: str, after_board: int = 10, patience: int = 300, pause: int = 10) -> str:
    """The argument of session_process.js: where the service is, and less patience than a person's."""
    network = {"service": url, "afterBoard": after_board, "patience": patience}
    return json.dumps({"network": network, "pause": pause})
