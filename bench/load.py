# SPDX-License-Identifier: AGPL-3.0-or-later
"""A load generator on loopback, a process of its own, bounded in time; prints rounds a second.

python bench/load.py post|PATHS PORT CONNECTIONS SECONDS

A round is an envelope, or a fetch of each of the paths, which stand with commas between them, one after the other.
"""

import os
import socket
import sys
import threading
import time

ENVELOPE = 16_384
POST = (
    b"POST /v1/envelopes HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 16384\r\n\r\n"
)


def read_answer(connection: socket.socket, buffer: memoryview) -> None:
    """One answer of status 200, thrown away."""
    have = 0
    while (end := bytes(buffer[:have]).find(b"\r\n\r\n")) < 0:
        have += connection.recv_into(buffer[have:4_096])
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(head.decode())
    left = int(head.split(b"content-length:")[1].split()[0]) - (have - end - 4)
    while left:
        left -= connection.recv_into(buffer[: min(left, len(buffer))])


def worker(kind: str, port: int, until: float, counts: list[int]) -> None:
    buffer = memoryview(bytearray(1 << 20))
    gets = [f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode() for path in kind.split(",")]
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < until:
            for asked in [POST + os.urandom(ENVELOPE)] if kind == "post" else gets:
                connection.sendall(asked)
                read_answer(connection, buffer)
            count += 1
    counts.append(count)


def main(kind: str, port: int, connections: int, seconds: float) -> None:
    counts: list[int] = []
    began = time.monotonic()
    threads = [threading.Thread(target=worker, args=(kind, port, began + seconds, counts)) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) != connections:
        raise SystemExit("a connection failed")
    print(sum(counts) / (time.monotonic() - began))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
