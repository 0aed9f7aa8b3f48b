# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first line of `status`: well, or what is to be done and by whom; and what is told of it to a program."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.admin_cli.duties import BackupFacts, Duty, Facts, State, duties, state_of
from dropbox.admin_cli.watch import WELL_AGAIN, text_for
from dropbox.server.app import hold_alone
from dropbox.server.config import load_config
from tests.admin.kept_service import HOUR, Kept, batch, kept_service
from tests.admin.operator import NOW, admin, publish, refused
from tests.server.world import World

DAY = 86_400
GIB = 1 << 30
WELL = Facts(
    now=(NOW + 0.5) * DAY,
    period=DAY,
    serves=True,
    held=False,
    demo=False,
    list_left=90.0 * DAY,
    earlier=False,
    newest_closed=NOW - 1,
    silent=(),
    disk_free=40 * GIB,
    disk_reserve=GIB // 2,
    flooded=False,
    backup=BackupFacts(behind=0, standby=HOUR, day="2026-11-29"),
)


def one_of(**changes: object) -> Duty:
    """The single duty of a service that is well but for these."""
    (found,) = duties(replace(WELL, **changes))
    return found


def test_nothing_is_to_be_done_where_all_is_well() -> None:
    """Also while a demo has no backup, and in the first hour after midnight, when the day is not closed yet."""
    assert duties(WELL) == []
    assert state_of([]) is State.WELL
    assert duties(replace(WELL, demo=True, backup=None, list_left=DAY)) == []
    assert duties(replace(WELL, now=(NOW + 1) * DAY + HOUR - 1)) == []


