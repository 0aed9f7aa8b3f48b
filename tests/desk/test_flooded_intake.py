# SPDX-License-Identifier: AGPL-3.0-or-later
"""Officers are told of a period that brought far more than people write."""

import asyncio
import datetime

import pytest

from dropbox.flows.desk import collect
from journalist_ui.daemon.notice_log import lasting_notices
from tests.desk.room import Room, entropy


def test_a_flooded_period_is_told_once_with_its_day(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a fifth of what the policy allows (here three are, by a part to suit): told for two weeks, once however
    often the desk collects and starts again; a period of two is none, nor is the open one."""
    twin = room.service.twin
    monkeypatch.setattr(collect, "FLOODED", twin.policy.intake_per_period // 3 + 1)

    def told() -> list[tuple[str, dict[str, int | str]]]:
        asyncio.run(room.engine.sync())
        with room.vault.reading() as connection:
            return [(one.code, one.values) for one in lasting_notices(connection, room.engine.day)]

    for number in range(2):
        room.report(entropy(number), "x")
    twin.advance()
    assert told() == []
    for number in range(2, 5):
        room.report(entropy(number), "x")
    assert told() == []
    flooded = twin.now
    twin.advance()
    day = datetime.datetime.fromtimestamp(flooded * twin.policy.period, datetime.UTC).date().isoformat()
    expected = [("intake-flooded", {"period": flooded, "count": 3, "day": day})]
    assert told() == expected
    room.reopen()
    assert told() == expected
    twin.advance()
    assert told() == expected
