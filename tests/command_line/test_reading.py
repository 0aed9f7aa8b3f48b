# SPDX-License-Identifier: AGPL-3.0-or-later
"""One way to read files, secrets and addresses."""

import io
import os
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dropbox.command_line.addresses import Address, parse_address
from dropbox.command_line.inputs import read_bytes, read_text
from dropbox.command_line.refused import InputRefused
from dropbox.command_line.secret_lines import LONGEST_SECRET, secret_line, secret_of_bytes, secret_of_descriptor
from dropbox.local.private import OpenToOthers, refuse_open_to_others
from dropbox.protocol.passphrase import composed


def _stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))


# --- files ---


def test_a_file_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    """A file of three gibibytes takes no more memory than its bound; so does one without end."""
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(3 << 30)
    for path in (large, Path("/dev/zero")):
        with pytest.raises(InputRefused, match="larger than 1 KiB"):
            read_bytes(path, 1 << 10, "text file")


@pytest.mark.parametrize("name", ["", "missing", "nul\0name", "\udcff"])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    """A folder, a missing file, names that no file can have."""
    path = tmp_path / name if name else tmp_path
    with pytest.raises(InputRefused, match="Check"):
        read_bytes(path, 10, "anchor file")


def test_text_loses_its_byte_order_mark_and_nothing_else(tmp_path: Path) -> None:
    """UTF-8 with a mark is text; UTF-16 and Latin-1 are refused by name."""
    path = tmp_path / "text"
    path.write_bytes(b"\xef\xbb\xbfna\xc3\xafve\xef\xbb\xbf\r\n")
    assert read_text(path, 100, "text file") == "na\u00efve\ufeff\r\n"
    path.write_bytes("words".encode("utf-16"))
    with pytest.raises(InputRefused, match="UTF-16"):
        read_text(path, 100, "text file")
    path.write_bytes(b"na\xefve")
    with pytest.raises(InputRefused, match="not UTF-8"):
        read_text(path, 100, "text file")


def test_standard_input_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same reader behind "-"."""
    _stdin(monkeypatch, b"x" * 11)
    with pytest.raises(InputRefused, match="on standard input is larger than 10 bytes"):
        read_bytes("-", 10, "text file")


# --- secrets ---


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_secret_is_its_line_without_mark_and_end(monkeypatch: pytest.MonkeyPatch, ending: bytes) -> None:
    """A byte order mark and the line end of either system are no part of it; blanks are."""
    _stdin(monkeypatch, b"\xef\xbb\xbf pass phrase " + ending)
    assert secret_line("Passphrase") == " pass phrase "
    assert secret_of_bytes(b"\xef\xbb\xbf pass phrase " + ending, "passphrase") == " pass phrase "


def test_a_secret_that_is_too_long_missing_or_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in one sentence that does not hold it."""
    for data, why in ((b"x" * (LONGEST_SECRET + 1), "longer"), (b"", "missing"), (b"\xff\n", "not UTF-8")):
        _stdin(monkeypatch, data)
        with pytest.raises(InputRefused, match=why) as refused:
            secret_line("Desk passphrase (not shown)")
        assert "xx" not in refused.value.say
    with pytest.raises(InputRefused, match="descriptor 4095"):
        secret_of_descriptor(4_095, "desk passphrase")


def test_a_descriptor_gives_its_line() -> None:
    """What a pipe holds, without its line end."""
    reading, writing = os.pipe()
    os.write(writing, b"horse staple\r\n")
    os.close(writing)
    assert secret_of_descriptor(reading, "desk passphrase") == "horse staple"


@given(st.text())
def test_a_passphrase_is_letters_not_bytes(text: str) -> None:
    """Composing is idempotent, and a composed and a decomposed form meet."""
    assert composed(composed(text)) == composed(text)
    assert composed(unicodedata.normalize("NFD", text)) == composed(text)


# --- addresses ---


@pytest.mark.parametrize(
    ("text", "shown", "loopback"),
    [
        ("127.0.0.1:8080", "127.0.0.1:8080", True),
        (" 127.0.0.1:8080 ", "127.0.0.1:8080", True),
        ("[::1]:8443", "[::1]:8443", True),
        ("[0:0:0:0:0:0:0:1]:8443", "[::1]:8443", True),
        ("[::ffff:127.0.0.1]:80", "[::ffff:7f00:1]:80", True),
        ("Localhost:80", "localhost:80", True),
        ("north.localhost:80", "north.localhost:80", True),
        ("[2001:DB8::1]:443", "[2001:db8::1]:443", False),
        ("0.0.0.0:80", "0.0.0.0:80", False),
        ("[::]:80", "[::]:80", False),
        ("desk.example:443", "desk.example:443", False),
        ("unix:/run/a b.sock", "unix:/run/a b.sock", True),
    ],
)
def test_an_address_is_read_back_as_it_is_written(text: str, shown: str, loopback: bool) -> None:
    """One spelling each, the same again when read again."""
    found = parse_address(text, "listen", unix=True)
    assert (str(found), found.loopback) == (shown, loopback)
    assert parse_address(shown, "listen", unix=True) == found


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ":",
            ":80",
            "host",
            "host:",
            "host:0",
            "host:65536",
            "host:+80",
            "host:\uff18\uff10",
            "host: 80",
            "host:08080x",
        ),
        *(
            "::1:8443",
            "::1",
            "[::1]",
            "[::1:80",
            "::1]:80",
            "[127.0.0.1]:80",
            "[x]:80",
            "[]:80",
            "1.2.3:80",
            "256.1.1.1:80",
        ),
        *("a b:80", "a/b:80", "user@host:80", "-a:80", "a..b:80", "unix:relative", "unix:", "http://host:80"),
    ],
)
def test_what_is_no_address_is_one_sentence(text: str) -> None:
    """A bare IPv6 address is told to stand in brackets: with a port it has two meanings."""
    with pytest.raises(InputRefused, match="listen: "):
        parse_address(text, "listen", unix=True)


def test_a_port_of_nought_is_for_whoever_asks() -> None:
    """Port 0 is any free one, where a caller says that this will do."""
    assert parse_address("127.0.0.1:0", "listen", any_port=True) == Address(None, "127.0.0.1", 0)


# --- what is this user's alone ---


def test_what_others_may_use_is_refused_with_the_mend(tmp_path: Path) -> None:
    """Folders and files alike; what is not there is no matter; a link is judged by where it leads."""
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    secret = folder / "secret"
    secret.touch(0o600)
    link = tmp_path / "link"
    link.symlink_to(secret)
    refuse_open_to_others(folder, secret, link, folder / "missing")
    for path, mode in ((secret, 0o640), (secret, 0o602), (folder, 0o777), (folder, 0o710)):
        kept = path.stat().st_mode
        path.chmod(mode)
        with pytest.raises(OpenToOthers, match=f"chmod go= {path}"):
            refuse_open_to_others(folder, secret)
        path.chmod(kept)
    secret.chmod(0o644)
    with pytest.raises(OpenToOthers):
        refuse_open_to_others(link)
