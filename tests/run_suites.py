# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the test suites: the folders of tests/, each under pytest in a process and with a log of its own.

    .venv/bin/python tests/run_suites.py [--root FOLDER] [SUITE …]

Those that wait long begin at once, and beside them the others go by, fast ones after two long ones. A test that is
skipped has failed: what the machine lacks is left out by marker, and only for the needs that ALLOW_MISSING names.
"""

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests import needs
from tests.long_form import LONG

FAST = (
    "rules",
    "deploy",
    "machines",
    "tooling",
    "command_line",
    "shown",
    "hints",
    "reply_check",
    "previews",
    "keys",
    "admin",
    "cli",
    "flows",
    "protocol",
    "server",
    "client",
)
LONGEST = ("browser", "scenarios", "desk", "desk_web")
"""They take the most of the processor, or wait for pages, processes and the next period, and last as long as all others
together."""
LONG_ALONE = ("crash", "releases", "hostile")
"""Each is minutes of one processor: begun late, the other would have nothing to do at the end."""
LAST = ("flood",)
SIDE_BY_SIDE = 4
"""For two cores: those that wait leave them to one that does not."""
_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SPREAD = dict.fromkeys(("desk", "desk_web", "server", "crash", "scenarios"), _TWO)
SPREAD["browser"] = ("-n", "3", *_TWO[2:])
"""A browser's page often waits, and so do real desks and servers: several files run at once, in their order; of the
scenarios those on one demo beside those that make a service of their own."""
SUITE_LIMIT = 40 * 60.0 * (4 if LONG else 1)
"""Seconds, far beyond what a slow machine needs: it ends what hangs."""
LINE_LIMIT = 1000
LOG_LIMIT = 200
"""Lines of a failed suite's log that are printed: its first failures. The whole log stays in .build/test."""
CHECK = "check"  # `make check`, run like a suite


@dataclass(frozen=True)
class Gate:
    """A folder whose every line and branch these suites must reach."""

    folder: str
    suites: tuple[str, ...]


GATES = (Gate("dropbox/protocol", ("protocol",)), Gate("keys", ("keys",)))


@dataclass
class Outcome:
    """What one row of the closing table says."""

    name: str
    seconds: float = 0.0
    processor: float = 0.0
    passed: int = 0
    failed: int = 0
    left_out: int = 0
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def fail(self, note: str) -> None:
        self.failed += 1
        self.notes.append(note)


@dataclass
class Room:
    """Where a run works: the tree it tests, the folder for logs, and what it must leave out."""

    root: Path
    build: Path
    absent: list[str]
    allowed: list[str]

    def file(self, name: str, ending: str) -> Path:
        return self.build / f"{name}.{ending}"


@dataclass
class Running:
    """A suite in progress."""

    name: str
    process: subprocess.Popen[bytes]
    started: float

    def stop(self) -> None:
        """End it with all that it started and left in its process group."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def find_suites(root: Path, wanted: list[str]) -> list[str]:
    """The suites in the order they start in: the longest, those of one processor, known fast ones, unknown ones, the
    flood."""
    found = {path.parent.relative_to(root / "tests").parts[0] for path in (root / "tests").glob("*/**/test_*.py")}
    if (root / "Makefile").exists():
        found.add(CHECK)
    if unknown := set(wanted) - found:
        sys.exit(f"no such suite: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(found))}")
    order = {name: place for place, name in enumerate((*LONGEST, CHECK, *LONG_ALONE, *FAST, "", *LAST))}
    return sorted(set(wanted) or found, key=lambda name: (order.get(name, order[""]), name))


def command(room: Room, name: str) -> list[str]:
    if name == CHECK:
        return ["make", "--no-print-directory", "--keep-going", CHECK]
    pytest = [sys.executable, "-m", "pytest", f"tests/{name}", "-q", "--durations=5", "--durations-min=1"]
    pytest += [f"--junitxml={room.file(name, 'xml')}", *SPREAD.get(name, ())]
    for gate in GATES:
        if name in gate.suites and (room.root / gate.folder).is_dir():
            pytest += [f"--cov={gate.folder}", "--cov-branch", "--cov-report="]
    return pytest


def start(room: Room, name: str) -> Running:
    # A make inside this one must not take its flags or look for its job server; and what one process has compiled, the
    # many others need not compile again.
    left = ("MAKEFLAGS", "MFLAGS", "PYTHONDONTWRITEBYTECODE")
    environment = {key: value for key, value in os.environ.items() if key not in left}
    environment |= {
        "COVERAGE_FILE": str(room.file(name, "coverage")),
        "LEAVE_OUT": " ".join(room.absent),
        "LEFT_OUT_FILE": str(room.file(name, "left-out")),
    }
    with room.file(name, "log").open("wb") as log:
        process = subprocess.Popen(
            command(room, name),
            cwd=room.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(name, process, time.monotonic())


def count(room: Room, outcome: Outcome) -> None:
    """Read pytest's own report; without one nothing is counted, and `judge` fails the suite."""
    try:
        # The file is our own pytest's, so that no hostile XML can stand in it.
        suites = list(ElementTree.parse(room.file(outcome.name, "xml")).iter("testsuite"))  # noqa: S314
    except (FileNotFoundError, ElementTree.ParseError):
        suites = []
    for suite in suites:
        wrong = {kind: int(suite.get(kind, 0)) for kind in ("failures", "errors", "skipped")}
        outcome.passed += max(0, int(suite.get("tests", 0)) - sum(wrong.values()))
        outcome.failed += sum(wrong.values())
        if wrong["skipped"]:
            outcome.notes.append(f"{wrong['skipped']} skipped, which is a failure here")
        for case in suite.iter("testcase"):
            for kind in ("failure", "error", "skipped"):
                if (why := case.find(kind)) is not None:
                    outcome.wrong.append(f"{case.get('classname')}::{case.get('name')}: {why.get('message')}")
    listed = room.file(outcome.name, "left-out")
    outcome.left_out = len(listed.read_text().splitlines()) if listed.exists() else 0


