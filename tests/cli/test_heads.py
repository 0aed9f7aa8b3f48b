# SPDX-License-Identifier: AGPL-3.0-or-later
"""``check --heads``: what two visits were shown, compared by one person or by two."""

import json
from dataclasses import replace

import pytest

from dropbox.flows.heads import BoardHead, newest_heads
from dropbox.source_cli import heads
from tests.cli.conftest import Sources
from tests.client.twin_server import Answer


def test_two_people_who_were_shown_the_same_board_read_the_same_words(sources: Sources) -> None:
    """No codename is asked, and the visit is like any other: the same requests as a return by codename."""
    first, second = sources.run("check", "--heads"), sources.run("check", "--heads")
    asked = [one.shape() for one in sources.server.asked]
    assert first.exit_code == 0
    assert first.stdout == second.stdout
    said = first.stdout.splitlines()
    assert said[0].startswith("heads: ")
    assert len(said[0].split()) == 7
    assert [line.split(":")[0].strip() for line in sorted(said[1:])] == ["intake", "north", "south"]
    sources.check("acid acorn acre acts afar affix aged agent")
    known = sources.answered()
    sources.check(known)
    assert [one.shape() for one in sources.server.asked] == asked
    assert sources.run("check", "--heads").stdout != first.stdout


def test_a_watcher_compares_several_visits(sources: Sources) -> None:
    """In JSON, each visit a burst of its own; all the same is exit 0."""
    ended = sources.run("check", "--heads", "--visits", "3", "--json")
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["same"], len(told["visits"])) == (0, True, 3)
    assert sources.server.paths() == ["/v1/directory", "/v1/board", "/v1/rows", "/v1/envelopes"] * 3
    assert len({one["words"] for one in told["visits"]}) == 1
    assert all(len(bytes.fromhex(head["head"])) == 32 for one in told["visits"] for head in one["units"])


def test_an_older_board_is_seen(sources: Sources) -> None:
    """The second visit is shown one unit's board without its newest batch: whole, proved, and not the same."""
    twin = sources.server.service.twin
    unit_id = sources.server.service.desks["north"].context.unit_id

    def older(answer: Answer) -> Answer:
        del twin.uploads[unit_id][max(twin.uploads[unit_id])]
        twin.rebuild()
        return answer

    sources.server.faults["/v1/envelopes"] = [older]
    ended = sources.run("check", "--heads", "--visits", "2", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)["same"]) == (1, False)
    assert "boards of different age (north)" in ended.stderr


def test_a_fork_is_a_proof(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches of one unit for one period: the sentence says what to do with the output."""
    shown: list[tuple[BoardHead, ...]] = []

    def forked(units: object) -> tuple[BoardHead, ...]:
        found = newest_heads(units)  # type: ignore[arg-type]  # what the command gives
        other = tuple(replace(head, hash=bytes(32)) if head.slug == "south" else head for head in found)
        shown.append(other if shown else found)
        return shown[-1]

    monkeypatch.setattr(heads, "newest_heads", forked)
    ended = sources.run("check", "--heads", "--visits", "2")
    assert ended.exit_code == 1
    assert "different batches of the same day of south" in ended.stderr
    assert ended.stdout.count("heads: ") == 2


def test_visits_without_heads_is_a_mistake(sources: Sources) -> None:
    """Nothing is asked of the service."""
    ended = sources.run("check", "--visits", "2")
    assert ended.exit_code == 2
    assert sources.server.paths() == []
