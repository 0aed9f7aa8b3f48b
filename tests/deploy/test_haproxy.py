# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clearnet's front is one that the real haproxy accepts, sends the server's line, and writes nothing down."""

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.needs import find_program
from tests.ports import free_port
from tests.rules.tree import ROOT

SHIPPED = ROOT / "deploy" / "haproxy" / "haproxy.cfg"

pytestmark = pytest.mark.haproxy


def certificate(file: Path) -> None:
    """A key and a certificate of localhost, in one file, as haproxy reads them."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
    )
    pem = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    file.write_bytes(pem + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Path, int]:
    """What is shipped, with its port, its files and its users moved to what this user has, and nothing else."""
    port, text = free_port(), SHIPPED.read_text()
    certificate(tmp_path / "service.pem")
    for old, new in (
        (":443,[::]:443 v6only", f"127.0.0.1:{port}"),
        ("/etc/haproxy/service.pem", str(tmp_path / "service.pem")),
        ("/run/dropbox/server.sock", str(tmp_path / "server.sock")),
        ("    user haproxy\n", ""),
        ("    group debian-tor\n", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "haproxy.cfg").write_text(text)
    return tmp_path / "haproxy.cfg", port


def haproxy(*words: str | Path) -> list[str | Path]:
    program = find_program("haproxy")
    assert program, "haproxy is not installed; `make test` run as root installs it"
    return [program, *words]


def test_haproxy_accepts_it_without_a_warning(moved: tuple[Path, int]) -> None:
    """And refuses it once a line is wrong, so that it is read at all."""
    done = subprocess.run(haproxy("-c", "-f", moved[0]), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    moved[0].write_text(moved[0].read_text().replace("send-proxy", "send-proxies"))
    assert subprocess.run(haproxy("-c", "-f", moved[0]), capture_output=True).returncode != 0


@contextlib.contextmanager
def listening(path: Path, heard: list[bytes]) -> Iterator[None]:
    """A server that keeps what the first connection says."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def hear() -> None:
            with server.accept()[0] as one:
                while not b"".join(heard).endswith(b"\r\n\r\n"):
                    heard.append(one.recv(4_096))
                one.sendall(b"heard")

        thread = threading.Thread(target=hear)
        thread.start()
        yield
        thread.join(120)


def test_the_server_hears_who_comes_before_the_first_byte(moved: tuple[Path, int], tmp_path: Path) -> None:
    """Over TLS: one line of the PROXY protocol's first version with the address, then the request untouched; and not a
    byte of output."""
    config, port = moved
    heard: list[bytes] = []
    with (
        listening(tmp_path / "server.sock", heard),
        subprocess.Popen(haproxy("-db", "-f", config), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running,
    ):
        try:
            trusting = ssl.create_default_context(cafile=tmp_path / "service.pem")
            trusting.check_hostname = False
            with connected(port) as plain, trusting.wrap_socket(plain) as one:
                one.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert one.recv(64) == b"heard"
        finally:
            running.kill()
        assert running.stdout is not None
        assert running.stdout.read() == b""
    line, _, rest = b"".join(heard).partition(b"\r\n")
    assert line.startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")
    assert rest == b"GET / HTTP/1.1\r\n\r\n"


def connected(port: int) -> socket.socket:
    """A connection, once somebody listens."""
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=120)
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)


def test_it_writes_nothing_down_and_reaches_the_servers_socket() -> None:
    """No log of any kind; the group that the socket of the server's unit is open to."""
    lines = [line.strip() for line in SHIPPED.read_text().splitlines() if not line.strip().startswith("#")]
    assert not [line for line in lines if line.startswith(("log", "option httplog", "option tcplog", "capture"))]
    assert "group debian-tor" in lines
    assert "server dropbox unix@/run/dropbox/server.sock send-proxy" in lines
    folders = (ROOT / "deploy" / "debian" / "dropbox-server.tmpfiles").read_text()
    assert "d /run/dropbox 2750 dropbox debian-tor\n" in folders
