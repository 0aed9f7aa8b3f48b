# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing is sent before its codename could be seen, and every end says what may be stored: real processes, whose
output fails in every way."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dropbox.protocol.codename import decode_codename
from dropbox.words import codename_words
from tests.cli.conftest import Sources, codename
from tests.client.twin_server import Answer, hang_up

SOURCE = Path(sys.executable).parent / "dropbox-source"
ENVELOPE = "/v1/envelopes"
LOST = [
    *((f"{name} --json", redirect) for name in ("report", "reply", "check") for redirect in (">/dev/full", "| true")),
    *((name, ">/dev/full") for name in ("report", "reply", "check")),
    *((name, ">&-") for name in ("report --json", "report", "check")),
]


def words_of(sources: Sources, command: str) -> list[str]:
    """A whole command line; the codename comes on standard input."""
    name, *flags = command.split()
    to = ["--unit", "north", "--text-file", str(sources.text)]
    more = {"report": [*to, "--category", "discrimination"], "reply": to, "check": []}[name]
    return [str(SOURCE), name, *sources.pinned, *more, *flags]


def run(sources: Sources, command: str, redirect: str) -> tuple[int, str, str]:
    """The command in a shell with that redirection: its exit code and what it said."""
    quoted = " ".join(f"'{word}'" for word in words_of(sources, command))
    typed = f"{codename()}\n" if not command.startswith("report") else ""
    script = f"{quoted} {redirect}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", script], input=typed, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("command", "redirect"), LOST)
def test_nothing_leaves_when_the_output_cannot_be_seen(sources: Sources, command: str, redirect: str) -> None:
    """A full device, a closed descriptor, a reader that has gone: exit 1 with one sentence, and no envelope left, so
    that nothing is stored under a codename that nobody has, and no answer acknowledged that nobody has read."""
    code, _, said = run(sources, command, redirect)
    assert code == 1
    assert len(said.strip().splitlines()[-1]) > 20
    assert "Traceback" not in said
    assert ENVELOPE not in sources.server.paths()


@pytest.mark.parametrize("command", ["report --json", "report"])
def test_a_codename_that_goes_nowhere_is_not_used(sources: Sources, command: str) -> None:
    """The null device takes every byte and shows none."""
    code, _, said = run(sources, command, ">/dev/null")
    assert (code, sources.server.paths()) == (1, [])
    assert "Nothing was sent." in said


def test_a_full_disk(sources: Sources, tmp_path: Path) -> None:
    """A file that takes a few bytes and no more: the codename stands there whole, or nothing was sent."""
    target = tmp_path / "out"
    words = [*words_of(sources, "report --json")]
    limit = f"ulimit -f 0; trap '' XFSZ; exec {' '.join(words)} > {target}"
    done = subprocess.run(
        ["/bin/bash", "-c", limit], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "Nothing was sent." in done.stderr
    assert target.read_text() == ""
    assert ENVELOPE not in sources.server.paths()


def test_the_codename_stands_there_before_the_envelope_leaves(sources: Sources) -> None:
    """When the envelope arrives the first half of the line has been flushed; the rest follows the receipt."""
    reader, writer = os.pipe()
    seen: list[bytes] = []

    def look(answer: Answer) -> Answer:
        seen.append(os.read(reader, 4_096))
        return answer

    sources.server.faults[ENVELOPE] = [look]
    words = words_of(sources, "report --json")
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    os.close(writer)
    rest = os.read(reader, 4_096)
    os.close(reader)
    assert done.returncode == 0, done.stderr
    assert seen[0].endswith(b'"unit": "north", ')
    whole = json.loads(seen[0] + rest)
    assert list(whole) == ["codename", "unit", "receipt", "stored"]
    assert decode_codename(whole["codename"], codename_words())
    assert (whole["unit"], whole["stored"]) == ("north", "yes")
    assert len(bytes.fromhex(whole["receipt"])) == 36


@pytest.mark.parametrize("reached", ["/v1/directory", ENVELOPE])
def test_a_reader_that_goes_while_the_report_is_sent(sources: Sources, reached: str) -> None:
    """The codename was seen; what became of the report is said on standard error, and the exit code is 1."""
    reader, writer = os.pipe()

    def leave(answer: Answer) -> Answer:
        os.read(reader, 4_096)
        os.close(reader)
        return answer

    sources.server.faults[reached] = [leave]
    words = words_of(sources, "report --json")
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Your message is stored" in said
    assert ENVELOPE in sources.server.paths()


@pytest.mark.parametrize(("reached", "stored"), [("/v1/directory", "no"), (ENVELOPE, "perhaps")])
def test_ctrl_c_ends_the_line_with_the_truth(sources: Sources, reached: str, stored: str) -> None:
    """Before the envelope leaves nothing can be stored, afterwards it may be."""
    words = words_of(sources, "report --json")
    started: list[subprocess.Popen[str]] = []

    def stop(answer: Answer) -> Answer:
        started[0].send_signal(signal.SIGINT)
        started[0].wait(timeout=60)
        return hang_up(answer)

    sources.server.faults[reached] = [stop]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)
    started.append(process)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 1
    line = json.loads(out)
    assert (line["receipt"], line["stored"]) == (None, stored)
    assert ("Keep this codename" in said) == (stored == "perhaps")
    assert "Traceback" not in said
