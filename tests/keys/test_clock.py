# SPDX-License-Identifier: AGPL-3.0-or-later
"""An offline machine's clock is held against what a step builds on, and a number that was lost can be passed over."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dropbox.shown.days import DAY, day_of
from keys.commands import asking
from tests.keys.conftest import PERIOD, Run, done, passphrase, write_enrolment
from tests.keys.test_refusals import refused, state

TODAY = PERIOD + 20
DEMO = {"period": 5, "collect": 5, "stay": 720, "linger": 720, "retention": 720, "epoch": 2_000, "give_up": 3_600}
DEMO |= {"silent_after": 60, "clock_slack": 60, "head_life": 20_000, "intake_per_period": 500}


SetClock = Callable[[float], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Set this machine's clock to some days after the ceremony's list was issued."""

    def put(days: float) -> None:
        monkeypatch.setattr(asking.time, "time", lambda: (PERIOD + days) * DAY + 1)

    return put


def steps(folder: Path) -> dict[str, tuple[tuple[object, ...], str]]:
    """Every command that builds on the list of the ceremony, with what it reads on standard input."""
    there = ("--directory", folder / "service.directory")
    south = ("--enrolment", write_enrolment(folder, "south"), "--slug", "south")
    later = ("--enrolment", write_enrolment(folder, "later", unit="north"), "--slug", "north")
    return {
        "issue": (("directory", "issue", *there), ""),
        "add": (("unit", "add", *there, *south), ""),
        "rotate": (("unit", "rotate", *there, *later), ""),
        "pause": (("unit", "pause", *there, "--slug", "north"), ""),
        "resume": (("unit", "resume", *there, "--slug", "north"), ""),
        "revoke": (("unit", "revoke", *there, "--slug", "north"), ""),
        "sign": (("directory", "sign", *there, "--yes", "--root-key", folder / "r1.key"), passphrase(1)),
    }


STEPS = ("issue", "add", "rotate", "pause", "resume", "revoke", "sign")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("days", [-400, -2, 32, 400])
def test_a_clock_that_does_not_fit_stops_every_step(folder: Path, run: Run, at: SetClock, step: str, days: int) -> None:
    """Before what it builds on, or more than 30 days beyond it: both days are said, and nothing is written."""
    words, typed = steps(folder)[step]
    at(days)
    line = refused(run, folder, *words, stdin=typed)
    assert f"clock says {day_of(PERIOD + days, DAY)}" in line
    assert f"of {day_of(PERIOD, DAY)}" in line
    assert "--today YYYY-MM-DD" in line


@pytest.mark.parametrize("step", STEPS)
def test_a_person_s_date_lets_it_go_on(folder: Path, run: Run, at: SetClock, step: str) -> None:
    """The date of another clock, when it is this machine's; any other is refused, and what is no date."""
    words, typed = steps(folder)[step]
    at(90)
    for wrong in (day_of(PERIOD + 80, DAY), day_of(PERIOD, DAY)):
        assert "Set it first" in refused(run, folder, *words, "--today", wrong, stdin=typed)
    assert "YYYY-MM-DD" in refused(run, folder, *words, "--today", "tomorrow", stdin=typed)
    said = done(run(*words, "--today", day_of(PERIOD + 90, DAY), stdin=typed))
    assert f"today is {day_of(PERIOD + 90, DAY)} by this machine's clock" in said


@pytest.mark.parametrize("days", [-0.5, 0, 29, 29.9])
def test_a_clock_that_fits_asks_nothing(folder: Path, run: Run, at: SetClock, days: float) -> None:
    """A day's difference between two machines is no fault of either."""
    at(days)
    there = ("--directory", folder / "service.directory")
    done(run("directory", "sign", *there, "--root-key", folder / "r3.key", stdin=passphrase(3)))
    shown = done(run("directory", "issue", "--directory", folder / "service.directory"))
    assert f"today is {day_of(int(PERIOD + days), DAY)}" in shown


def test_a_check_holds_for_this_machine_s_date(folder: Path, run: Run, at: SetClock) -> None:
    """As for a client of that date: an ended list and one from the future hold for nobody."""
    verify = ("directory", "verify", "--directory", folder / "service.directory", "--anchor", folder / "service.anchor")
    for days, words in ((0, "100 days left"), (60, "40 days left"), (100, "no day left")):
        at(days)
        assert words in done(run(*verify))
    at(101)
    ended = day_of(PERIOD + 101, DAY)
    assert "more than 101 days after the list's issue" in refused(run, folder, *verify)
    assert "head-expired" in refused(run, folder, *verify, "--today", ended)
    at(-2)
    assert "Set the clock" in refused(run, folder, *verify)