@pytest.mark.parametrize(
    ("changes", "state", "words", "who"),
    [
        ({"serves": False}, "now", "no server runs", "the operator"),
        ({"held": True}, "now", "the clock does not follow", "the operator"),
        ({"now": (NOW + 1) * DAY + HOUR + 1}, "now", "is over and not closed", "the operator"),
        ({"list_left": None}, "now", "no list of units is published", "the operator"),
        ({"list_left": None, "earlier": True}, "now", "of an earlier form", "the keepers of the roots"),
        ({"list_left": -2.5 * DAY}, "now", "the list of units ended 2 days ago", "the keepers of the roots"),
        ({"list_left": 6.9 * DAY}, "now", "has 6 days left", "the keepers of the roots"),
        ({"list_left": 29.9 * DAY}, "soon", "has 29 days left", "the keepers of the roots"),
        ({"disk_free": GIB // 2}, "now", "the disk is full up to its reserve", "the operator"),
        ({"disk_free": 2 * GIB}, "soon", "the disk has 2 GiB free", "the operator"),
        ({"backup": None}, "soon", "nothing is backed up", "the operator"),
        ({"backup": BackupFacts()}, "soon", "there is no backup yet", "the operator"),
        ({"backup": BackupFacts(trouble="it is gone")}, "soon", "it is gone", "the operator"),
        ({"backup": BackupFacts(2, HOUR, "2026-11-27")}, "soon", "the newest backup is of 2026-11-27", "the operator"),
        ({"backup": BackupFacts(4, HOUR, "2026-11-25")}, "now", "the newest backup is of 2026-11-25", "the operator"),
        ({"backup": BackupFacts(0, 4 * HOUR, "x")}, "soon", "the standby copy of today is missing", "the operator"),
        ({"backup": BackupFacts(0, None, "x")}, "soon", "the standby copy of today is missing", "the operator"),
        ({"silent": (("north", ""),)}, "soon", "north published nothing yet", "the unit north"),
        ({"silent": (("north", "2026-11-20"),)}, "soon", "north published nothing since 2026-11-20", "the unit north"),
        ({"flooded": True}, "soon", "more comes than is let in, so senders wait", "the operator"),
    ],
)
def test_each_thing_to_do_is_said_with_who_does_it(
    changes: dict[str, object], state: str, words: str, who: str
) -> None:
    """One line that begins with how urgent it is, and names a page."""
    found = one_of(**changes)
    assert (found.state, found.who) == (state, who)
    assert words in found.what
    assert found.line().startswith(f"{state}: ")
    assert found.line().endswith(f"(docs/runbooks/{found.page})")


def test_the_most_urgent_comes_first() -> None:
    """Whatever else there is; its state is the state of all."""
    found = duties(replace(WELL, flooded=True, backup=None, list_left=-DAY))
    assert [one.state for one in found] == ["now", "soon", "soon"]
    assert "2 days" not in found[0].what
    assert state_of(found).code == 2


def test_many_silent_units_are_one_line() -> None:
    """The first four by name."""
    found = one_of(silent=tuple((f"unit-{one}", "2026-11-20") for one in range(9)))
    assert "unit-0, unit-1, unit-2 and unit-3 and 5 more published nothing for days" in found.what


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with kept_service(tmp_path) as found:
        yield found


async def test_status_of_a_running_service(kept: Kept) -> None:
    """Exit code and first line follow what is so: nothing backed up, then all well. Nothing but counts of what waits
    moves with an envelope."""
    words = ("status", "--config", kept.config)
    done = await asyncio.to_thread(admin, *words, "--brief")
    assert (done.exit_code, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("soon: there is no backup yet. The operator: ")
    await kept.backup()
    await batch(kept, 0, NOW)
    brief = await asyncio.to_thread(admin, *words, "--brief")
    assert (brief.exit_code, brief.stdout) == (0, "well\n")
    before = await asyncio.to_thread(admin, *words)
    assert before.stdout.startswith("well\nlist of units: from ")
    assert "standby copy of " in before.stdout
    await kept.envelopes(NOW, 1)
    after = await asyncio.to_thread(admin, *words)
    moved = [line for line in after.stdout.splitlines() if line not in before.stdout.splitlines()]
    assert {line.split("  ")[0] for line in moved} <= {"envelopes waiting", "disk free"}
    found = json.loads((await asyncio.to_thread(admin, *words, "--json")).stdout)
    assert (found["state"], found["duties"], found["backup"]["behind"]) == ("well", [], 0)


def test_status_of_a_stopped_service(config: Path, world: World) -> None:
    """It says that first, in words and as JSON, with exit code 2."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    done = admin("status", "--config", config)
    assert (done.exit_code, done.stdout.splitlines()[0][:20]) == (2, "now: no server runs.")
    found = json.loads(admin("status", "--config", config, "--json").stdout)
    assert (found["state"], found["duties"][0]["who"]) == ("now", "the operator")
    assert found["backup"] is None


def test_what_is_told_is_what_is_new() -> None:
    """Not the same again in the same day; what is to be done now once a day; and once that all is well again."""
    soon, now = duties(replace(WELL, flooded=True)), duties(replace(WELL, list_left=-DAY))
    keys = [f"{one.state} {one.page} {one.who}" for one in (*soon, *now)]
    assert text_for(soon, [], "", "2026-11-30").startswith("soon: more comes")
    assert text_for(soon, keys[:1], "2026-11-29", "2026-11-30") == ""
    assert text_for(now, keys[1:], "2026-11-30", "2026-11-30") == ""
    assert text_for(now, keys[1:], "2026-11-29", "2026-11-30").startswith("now: nobody can report")
    assert text_for([*now, *soon], keys[1:], "2026-11-30", "2026-11-30").count("\n") == 1
    assert text_for([], keys, "2026-11-30", "2026-11-30") == WELL_AGAIN
    assert text_for([], [], "", "2026-11-30") == ""


async def test_a_program_is_told_when_it_changes(kept: Kept, tmp_path: Path) -> None:
    """Once for what is new, never for an envelope, once when it is well; one that takes nothing is told again."""
    took, text = tmp_path / "took", kept.config.read_text()
    program = tmp_path / "tell"
    program.write_text(f"#!/bin/sh\ncat >> {took}\n")
    program.chmod(0o700)
    words = ("watch", "--config", kept.config)
    assert "names no program" in refused(await asyncio.to_thread(admin, *words, "--try"))
    kept.config.write_text(text.replace("alarm = []", 'alarm = ["/nowhere/tell"]'))
    lost = await asyncio.to_thread(admin, *words)
    assert (lost.exit_code, "took nothing (FileNotFoundError): soon: there is no backup" in lost.stderr) == (2, True)
    kept.config.write_text(text.replace("alarm = []", f'alarm = ["{program}"]'))
    for _ in range(2):
        done = await asyncio.to_thread(admin, *words)
        assert done.exit_code == 1
        await kept.envelopes(NOW, 1)
    assert took.read_text().count("soon: ") == 1
    await kept.backup()
    await batch(kept, 0, NOW)
    for _ in range(2):
        assert (await asyncio.to_thread(admin, *words)).exit_code == 0
    assert took.read_text().endswith(f"{WELL_AGAIN}\n")
    assert took.read_text().count("\n") == 2
    assert (await asyncio.to_thread(admin, *words, "--try")).exit_code == 0
    assert took.read_text().endswith("a trial: nothing is to be done\n")


async def test_stats_are_of_closed_days(kept: Kept) -> None:
    """In words and as JSON, and nothing of the open one."""
    found = json.loads((await asyncio.to_thread(admin, "stats", "--config", kept.config, "--json")).stdout)
    assert [(one["period"], one["reports"], one["blobs"]) for one in found] == [(NOW - 2, 5, 1), (NOW - 1, 3, 1)]
    said = (await asyncio.to_thread(admin, "stats", "--config", kept.config)).stdout
    assert len(said.splitlines()) == 2


def test_a_lock_shows_that_a_server_runs(config: Path, world: World) -> None:
    """And is held by nobody after a look."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    for _ in range(2):
        assert "no server runs" in admin("status", "--config", config).stdout
    lock = hold_alone(load_config(config))
    assert "no server runs" not in admin("status", "--config", config).stdout
    os.close(lock)
