# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a real desk: real commands, a real daemon, real TLS."""

import datetime
import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.desk.live import (
    DESK_PASSPHRASE,
    MEMBER_PASSPHRASE,
    LiveDesk,
    LiveService,
    run,
    sockets_of,
    start_service,
    wait_for,
)
from tests.desk_web.house import Page
from tests.ports import free_port

HOST = "north.localhost"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that signs itself, as a unit without an authority of its own would make."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[LiveService]:
    """A service whose desk serves its pages by https."""
    root = tmp_path_factory.mktemp("live")
    certificate, key = write_certificate(root)
    words = ("--web", f"127.0.0.1:{port}", "--web-url", f"https://{HOST}:{port}/")
    backups = root / "backups"
    backups.mkdir()
    made = start_service(root, (*words, "--web-cert", str(certificate), "--web-key", str(key)), backup=str(backups))
    made.desk.start()
    made.desk.ready()
    yield made
    made.close()


def browse(
    service: LiveService, port: int, method: str, path: str, fields: dict[str, str] | None = None, cookie: str = ""
) -> Page:
    """One request by https, the certificate verified."""
    context = ssl.create_default_context(cafile=str(service.root / "cert.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=120, context=context)
    headers = {"host": f"{HOST}:{port}", "sec-fetch-site": "same-origin"}
    headers |= {"cookie": cookie} if cookie else {}
    headers |= {"content-type": "application/x-www-form-urlencoded"} if fields else {}
    with closing(connection):
        connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        return Page(
            answer.status,
            path,
            answer.read().decode(),
            {key.lower(): value for key, value in answer.getheaders()},
            answer.headers.get_all("set-cookie", []),
        )


def enter(service: LiveService, port: int) -> str:
    """Sign in as ada; the cookie as a browser would send it."""
    desk = service.desk
    fields = {"member": "ada", "passphrase": MEMBER_PASSPHRASE, "code": desk.code("ada")}
    answer = browse(service, port, "POST", "/sign-in", fields)
    assert answer.status == 303, answer.words
    cookie, browser = answer.cookies
    form = r"=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert re.fullmatch(rf"__Host-desk-[0-9a-f]{{12}}{form}", cookie)
    assert re.fullmatch(rf"__Host-browser-[0-9a-f]{{12}}{form}; Max-Age=31536000", browser)
    return cookie.partition(";")[0]


def test_the_daemon_serves_its_pages_by_https(service: LiveService, port: int) -> None:
    """Sign in, see the inbox; a session of the pages is one of the desk, and ends with its process."""
    cookie = enter(service, port)
    page = browse(service, port, "GET", "/", cookie=cookie)
    assert page.status == 200
    assert "No cases yet" in page.words
    assert service.desk.status()["signed_in"] == 1
    assert service.desk.status()["next_batch"]
    code, said = service.desk.stop()
    assert (code, said) == (0, "")
    with pytest.raises(ConnectionRefusedError):
        browse(service, port, "GET", "/", cookie=cookie)
    service.desk.start()
    page = browse(service, port, "GET", "/", cookie=cookie)
    assert (page.status, page.headers["location"]) == (303, "/sign-in?why=over")


def test_only_tls_of_today_is_spoken(service: LiveService, port: int) -> None:
    """TLS 1.2 and plain HTTP get nothing, least of all a redirect."""
    context = ssl.create_default_context(cafile=str(service.root / "cert.pem"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", port)) as plain:
        context.wrap_socket(plain, server_hostname=HOST)
    with socket.create_connection(("127.0.0.1", port), timeout=120) as plain:
        plain.sendall(f"GET / HTTP/1.1\r\nhost: {HOST}\r\n\r\n".encode())
        assert not plain.recv(1_000).startswith(b"HTTP")


@pytest.mark.parametrize(
    "sent", [b"", b"\x16\x03\x01\x00", b"GET / HTTP/1.1\r\n\r\n"], ids=["nothing", "half", "no TLS"]
)
def test_whoever_greets_nobody_has_no_more_than_there_are_places(service: LiveService, port: int, sent: bytes) -> None:
    """Two hundred connections that never end their handshake: the desk holds 128 in all, and a page comes."""
    process = service.desk.process
    assert process is not None
    before = len(sockets_of(process.pid))
    with ExitStack() as held:
        for _ in range(200):
            held.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(sent)
        assert browse(service, port, "GET", "/sign-in").status == 200
        # One more is open for the moment in which it is sent away.
        wait_for(lambda: len(sockets_of(process.pid)) - before <= 128, "no more than there are places")
    wait_for(lambda: len(sockets_of(process.pid)) <= before, "letting go of them")


def serve(desk: LiveDesk, *words: str) -> tuple[int, str]:
    """``dropbox-desk serve`` that is refused: its exit code and what it said."""
    ran = run("dropbox-desk", "serve", "--vault", desk.folder, *words, stdin=DESK_PASSPHRASE + "\n")
    assert ran.out == ""
    return ran.code, ran.err


def refused(answer: tuple[int, str], words: str) -> None:
    """Exit 1 and one line that holds the words."""
    code, said = answer
    lines = [line for line in said.splitlines() if not line.startswith("No backup is configured")]
    assert (code, len(lines)) == (1, 1), said
    assert words in lines[0]


def test_a_desk_that_cannot_serve_its_pages_says_why(service: LiveService, tmp_path: Path) -> None:
    """Beyond this machine without TLS, half an address, files that do not fit, a port in use: exit 1, one sentence."""
    desk = service.desk
    desk.stop()
    path = desk.folder / "desk.toml"
    text = path.read_text()
    try:
        refused(serve(desk, "--web", "8470"), "HOST:PORT")
        bare = re.sub(r'^(web_cert|web_key|web_url) = ".*"$', r'\1 = ""', text, flags=re.M)
        path.write_text(bare)
        refused(serve(desk, "--web", "0.0.0.0:8470"), "need web_cert and web_key")
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            refused(serve(desk, "--web", f"127.0.0.1:{taken.getsockname()[1]}"), "Another program may use that port")
        path.write_text(text.replace("key.pem", "cert.pem"))
        refused(serve(desk), "web_cert and web_key cannot be used")
        path.write_text(text.replace("key.pem", "no-such-key.pem"))
        refused(serve(desk), "web_cert and web_key cannot be used")
    finally:
        path.write_text(text)
    ran = run(
        *("dropbox-desk", "init", "--vault", tmp_path / "south", "--service", service.url, "--anchor", service.anchor),
        *("--name", "Unit south", "--member", "ada", "--backup", "none", "--web", "10.0.0.1:8470"),
        stdin=f"{DESK_PASSPHRASE}\n{MEMBER_PASSPHRASE}\n",
    )
    refused((ran.code, ran.err), "need web_cert and web_key")
    assert not (tmp_path / "south").exists()
    desk.start()


def test_a_desk_without_pages_listens_nowhere(service: LiveService, port: int) -> None:
    """``--web none`` goes before what desk.toml says."""
    desk = service.desk
    desk.stop()
    desk.start(words=("--web", "none"))
    try:
        wait_for(lambda: desk.status()["listed"], "the list of units")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
    finally:
        desk.stop()
    desk.start()
