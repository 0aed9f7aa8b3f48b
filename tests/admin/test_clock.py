# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operator is told of both ways in which a clock can be wrong, and confirms the day by another clock."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dropbox.shown.days import day_of
from tests.admin.operator import DAILY, NOW, admin, publish, refused, store_of
from tests.admin.test_doctor import findings
from tests.server.world import World

TODAY = datetime.now(UTC).date()
FAR = 5  # days: more than a stop explains


@pytest.fixture
def sound_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from dropbox.admin_cli import machine_checks

    for name in ("check_core_dumps", "check_swap", "check_umask", "check_time_service", "check_owners"):
        monkeypatch.setattr(machine_checks, name, lambda name=name: machine_checks.ok(name, "sound"))


def begin(config: Path, period: int) -> None:
    async def done() -> None:
        store = store_of(config)
        await store.begin(period)
        await store.close_store()

    asyncio.run(done())


def confirmed(config: Path) -> int | None:
    async def found() -> int | None:
        store = store_of(config)
        try:
            return await store.confirmed()
        finally:
            await store.close_store()

    return asyncio.run(found())


def clock_finding(config: Path) -> str:
    """What the self-check says about the clock and what is stored, with its fix."""
    code, found = findings(config)
    said = [f"{one['what']} -> {one['fix']}" for one in found if one["check"] == "clock" and one["level"] == "serious"]
    assert (code == 1) == bool(said)
    return " ".join(said)


@pytest.mark.usefixtures("sound_machine")
@pytest.mark.parametrize(
    ("period", "words"),
    [
        (
            NOW - FAR,
            ["the clock is ahead, or the server stood still so long", "if it is right, run `dropbox-admin clock"],
        ),
        (NOW + FAR, ["the clock is behind, or it was ahead", "that takes back what was closed"]),
        (NOW + 2, ["the clock is behind, or it was ahead"]),
        (NOW - 3, []),
        (NOW, []),
    ],
)
def test_doctor_says_both_possibilities(config: Path, world: World, period: int, words: list[str]) -> None:
    """What is stored and what the clock says, and what to do in either case; nothing where they agree."""
    publish(config, world.directory_text(period=NOW))
    (config.parent / "directory.txt").unlink()
    begin(config, period)
    said = clock_finding(config)
    assert bool(said) == bool(words)
    for word in [*words, *([day_of(period, DAILY.period)] if words else [])]:
        assert word in said


@pytest.mark.usefixtures("sound_machine")
def test_doctor_looks_at_a_new_server_s_clock_too(config: Path, world: World) -> None:
    """Before the first period the directory's days are all there is."""

    async def put() -> None:
        store = store_of(config)
        await store.add_directory(1, world.sign_directory(period=NOW + FAR))
        await store.close_store()

    asyncio.run(put())
    assert "nothing is taken" in clock_finding(config)


def test_a_day_is_confirmed_only_when_the_machine_has_it(config: Path, world: World) -> None:
    """Another day than the machine's, and what is no day, confirm nothing; a day's grace is for midnight."""
    confirm = ("clock", "confirm", "--config", config, "--today")
    assert "no directory is published" in refused(admin(*confirm, str(TODAY)))
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    for wrong in ("tomorrow", "29.11.2026", "2026-13-01", "20261129", "2026-W48-7", "\uff12026-11-29"):
        assert "YYYY-MM-DD" in refused(admin(*confirm, wrong))
    for days in (-400, -2, 2, 400):
        assert "Set it first" in refused(admin(*confirm, str(TODAY + timedelta(days))))
    assert confirmed(config) is None
    for days in (-1, 0, 1):
        assert admin(*confirm, str(TODAY + timedelta(days))).exit_code == 0
    assert confirmed(config) in (NOW, NOW + 1)


@pytest.mark.parametrize(
    ("period", "words"),
    [(NOW - FAR, "every envelope that waits is kept"), (NOW + FAR, "is taken back"), (None, "agree with this day")],
)
def test_confirming_says_what_will_happen(config: Path, world: World, period: int | None, words: str) -> None:
    """In days, before the server does it."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    if period is not None:
        begin(config, period)
    done = admin("clock", "confirm", "--config", config, "--today", str(TODAY))
    assert words in done.stdout
    assert period is None or day_of(period, DAILY.period) in done.stdout or period > NOW


def test_retention_goes_by_no_clock(config: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A year later by the machine's clock, with no server running in between, nothing is old."""
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0

    async def close() -> None:
        store = store_of(config)
        await store.begin(NOW - 9)
        await store.close_empty(NOW - 9, NOW - 1)
        await store.close_store()

    asyncio.run(close())
    monkeypatch.setattr("time.time", lambda: (NOW + 400) * DAILY.period)
    for removed in (list(range(NOW - 9, NOW - DAILY.retention)), []):
        assert json.loads(admin("retention", "--config", config, "--json").stdout) == {"removed": removed}
