# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real PostgreSQL of our own for tests and measurements: a throwaway cluster, fresh databases.

It listens on a Unix socket in a folder that only its user can enter: nothing else on the machine can reach
it, and no port can be taken.
"""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.needs import postgres_programs

START_WITHIN = 30.0


@dataclass
class Cluster:
    """A running PostgreSQL; `database()` lends a fresh database and gives its SQLAlchemy URL."""

    programs: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def run(self, program: str, *arguments: str) -> None:
        server = ["--host", str(self.folder), "--username", "postgres"]
        subprocess.run([self.programs / program, *server, *arguments], check=True, capture_output=True)

    @contextmanager
    def database(self) -> Iterator[str]:
        name = f"fresh_{next(self.numbers)}"
        self.run("createdb", name)
        try:
            yield f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"
        finally:
            self.run("dropdb", "--force", name)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root, so root lends it the user of Debian's package."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def _start(programs: Path, folder: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    data = folder / "data"
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    initdb = [programs / "initdb", "--pgdata", data, *options]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **_unprivileged())
    settings = ["listen_addresses=", f"unix_socket_directories={folder}"]
    if not durable:
        settings += ["fsync=off", "full_page_writes=off"]  # a lost cluster is no loss to a test
    # A test run that is killed takes its cluster with it.
    tied = ["setpriv", "--pdeathsig", "INT", "--"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [*tied, programs / "postgres", "-D", data, *(f"-c{setting}" for setting in settings)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            **_unprivileged(),
        )


def _wait_until_ready(programs: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN
    probe = [programs / "pg_isready", "--quiet", "--host", folder]
    while subprocess.run(probe, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Make a cluster, run it, remove it. `durable` keeps fsync, for what is measured or killed."""
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed; `make test` run as root installs it")
    folder = Path(tempfile.mkdtemp(prefix="dropbox-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        process = _start(programs, folder, durable=durable)
        try:
            _wait_until_ready(programs, folder, process)
            yield Cluster(programs, folder)
        finally:
            process.send_signal(signal.SIGINT)  # its fast shutdown
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One cluster for each pytest process."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database that is dropped after the test."""
    with postgres_cluster.database() as url:
        yield url
