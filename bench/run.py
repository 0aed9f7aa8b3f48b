# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures the service against bare handlers on this machine and prints ratios.

    python bench/run.py [--seconds 4] [--rounds 3] [--only NAME] [--tor]

Server, bare handler and load generator are processes of their own on loopback. Each pair is measured in turns, several
rounds, and the medians are compared: only the ratio means something on another machine.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.browser import BROWSERS, SMALL, measure_browser
from bench.desk_history import measure as desk_of_years
from bench.desk_intake import measure as measure_intake
from bench.inbox import CASES, MESSAGES, measure_inbox
from bench.processes import QUOTAS, Served, bare, load, make_service, memory_of, served
from bench.visits import SERVICES, UNEVEN, measure, measure_over_tor
from dropbox.protocol.certificates import EpochCert
from dropbox.protocol.constants import ENVELOPE
from dropbox.protocol.envelope_open import EpochOpener, open_envelope
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from tests.browser.conftest import SAFER
from tests.desk.live import PERIOD, must, start_service
from tests.postgres import running_cluster

CONNECTIONS = 32
READERS = 8
BOARD = ("/v1/board", "/v1/rows")
FLOOD = 0.8
"""Seconds of posting that stay under what a period gives out so fast, of 20,000 envelopes."""


@dataclass(frozen=True)
class Bench:
    """One run: how long each measurement takes, and how many rounds there are."""

    seconds: float
    rounds: int
    tor: bool = False


def row(name: str, value: str, goal: str, reached: bool | None = None) -> None:
    verdict = {True: "reached", False: "MISSED", None: ""}[reached]
    print(f"{name:44} {value:>53}   {'goal ' + goal if goal else '':29} {verdict}", flush=True)


def ratio_row(name: str, ours: float, theirs: float, goal: float, unit: str) -> None:
    ratio = ours / theirs
    row(name, f"{ours:,.0f} / {theirs:,.0f} {unit} = {ratio:.2f}", f"at least {goal}", ratio >= goal)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dropbox-bench-") as name:
        yield Path(name)


def compare(bench: Bench, kind: str, ours: Served, theirs: int, connections: int) -> tuple[float, float]:
    """Ours and theirs, a second, one after the other."""
    return load(kind, ours.port, connections, bench.seconds), load(kind, theirs, connections, bench.seconds)


def medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs)


def memory_row(whose: str, megabytes: float) -> None:
    row(f"memory of the {whose}", f"{megabytes:.0f} MB", "at most 90 MB", megabytes <= 90)


def submissions_sqlite(bench: Bench) -> None:
    """A fresh store each round, and periods so short that what they give out binds nobody."""
    pairs, idle, most = [], 0.0, 0.0
    for _ in range(bench.rounds):
        with folder() as here:
            made = make_service(here, period=10, collect=1)
            with served(here, *made) as ours, bare("sqlite", here / "bare.sqlite") as theirs:
                idle = max(idle, ours.memory())
                pairs.append(compare(bench, "post", ours, theirs, CONNECTIONS))
                most = max(most, ours.memory("VmHWM"))
    ratio_row("durable submissions, SQLite", *medians(pairs), 0.7, "a second")
    memory_row("server, idle", idle)
    memory_row("server, submissions, SQLite", most)


def submissions_postgres(bench: Bench) -> None:
    pairs, most = [], 0.0
    with running_cluster(durable=True) as cluster:
        for _ in range(bench.rounds):
            with folder() as here, cluster.database() as url:
                made = make_service(here, url, period=10, collect=1)
                with served(here, *made) as ours, bare("postgres", url) as theirs:
                    pairs.append(compare(bench, "post", ours, theirs, CONNECTIONS))
                    most = max(most, ours.memory("VmHWM"))
    ratio_row("durable submissions, PostgreSQL", *medians(pairs), 0.7, "a second")
    memory_row("server, submissions, PostgreSQL", most)


def board_fetches(bench: Bench) -> None:
    with folder() as here:
        made = make_service(here, full_board=True)
        with served(here, *made) as ours:
            files = [here / path.rpartition("/")[2] for path in BOARD]
            for path, file in zip(BOARD, files, strict=True):
                file.write_bytes(fetch(ours.port, path))
            size = " and ".join(f"{file.stat().st_size / 2**20:.1f}" for file in files)
            with bare("bytes", *files) as theirs:
                pairs = [compare(bench, ",".join(BOARD), ours, theirs, READERS) for _ in range(bench.rounds)]
                ratio_row(f"board and rows, {size} MiB", *medians(pairs), 0.9, "a second")
                for path in BOARD:
                    mine, others = compare(bench, path, ours, theirs, READERS)
                    row(f"{path} alone", f"{mine:,.0f} / {others:,.0f} a second = {mine / others:.2f}", "")
            memory_row("server, full board fetched", ours.memory("VmHWM"))


def desk_memory(bench: Bench) -> None:
    """A desk with a member signed in; then a period as full as a flooder can make it."""
    with folder() as here:
        service = start_service(here)
        try:
            desk = service.desk
            desk.start()
            desk.ready()
            assert desk.process is not None
            pid = desk.process.pid
            memory_row("desk, idle", memory_of(pid, "VmRSS"))
            session = desk.login()
            must("dropbox-desk", "sync", "--session", session)
            memory_row("desk, after a sign-in", memory_of(pid, "VmRSS"))
            rate = load("post", int(service.url.rpartition(":")[2]), CONNECTIONS, FLOOD)
            time.sleep(2 * PERIOD)
            must("dropbox-desk", "sync", "--session", session)
            most = f"{memory_of(pid, 'VmHWM'):.0f} MB"
            row(f"memory of the desk, {rate * FLOOD:,.0f} envelopes collected", most, "at most 200 MB")
        finally:
            service.close()


