# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the pages may be served, judged before anything listens."""

from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.http_edge.callers import Front
from journalist_ui.daemon.settings import SETTINGS_FILE, DeskSettings, read_settings, write_settings
from journalist_ui.refusals import BadInput, VaultUnusable
from journalist_ui.web_address import check_web

SETTINGS = DeskSettings("http://127.0.0.1:9", "Unit north", bytes(16), bytes(16), "none")
CERT, KEY = "/etc/desk/cert.pem", "/etc/desk/key.pem"
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@pytest.mark.parametrize(
    ("web", "url", "names", "address"),
    [
        ("127.0.0.1:8470", "", LOOPBACK, "http://127.0.0.1:8470/"),
        ("127.9.9.9:8470", "", LOOPBACK | {"127.9.9.9"}, "http://127.9.9.9:8470/"),
        ("localhost:1", "", LOOPBACK, "http://localhost:1/"),
        ("[::1]:8470", "", LOOPBACK, "http://[::1]:8470/"),
        (
            "127.0.0.1:8470",
            "http://north.localhost:8470/",
            LOOPBACK | {"north.localhost"},
            "http://north.localhost:8470/",
        ),
    ],
)
def test_this_machine_needs_no_tls(web: str, url: str, names: set[str], address: str) -> None:
    """On loopback the pages answer to loopback's names and the one that was given, over plain HTTP."""
    found = check_web(web, url, "", "")
    assert found is not None
    assert (found.names, found.url, found.secure) == (names, address, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "desk.example", "[::]", "[2001:db8::1]", "128.0.0.1"])  # noqa: S104 - refused here
def test_beyond_this_machine_tls_is_compulsory(host: str) -> None:
    """Refused in one sentence without certificate and key; with both only the name in the address is answered."""
    with pytest.raises(BadInput, match="need web_cert and web_key") as refused:
        check_web(f"{host}:8470", "", "", "")
    assert "\n" not in refused.value.say
    found = check_web(f"{host}:8470", "https://desk.example/", CERT, KEY)
    assert found is not None
    assert (found.names, found.secure) == ({"desk.example"}, True)


@pytest.mark.parametrize(
    ("web", "url", "certificate", "key"),
    [
        ("8470", "", "", ""),
        ("127.0.0.1", "", "", ""),
        ("127.0.0.1:0", "", "", ""),
        ("127.0.0.1:65536", "", "", ""),
        ("127.0.0.1:x", "", "", ""),
        (":8470", "", "", ""),
        ("::1:8470", "", "", ""),
        ("unix:/run/desk", "", "", ""),
        ("127.0.0.1:8470", "", CERT, ""),
        ("127.0.0.1:8470", "", "", KEY),
        ("127.0.0.1:8470", "", "cert.pem", "key.pem"),
        ("127.0.0.1:8470", "http://desk.example/", CERT, KEY),
        ("127.0.0.1:8470", "http://desk.example/", "", ""),
        ("127.0.0.1:8470", "http://localhost.example:8470/", "", ""),
        ("127.0.0.1:8470", "ftp://desk.example/", "", ""),
        ("127.0.0.1:8470", "http://desk.example/path", "", ""),
        ("127.0.0.1:8470", "http://user@desk.example/", "", ""),
        ("127.0.0.1:8470", "http://Desk.example/", "", ""),
        ("127.0.0.1:8470", "desk.example", "", ""),
        ("127.0.0.1:8470", "http://desk.example:x/", "", ""),
    ],
)
def test_half_an_address_is_refused(web: str, url: str, certificate: str, key: str) -> None:
    """Whatever is missing or contradicts is refused, never guessed."""
    with pytest.raises(BadInput):
        check_web(web, url, certificate, key)


def test_a_front_is_an_address_and_ends_tls_itself() -> None:
    """Its address is kept in its plain form; a word, a Unix socket and a certificate beside it are refused."""
    found = check_web("127.0.0.1:8470", "https://desk.example/", "", "", "::0001")
    assert found is not None
    assert (found.front, found.secure) == (Front("::1"), True)
    for front, files in (("unix", ("", "")), ("front", ("", "")), ("127.0.0.1:80", ("", "")), ("::1", (CERT, KEY))):
        with pytest.raises(BadInput, match="web_front"):
            check_web("127.0.0.1:8470", "https://desk.example/", *files, front)


def test_the_settings_keep_it(tmp_path: Path) -> None:
    """What init writes is read back; a file from before there were pages has none; a bad value is named."""
    wanted = replace(
        SETTINGS, web="127.0.0.1:8470", web_url="http://north.localhost:8470/", web_front="127.0.0.1", demo=True
    )
    write_settings(tmp_path, wanted)
    assert read_settings(tmp_path) == wanted
    path = tmp_path / SETTINGS_FILE
    text = path.read_text()
    old = "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(("web", "demo")))
    path.write_text(old)
    found = read_settings(tmp_path)
    assert (found.web_address, found.demo) == (None, False)
    for line in ('web = "0.0.0.0:80"', 'demo = "yes"', "web = 8470", 'web_port = "1"'):
        path.write_text(old + line + "\n")
        with pytest.raises(VaultUnusable, match=str(path)):
            read_settings(tmp_path)