def processor_time() -> float:
    """Seconds of the processor that all processes took which this one started, or they in turn, and which were waited
    for: it grows by a suite's when that suite has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge(room: Room, running: Running, processor: float, *, out_of_time: bool) -> Outcome:
    outcome = Outcome(running.name, time.monotonic() - running.started, processor)
    code = running.process.returncode
    if running.name == CHECK:
        outcome.passed, outcome.failed = (1, 0) if code == 0 else (0, 1)
        return outcome
    count(room, outcome)
    if outcome.left_out:
        outcome.notes.append(f"{outcome.left_out} not run: the machine lacks {', '.join(room.absent)}")
    if out_of_time:
        outcome.fail(f"stopped after {SUITE_LIMIT:.0f} s")
    elif outcome.passed + outcome.failed + outcome.left_out == 0:
        outcome.fail("ran no test")
    elif code not in (0, 5) and outcome.failed == 0:
        outcome.fail(f"pytest ended with {code}")
    return outcome


def run_all(room: Room, suites: list[str]) -> list[Outcome]:
    waiting, running, outcomes = list(suites), [], []
    try:
        while waiting or running:
            while waiting and len(running) < SIDE_BY_SIDE:
                running.append(start(room, waiting.pop(0)))
            time.sleep(0.05)
            for suite in list(running):
                before, late = processor_time(), time.monotonic() - suite.started > SUITE_LIMIT
                if late:
                    suite.stop()
                if suite.process.poll() is None:
                    continue
                suite.stop()
                running.remove(suite)
                outcomes.append(judge(room, suite, processor_time() - before, out_of_time=late))
                announce(room, outcomes[-1])
    finally:
        for suite in running:
            suite.stop()
    return outcomes


def failing_lines(log: Path) -> list[str]:
    """The beginning of what failed, and the end of the log, LOG_LIMIT lines in all and each cut."""
    lines = log.read_text(errors="replace").splitlines()
    start = next((at for at, line in enumerate(lines) if "= FAILURES =" in line or "= ERRORS =" in line), 0)
    rest = lines[start:]
    if len(rest) > LOG_LIMIT:
        left = f"... {len(rest) - LOG_LIMIT + 1} lines are in {log}"
        rest = [*rest[: LOG_LIMIT * 3 // 4], left, *rest[len(rest) - (LOG_LIMIT // 4 - 1) :]]
    return [line[:LINE_LIMIT] for line in rest]


def announce(room: Room, outcome: Outcome) -> None:
    if outcome.failed:
        print(f"\n--- {outcome.name} failed " + "-" * 60)
        for line in outcome.wrong[:1]:
            print(line[:LINE_LIMIT])
        print("\n".join(failing_lines(room.file(outcome.name, "log"))))
    word = "FAILED" if outcome.failed else "ok"
    print(f"{word:6} {outcome.name} ({outcome.seconds:.1f} s)", flush=True)


def check_gate(room: Room, gate: Gate) -> Outcome:
    """Demand every branch of a folder from what its suites recorded."""
    outcome = Outcome(f"coverage of {gate.folder}")
    data = room.file(gate.folder.replace("/", "."), "combined")
    parts = [str(room.file(name, "coverage")) for name in gate.suites if room.file(name, "coverage").exists()]
    if not parts:
        outcome.fail(f"no suite of {', '.join(gate.suites)} recorded any")
        return outcome
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run(
        [*coverage, "combine", "--quiet", "--keep", f"--data-file={data}", *parts], check=True, cwd=room.root
    )
    wanted = [f"--data-file={data}", f"--include={gate.folder}/*", "--fail-under=100", "--show-missing"]
    report = subprocess.run(
        [*coverage, "report", *wanted, "--skip-covered"], cwd=room.root, capture_output=True, text=True
    )
    if report.returncode:
        print(f"\n--- {outcome.name} is below 100 %\n{report.stdout}{report.stderr}", flush=True)
        outcome.fail("below 100 %")
    else:
        outcome.passed = 1
    return outcome


def check_gates(room: Room, suites: list[str], *, whole: bool) -> list[Outcome]:
    """In a run of chosen suites, only the gates whose suites were all chosen."""
    outcomes = []
    for gate in GATES:
        has_code = any(path.name != "__init__.py" for path in (room.root / gate.folder).glob("**/*.py"))
        if has_code and (whole or set(gate.suites) <= set(suites)):
            outcomes.append(check_gate(room, gate))
    return outcomes


def close(room: Room, outcomes: list[Outcome], seconds: float) -> int:
    """Print the table and the last line; answer the exit code."""
    tolerated = set(room.absent) <= set(room.allowed)
    width = max(len(outcome.name) for outcome in outcomes)
    print(f"\n{'suite':{width}}  seconds  processor  passed  failed  not run")
    # What failed stands first.
    for row in sorted(outcomes, key=lambda one: not one.failed):
        note = f"  {'; '.join(row.notes)}" if row.notes else ""
        times = f"{row.seconds:7.1f}  {row.processor:9.1f}"
        print(f"{row.name:{width}}  {times}  {row.passed:6}  {row.failed:6}  {row.left_out:7}{note}")
    print(f"{'all':{width}}  {seconds:7.1f}  {sum(row.processor for row in outcomes):9.1f}")
    passed, failed, left_out = (
        sum(getattr(row, column) for row in outcomes) for column in ("passed", "failed", "left_out")
    )
    if left_out and not tolerated:
        refused = " ".join(sorted(set(room.absent) - set(room.allowed)))
        print(f'\nTests did not run for want of: {refused}. Install that, or say ALLOW_MISSING="{refused}".')
        failed, left_out = failed + left_out, 0
    # Once more where the end of a long output is all that anybody keeps, a suite's name and its first claim last.
    for row in outcomes:
        if row.failed:
            for line in row.wrong[1:10]:
                print(f"\n{line[:LINE_LIMIT]}")
            print(f"\nFAILED {row.name}: {(row.wrong or row.notes or ['see above'])[0][:LINE_LIMIT]}")
    print(f"\n{passed} passed, {failed} failed" + (f", {left_out} skipped" if left_out else ""), flush=True)
    return 1 if failed or not passed else 0


def open_room(root: Path) -> Room:
    allowed = os.environ.get("ALLOW_MISSING", "").replace(",", " ").split()
    machine = [name for name in needs.NEEDS if name != "venv"]
    if unknown := set(allowed) - set(machine):
        sys.exit(f"ALLOW_MISSING may name {', '.join(machine)}; not {', '.join(sorted(unknown))}")
    needs.install(name for name in machine if name not in allowed)
    build = root / ".build" / "test"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    return Room(root, build, needs.missing(machine), allowed)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the test suites.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("suites", nargs="*", metavar="SUITE")
    arguments = parser.parse_args()
    suites = find_suites(arguments.root, arguments.suites)
    if not suites:
        sys.exit("there is no suite")
    room = open_room(arguments.root)
    started = time.monotonic()
    outcomes = run_all(room, suites)
    outcomes += check_gates(room, suites, whole=not arguments.suites)
    return close(room, outcomes, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
