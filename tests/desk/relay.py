# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail relay of this machine, as far as a desk speaks to one: every byte of each mail that came."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

_HELLO = b"250 here\r\n"


class Relay(socketserver.ThreadingTCPServer):
    """``mails`` are envelopes (to whom) and mails, in the order in which they came; ``refuses`` are recipients that it
    takes nothing for; ``names`` what callers said they are."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[tuple[str, bytes]] = []
        self.refuses: set[str] = set()
        self.names: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: Relay

    def handle(self) -> None:
        self.wfile.write(b"220 relay\r\n")
        to = ""
        while line := self.rfile.readline():
            word, _, rest = line.decode().strip().partition(" ")
            match word.upper():
                case "EHLO" | "HELO":
                    self.server.names.append(rest)
                    self.wfile.write(_HELLO)
                case "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    self.wfile.write(b"550 not here\r\n" if to in self.server.refuses else _HELLO)
                case "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    self.server.mails.append((to, self._mail()))
                    self.wfile.write(_HELLO)
                case "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(_HELLO)

    def _mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)


@contextmanager
def running_relay() -> Iterator[Relay]:
    with Relay() as relay:
        thread = Thread(target=relay.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield relay
        relay.shutdown()
        thread.join()
