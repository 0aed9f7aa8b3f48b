# SPDX-License-Identifier: AGPL-3.0-or-later
"""The daemon's loop by itself: collects, publishes once a period, catches up, and tries again after failures."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.directory import Directory
from dropbox.protocol.units import BoardPlace
from journalist_ui.daemon.timetable import LONGEST_RETRY, Timetable
from journalist_ui.vault.backup import list_backups
from journalist_ui.vault.ledger import load_ledger
from tests.desk.room import Room, entropy, make_room
from tests.flows.twin import replace_directory

pytestmark = pytest.mark.usefixtures("brief_stretch")


def newest(room: Room) -> int:
    """The period of the newest batch on the server."""
    return max(room.service.twin.uploads[room.settings.unit_id])


def test_a_day_of_steps_collects_and_publishes_once(room: Room) -> None:
    """The first step collects; a step after the instant publishes; more steps in the same period publish no more."""
    room.report(entropy(1), "hello")
    timetable = Timetable(room.engine)
    pause = asyncio.run(timetable.step())
    assert 0 < pause <= 2 * room.service.twin.policy.collect
    assert len(load_ledger(room.vault).conversations) == 1
    room.service.twin.advance()
    for _ in range(5):
        asyncio.run(timetable.step())
    assert newest(room) == room.service.twin.now
    assert len(room.service.twin.uploads[room.settings.unit_id]) == 2


def test_a_desk_that_was_away_catches_up(room: Room) -> None:
    """After ten days off: every report still served is there, one batch leaves, epochs are announced again."""
    timetable = Timetable(room.engine)
    asyncio.run(timetable.step())
    for day in range(3):
        room.report(entropy(day), f"day {day}")
        room.service.twin.advance()
    room.service.twin.advance(7)
    room.reopen()
    asyncio.run(Timetable(room.engine).step())
    assert [line.unread for line in room.sign_in("ada").cases()] == [1] * 3
    assert newest(room) == room.service.twin.now
    held = sorted(room.engine.state.keyring.epochs)
    assert held[-2:] == [room.service.twin.now // 7, room.service.twin.now // 7 + 1]


@pytest.mark.parametrize("ahead", [2, 40, 4_000])
def test_a_clock_that_was_ahead_delays_no_collecting(room: Room, ahead: int) -> None:
    """Days ahead for one step, then set right: the next step collects what came in, and from then on as planned."""
    timetable, policy = Timetable(room.engine), room.service.twin.policy
    asyncio.run(timetable.step())
    room.engine.clock = lambda: room.clock() + ahead * policy.period
    asyncio.run(timetable.step())
    room.report(entropy(1), "hello")
    room.engine.clock = room.clock
    assert 0 < asyncio.run(timetable.step()) <= 2 * policy.collect
    assert len(load_ledger(room.vault).conversations) == 1
    room.report(entropy(2), "another")
    asyncio.run(timetable.step())
    assert len(load_ledger(room.vault).conversations) == 1


def test_failures_are_logged_as_codes_and_tried_again(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    """The log says the kind of error and nothing else; pauses grow up to a bound; afterwards all is as it was."""
    room.transport.down = "GetDirectory"
    timetable = Timetable(room.engine)
    pauses = [asyncio.run(timetable.step()) for _ in range(9)]
    assert pauses[0] <= 1
    assert LONGEST_RETRY / 2 < pauses[-1] <= LONGEST_RETRY
    assert set(capsys.readouterr().err.splitlines()) == {"desk: error Down"}
    room.transport.down = ""
    assert asyncio.run(timetable.step()) > LONGEST_RETRY
    assert room.engine.state.checked


def _unreachable(room: Room) -> None:
    room.transport.down = "GetDirectory"


def _sign(room: Room, change: Callable[[Directory], Directory]) -> None:
    replace_directory(room.service, change, 2)


def _retired(room: Room) -> None:
    keyring = room.engine.state.keyring

    def ended(directory: Directory) -> Directory:
        place = BoardPlace(directory.unit("north"), keyring.published_period, keyring.published_hash)
        return replace(directory, units=directory.units[:1], retired=(place,))

    _sign(room, ended)


def _not_listed(room: Room) -> None:
    _sign(room, lambda directory: replace(directory, units=directory.units[:1]))


@pytest.mark.parametrize("prevent", [_unreachable, _retired, _not_listed])
def test_a_day_without_a_batch_has_its_backup(tmp_path: Path, prevent: Callable[[Room], None]) -> None:
    """One a day, as with a batch, while officers go on working: the service is down, or the unit was retired or is not
    listed any more. A day with a batch has that batch's alone, and a disk that is not there is told."""
    target = tmp_path / "backup"
    target.mkdir()
    room = make_room(tmp_path / "desk", backup=str(target))
    room.service.twin.advance()
    timetable, seen, made = Timetable(room.engine), set(), []
    for day in range(4):
        for _ in range(3):
            asyncio.run(timetable.step())
            seen |= set(list_backups(target, room.settings.unit_id))
        made.append(len(seen))
        room.service.twin.advance()
        if day == 1:
            prevent(room)
    assert made == [1, 2, 3, 4]
    target.rename(tmp_path / "unplugged")
    asyncio.run(timetable.step())
    assert "backup-failed" in [one.code for one in room.engine.standing.failure]
    (tmp_path / "unplugged").rename(target)
    asyncio.run(timetable.step())
    assert len(seen | set(list_backups(target, room.settings.unit_id))) == 5
    room.vault.close()


def test_a_stop_ends_the_loop_at_once(room: Room) -> None:
    """The loop does not sleep out its pause."""

    async def run() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(Timetable(room.engine).run(stop))
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.wait_for(running, 60)

    asyncio.run(run())
    assert room.engine.state.checked
