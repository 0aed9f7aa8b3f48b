# SPDX-License-Identifier: AGPL-3.0-or-later
"""`dropbox serve` as a process: what it prints, refuses, and finishes when it is told to stop."""

import asyncio
import logging
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from click.testing import CliRunner

from dropbox.commands import main
from dropbox.protocol.wire import parse_receipt
from dropbox.server.app import ClassAndCode
from dropbox.server.config import Listen, ServerConfig
from dropbox.server.store.schema import upgrade
from dropbox.server.store.sql import open_store
from tests.server.service import make_config
from tests.server.world import World, random_envelope

SERVE = Path(sys.executable).with_name("dropbox")
HEADERS = {"content-type": "application/octet-stream"}


@pytest.fixture
async def made(tmp_path: Path) -> ServerConfig:
    """A server that is ready to run, with periods of an hour."""
    world = World()
    config = make_config(tmp_path, world)
    world.policy = replace(world.policy, period=3_600, intake_per_period=100_000)
    await asyncio.to_thread(upgrade, config.database)
    store = open_store(config.database)
    await store.add_directory(1, world.sign_directory(int(time.time() // 3_600)))
    await store.close_store()
    write(config)
    return config


def write(config: ServerConfig) -> Path:
    file = config.data_dir.parent / "server.toml"
    file.touch(mode=0o600)
    file.write_text(config.encode())
    return file


@contextmanager
def serve(config: ServerConfig) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [SERVE, "serve", "--config", config.data_dir.parent / "server.toml"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.kill()


def port(line: str) -> int:
    return int(line.rpartition(":")[2])


def refusal(config: ServerConfig) -> str:
    """The one line of a server that does not start."""
    command = [SERVE, "serve", "--config", config.data_dir.parent / "server.toml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_it_says_where_it_listens_and_nothing_else(made: ServerConfig) -> None:
    """One line on standard output, nothing on standard error while it serves and stops; exit code 0."""
    with serve(made) as (process, line):
        assert line.startswith("listening on http://127.0.0.1:")
        connection = HTTPConnection("127.0.0.1", port(line), timeout=10)
        connection.request("POST", "/v1/envelopes", random_envelope(), HEADERS)
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_stop_loses_nothing_that_was_answered(made: ServerConfig) -> None:
    """SIGTERM in the middle of many submissions: every answered one is in the store, others got no receipt."""
    answered: list[bytes] = []

    def send(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", number, timeout=10)
        try:
            while True:
                connection.request("POST", "/v1/envelopes", random_envelope(), HEADERS)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    return
                answered.append(parse_receipt(body).id)
        except (OSError, HTTPException):
            return
        finally:
            connection.close()

    with serve(made) as (process, line):
        threads = [threading.Thread(target=send, args=(port(line),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 60
        while len(answered) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
    assert answered
    with closing(sqlite3.connect(made.data_dir / "server.sqlite")) as database:
        kept = {row[0] for row in database.execute("SELECT id FROM open_envelopes")}
    assert set(answered) <= kept


def test_one_server_to_a_store(made: ServerConfig) -> None:
    """A second server on the same data says that one runs already."""
    with serve(made):
        assert "another server runs" in refusal(made)


def test_what_it_refuses_to_start_with(made: ServerConfig, tmp_path: Path) -> None:
    """An older schema, a damaged anchor, a missing folder, a busy port: one line each that says what to do."""
    write(replace(made, database=f"sqlite:///{tmp_path}/empty.sqlite"))
    assert "dropbox-admin init" in refusal(made)
    write(replace(made, data_dir=tmp_path / "none"))
    assert "data folder" in refusal(made)
    write(made)
    made.data_dir.chmod(0o755)
    assert "chmod" in refusal(made)
    made.data_dir.chmod(0o700)
    anchor = made.anchor.read_bytes()
    made.anchor.write_bytes(b"x")
    assert "anchor" in refusal(made)
    made.anchor.unlink()
    assert "anchor" in refusal(made)
    made.anchor.write_bytes(anchor)
    with serve(made) as (_, line):
        empty = tmp_path / "empty"
        empty.mkdir(mode=0o700)
        other = replace(made, data_dir=empty, listen=Listen(None, "127.0.0.1", port(line)))
        (tmp_path / "server.toml").write_text(other.encode())
        assert "cannot listen" in refusal(made)


def post(number: int) -> int:
    connection = HTTPConnection("127.0.0.1", number, timeout=10)
    connection.request("POST", "/v1/envelopes", random_envelope(), HEADERS)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("wrong", [pytest.param(-400 * 24, marks=pytest.mark.long), 400 * 24])
def test_a_running_server_hears_the_operator(made: ServerConfig, wrong: int) -> None:
    """Last open 400 days ago, or 400 days ahead: it says so and takes nothing, until today's date is given by the
    operator's command; then it goes on without a restart."""

    async def begin() -> None:
        store = open_store(made.database)
        await store.begin(int(time.time() // 3_600) + wrong)
        await store.close_store()

    asyncio.run(begin())
    with serve(made) as (process, line):
        assert post(port(line)) == 503
        today = datetime.now(UTC).date().isoformat()
        settings = str(made.data_dir.parent / "server.toml")
        command = [SERVE.with_name("dropbox-admin"), "clock", "confirm", "--config", settings, "--today", today]
        subprocess.run(command, check=True, capture_output=True)
        until = time.monotonic() + 60
        while post(port(line)) != 200:
            assert time.monotonic() < until
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=20) == ("", "error clock-unconfirmed\n")


def test_it_listens_on_either_loopback(made: ServerConfig) -> None:
    """An IPv6 address in brackets, as init takes it and as it is said back."""
    write(replace(made, listen=Listen(None, "::1", 0)))
    with serve(made) as (process, line):
        assert line.startswith("listening on http://[::1]:")
        connection = HTTPConnection("::1", port(line), timeout=10)
        connection.request("GET", "/v1/intake")
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=20) == ("", "")


def test_databases_that_cannot_be_used(made: ServerConfig) -> None:
    """Damaged, of no server, or no database at all: one line, and not a word of a library's own."""
    url = made.database
    for other in ("postgresql+asyncpg://nobody@/none?host=/nowhere", "sqlite:////proc/nowhere.sqlite"):
        write(replace(made, database=other))
        assert "the database cannot be used" in refusal(made)
    for left in made.data_dir.glob("server.sqlite-*"):
        left.unlink()
    (made.data_dir / "server.sqlite").write_bytes(b"no database" * 1_000)
    write(replace(made, database=url))
    assert "the database cannot be used: file is not a database" in refusal(made)


def test_a_stop_while_it_starts(made: ServerConfig) -> None:
    """At whatever moment Ctrl-C comes, it ends at once with at most a line. What comes before the command has begun is
    for the interpreter, which is told to let it pass: then it comes again."""
    command = ["env", "--ignore-signal=INT", SERVE, "serve", "--config", made.data_dir.parent / "server.toml"]
    for pause in (0.1, 0.4, 0.9):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(pause)
        until = time.monotonic() + 20
        while process.poll() is None:
            assert time.monotonic() < until
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)
        _, err = process.communicate()
        assert "Traceback" not in err
        assert len(err.strip().splitlines()) <= 1, err


def test_the_journal_gets_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its unit file keeps notices and worse; a line without a level would be none of them."""
    record = logging.LogRecord("dropbox.server", logging.ERROR, "", 0, "clock-unconfirmed", (), None)
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    assert ClassAndCode().format(record) == "error clock-unconfirmed"
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert ClassAndCode().format(record) == "<3>error clock-unconfirmed"


def test_the_group_of_commands() -> None:
    """`dropbox --help` names its commands without loading them; an unknown one is bad usage."""
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert "serve" in shown.output
    assert "demo" in shown.output
    assert CliRunner().invoke(main, ["nothing"]).exit_code == 2
    assert "Example" in CliRunner().invoke(main, ["serve", "--help"]).output
    assert CliRunner().invoke(main, ["serve"]).exit_code == 2