def desk_intake(bench: Bench) -> None:
    """A full period of 5,000, and one of 100,000: the largest that a service may have."""
    for envelopes, own in ((5_000, 200), (100_000, 2_000)):
        with folder() as here:
            found = measure_intake(here, envelopes, own)
        name = f"desk, {envelopes:,} envelopes, {own:,} its own"
        row(
            f"{name}: memory",
            f"{found.memory:.0f} MB, {found.opener:.0f} beside",
            "at most 200 MB",
            found.memory <= 200,
        )
        row(f"{name}: longest stop", f"{1000 * found.stop:.0f} ms", "at most 50 ms", found.stop <= 0.05)
        row(f"{name}: to collect", f"{found.seconds:.0f} s", "")


def desk_history(bench: Bench) -> None:
    planned, acknowledged = desk_of_years()
    row("desk, 40,000 finished texts: a batch of 256", f"{planned:.2f} s", "at most 1 s", planned <= 1)
    reached = acknowledged <= 0.05
    row("the same: acknowledgements of 100", f"{1000 * acknowledged:.1f} ms", "at most 50 ms", reached)


def desk_inbox(bench: Bench) -> None:
    """A browser's request, to the last byte, of a desk that holds years of cases."""
    with folder() as here:
        found = measure_inbox(here)
    what = f"inbox, {MESSAGES:,} messages in {CASES:,} cases"
    row(what, f"{found.inbox * 1000:.0f} ms", "at most 200 ms", found.inbox <= 0.2)
    row(f"{what}: when first asked for", f"{found.first * 1000:.0f} ms", "")
    row(f"{what}: page 9", f"{found.later * 1000:.0f} ms", "")
    row("all words can be found after signing in", f"{found.ready:.0f} s", "at most 60 s", found.ready <= 60)
    row("a search", f"{found.search * 1000:.0f} ms", "at most 300 ms", found.search <= 0.3)
    row("a case of it", f"{found.case * 1000:.0f} ms", "")
    value = f"{found.idle:.0f}, at most {found.most:.0f} MB"
    row("memory of that desk, one member signed in", value, "at most 400 MB", found.most <= 400)


def fetch(port: int, path: str) -> bytes:
    """The body of a GET."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    return connection.getresponse().read()


def trial_openings(bench: Bench) -> None:
    key = SealingKey(os.urandom(32))
    cert = EpochCert(bytes(16), bytes(16), 1, 0, 6, key.public)
    opener = [EpochOpener(1, cert.hash, key)]
    envelopes = [os.urandom(ENVELOPE) for _ in range(64)]
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < bench.seconds:
        for envelope in envelopes:
            try:
                open_envelope(envelope, opener)
            except NotForThisKey:
                count += 1
    rate = count / (time.perf_counter() - began)
    row("trial-openings a second a core", f"{rate:,.0f}", "at least 5,000", rate >= 5_000)


def visits(bench: Bench) -> None:
    for one in (*SERVICES, *UNEVEN):
        with folder() as here:
            cost = measure(here, one.quotas, bench.rounds)
        parts = "+".join(f"{size / 1e6:.2f}" for size in (cost.directory, cost.board, cost.rows))
        name = f"a visit, {one.reports} a day, {len(one.quotas)} units to {max(one.quotas):,}"
        value = f"{parts}: {cost.whole / 1e6:.2f} MB = {cost.whole / 2**20:.2f} MiB, {cost.seconds:.2f} s"
        most = f"at most {one.most / 1e6:.2f} of {one.before / 1e6:.1f} MB" if one.most else ""
        row(name, value, most, cost.whole <= one.most if one.most else None)
        if bench.tor and one in SERVICES:
            with folder() as here:
                row(f"{name}, over Tor", f"{measure_over_tor(here, one.quotas, bench.rounds):.2f} s", "")


def browser_visits(bench: Bench) -> None:
    """The goals are for a fast link; without just-in-time compilation five seconds of each burst are the wait."""
    for quotas, board in ((SMALL, "the demo's board"), (QUOTAS, "a full board")):
        for name in BROWSERS:
            with folder() as here:
                visit = measure_browser(here, name, quotas, bench.rounds)
            most = 6 if name == SAFER else 2
            value = f"{visit.burst:.1f} s, {visit.waited:.1f} of it the wait"
            row(f"{name}, {board}: open to stored", value, f"at most {most} s", visit.burst <= most)
            row(f"{name}, {board}: whole flow", f"{visit.flow:.0f} s", "at most 45 s", visit.flow <= 45)


PARTS: dict[str, Callable[[Bench], None]] = {
    "sqlite": submissions_sqlite,
    "postgres": submissions_postgres,
    "board": board_fetches,
    "desk": desk_memory,
    "intake": desk_intake,
    "history": desk_history,
    "inbox": desk_inbox,
    "openings": trial_openings,
    "visits": visits,
    "browser": browser_visits,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure against bare handlers on this machine.")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of each pair")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="may be repeated")
    parser.add_argument("--tor", action="store_true", help="visits also through a private Tor network on loopback")
    chosen = parser.parse_args()
    bench = Bench(chosen.seconds, chosen.rounds, chosen.tor)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.platform()}")
    print(f"{CONNECTIONS} connections posting, {READERS} reading, {bench.rounds} rounds of {bench.seconds:g} s")
    for name in chosen.only or PARTS:
        PARTS[name](bench)


if __name__ == "__main__":
    main()