def test_a_root_remembers_the_day(folder: Path, run: Run, at: SetClock) -> None:
    """What a root signed last holds its machine's clock too, for anchors as for lists; an older record has no day."""
    sign = ("anchor", "sign", "--anchor", folder / "service.anchor", "--root-key", folder / "r1.key")
    record = folder / "r1.key.signed"
    assert {row[2] for row in json.loads(record.read_bytes()).values()} <= {TODAY, TODAY + 1}
    for days in (18 - 400, 18, 52, 400):
        at(days)
        line = refused(run, folder, *sign, stdin=passphrase(1))
        assert "what this root signed last" in line
    at(400)
    done(run(*sign, "--today", day_of(PERIOD + 400, DAY), stdin=passphrase(1)))
    assert json.loads(record.read_bytes())["anchor"][2] == PERIOD + 400
    record.write_text(json.dumps({kind: row[:2] for kind, row in json.loads(record.read_bytes()).items()}))
    at(-400)
    done(run(*sign, stdin=passphrase(1)))


def test_short_periods_have_days_too(folder: Path, run: Run) -> None:
    """A list of five-second periods is held against the clock by its days."""
    policy, out = folder / "policy.json", folder / "own.directory"
    policy.write_text(json.dumps(DEMO))
    done(run("directory", "new", "--anchor", folder / "service.anchor", "--policy", policy, "--out", out))
    done(run("directory", "issue", "--directory", out))
    assert "the period that --period gives" in done(run("directory", "issue", "--directory", out, "--period", 7))
    assert "days after" in refused(run, folder, "directory", "issue", "--directory", out)


def test_a_lost_version_is_passed_over(folder: Path, run: Run) -> None:
    """Two roots signed version 2, and its file is gone: from the published file the next one goes above it, and both
    roots sign that."""
    path = folder / "service.directory"
    published = path.read_bytes()
    there = ("--directory", path)
    done(run("unit", "pause", *there, "--slug", "north"))
    for number in (1, 2):
        key = ("--yes", "--root-key", folder / f"r{number}.key")
        done(run("directory", "sign", *there, *key, stdin=passphrase(number)))
    path.write_bytes(published)
    done(run("unit", "pause", *there, "--slug", "intake"))
    sign = ("directory", "sign", *there, "--yes", "--root-key")
    line = run(*sign, folder / "r1.key", stdin=passphrase(1)).refusal
    assert "`dropbox-keys directory issue --above 2`" in line
    assert done(run("directory", "issue", *there, "--above", 2)).splitlines()[1].startswith("version 3, ")
    done(run("unit", "resume", *there, "--slug", "intake"))
    for number in (1, 2):
        said = done(run(*sign, folder / f"r{number}.key", stdin=passphrase(number)))
    assert "version 3, " in said
    assert "signed by roots 1 and 2" in said
    assert "version 9, " in done(run("directory", "issue", *there, "--above", 8))
    assert "version 9, " in done(run("directory", "issue", *there, "--above", 1))
    assert run("directory", "issue", *there, "--above", 2**32 - 1).code == 2


def test_a_signed_list_is_kept_when_the_next_one_is_made(folder: Path, run: Run) -> None:
    """Under its version, once; what is kept already is not touched."""
    path = folder / "service.directory"
    signed = path.read_bytes()
    done(run("directory", "issue", "--directory", path))
    assert (folder / "service.directory.1").read_bytes() == signed
    (folder / "service.directory.1").write_bytes(b"mine")
    path.write_bytes(signed)
    done(run("directory", "issue", "--directory", path))
    assert (folder / "service.directory.1").read_bytes() == b"mine"
    before = state(folder)
    done(run("unit", "pause", "--directory", path, "--slug", "north"))
    assert state(folder).keys() == before.keys()


def test_this_machine_s_time_is_the_real_one(run: Run, folder: Path) -> None:
    """Without a test's hand on it."""
    said = done(run("directory", "issue", "--directory", folder / "service.directory"))
    assert day_of(int(time.time()) // DAY, DAY) in said
