# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is given to ``dropbox-source``, and wherever it prints: one sentence at the worst, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Sources, codename

SOURCE = str(Path(sys.executable).parent / "dropbox-source")
LARGE = 3 << 30
ANSWER = "Größe “ok” … 中文 🕊 \u202e"


def run(words: list[str], stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of little memory, so that what is read unbounded is seen."""
    limited = ["/bin/bash", "-c", 'ulimit -v 2000000; exec "$0" "$@"', SOURCE, *words]
    return subprocess.run(limited, input=stdin, capture_output=True, timeout=60, env={**os.environ, **environment})


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", pytest.param("cp437", marks=pytest.mark.long)])
def test_a_terminal_of_few_letters_shows_what_it_can(sources: Sources, encoding: str) -> None:
    """Every letter that there is, the others by number; the answer is read to its end."""
    chosen = ["--unit", "north", "--category", "discrimination", "--text-file", str(sources.text), "--json"]
    name = json.loads(run(["report", *sources.pinned, *chosen]).stdout)["codename"]
    sources.answer(ANSWER)
    shown = run(["check", *sources.pinned], f"{name}\n".encode(), PYTHONIOENCODING=encoding)
    assert shown.returncode == 0, shown.stderr
    said = shown.stdout.decode(encoding)
    assert "<U+4E2D>" in said
    assert ("Größe" in said) == (encoding != "ascii")
    assert b"Traceback" not in shown.stderr


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of 3 GiB that takes no room."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


@pytest.mark.parametrize("option", ["--anchor", "--text-file"])
def test_a_file_is_bounded_before_it_is_read(sources: Sources, large: Path, option: str) -> None:
    """Three gibibytes for the anchor and for the text: refused with the option's name, and nothing asked."""
    pinned = list(sources.pinned)
    text = str(sources.text)
    if option == "--anchor":
        pinned[3] = str(large)
    else:
        text = str(large)
    ended = run(["report", *pinned, "--unit", "north", "--category", "discrimination", "--text-file", text])
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert option.encode() in ended.stderr
    assert b"larger than" in ended.stderr
    assert sources.server.paths() == []


@pytest.mark.parametrize("given", ["/dev/zero", "large", "closed", "directory"])
def test_standard_input_of_any_kind(sources: Sources, large: Path, given: str) -> None:
    """As the text of a report: without end, too large, closed, a folder."""
    redirect = {"large": f"<{large}", "closed": "<&-", "directory": f"<{large.parent}"}.get(given, f"<{given}")
    words = ["report", *sources.pinned, "--unit", "north", "--category", "discrimination", "--text-file", "-"]
    script = f'ulimit -v 2000000; exec "$0" "$@" {redirect}'
    ended = subprocess.run(["/bin/bash", "-c", script, SOURCE, *words], capture_output=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout == b""
    assert b"Traceback" not in ended.stderr
    assert ended.stderr.strip()
    assert sources.server.paths() == []


ADDRESSES = (
    "http://[::1",
    "http://h:99999",
    "http://h:0",
    "http://a b",
    "http://",
    "h:80",
    "http://u@h",
    "http://h\u3002onion",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_none(sources: Sources, address: str) -> None:
    """Brackets without an end, ports that there are not, blanks, no scheme, a user's name."""
    ended = sources.run("check", "--service", address, stdin=f"{codename()}\n")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "http://host:port" in ended.stderr


@pytest.mark.parametrize(("proxy", "said"), [("::1:9050", "brackets"), ("9050", "HOST:PORT"), ("[::1]:0", "HOST:PORT")])
def test_a_proxy_that_is_none(sources: Sources, proxy: str, said: str) -> None:
    """The option is named, and the form that is right."""
    ended = sources.run("check", "--tor", proxy, stdin=f"{codename()}\n")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "--tor" in ended.stderr
    assert said in ended.stderr


@pytest.mark.parametrize("proxy", ["", " ", "\t"])
def test_an_empty_proxy_is_not_none(sources: Sources, proxy: str) -> None:
    """Whoever names Tor by a variable that is not set does not go out without it."""
    for command in ("check", "units"):
        ended = sources.run(command, "--tor", proxy, stdin=f"{codename()}\n")
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "--tor is empty" in ended.stderr
    assert sources.server.paths() == []


def test_marks_before_text_are_dropped(sources: Sources, tmp_path: Path) -> None:
    """In the anchor, the codename and the report: the unit reads the text alone."""
    mark = b"\xef\xbb\xbf"
    sources.anchor.write_bytes(mark + sources.anchor.read_bytes())
    sources.text.write_bytes(mark + b"What happened.")
    assert sources.report("--json").exit_code == 0
    service = sources.server.service
    service.tick()
    assert "What happened." in service.desks["north"].bodies()[-1].decode()
    assert "\ufeff" not in service.desks["north"].bodies()[-1].decode()
    assert sources.check("\ufeff" + codename()).exit_code == 0
