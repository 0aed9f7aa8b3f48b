# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publishing says what the list changes, and asks before it takes a way to be heard away."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.units import BoardPlace
from dropbox.shown.days import day_of
from tests.admin.operator import NOW, admin, publish, refused
from tests.admin.test_doctor import findings, levels
from tests.command_line.processes import run
from tests.server.world import World


def version(config: Path) -> int:
    found: int = json.loads(admin("status", "--config", config, "--json").stdout)["directory_version"]
    return found


@pytest.fixture
def published(config: Path, world: World) -> Path:
    assert publish(config, world.directory_text(period=NOW)).exit_code == 0
    return config


def test_a_list_is_shown_before_it_is_published(config: Path, world: World) -> None:
    """Version, days, signers by their numbers, units, and what is new; nothing is asked where nothing is lost."""
    said = publish(config, world.directory_text(period=NOW)).stdout
    ends = day_of(NOW + world.policy.head_life, 86_400)
    assert said.startswith(f"version: 1\nholds: from {day_of(NOW, 86_400)} to {ends}, 1000 days left\nunits:\n")
    assert "changes: there is none before it\nsignatures: signed by roots 1 and 3; 2 of 3 roots are needed\n" in said
    assert said.endswith("lost: nothing\npublished directory version 1\n")
    again = publish(config, world.directory_text(period=NOW)).stdout
    assert "changes against version 1, the published one: nothing but the version and the days\nsignatures" in again


@pytest.mark.parametrize("end", ["| true; exit ${PIPESTATUS[0]}", ">/dev/full"], ids=["gone", "full"])
def test_a_list_that_nobody_could_read_is_not_published(published: Path, world: World, end: str) -> None:
    """Also not in a script: a pipe's other half that has had enough must not leave it undone without a word."""
    file = published.parent / "next.txt"
    file.write_bytes(world.directory_text(period=NOW))
    words = ("dropbox-admin", "directory", "publish", "--yes", "--config", published, "--directory", file)
    assert "Nothing was done." in run(*words, ends=end).one_line()
    assert version(published) == 1
    assert run(*words, ends=">/dev/null").code == 0
    assert version(published) == 2


@pytest.mark.parametrize(
    "verb", [("init", "--anchor", "ANCHOR", "--dir", "DIR"), ("retention", "--json", "--config", "CONFIG")]
)
def test_what_is_done_is_said_where_it_cannot_be_printed(published: Path, verb: tuple[str, ...]) -> None:
    """Exit 1, and nobody takes it for undone."""
    given = {"ANCHOR": published.parent.parent / "anchor", "DIR": published.parent, "CONFIG": published}
    ended = run("dropbox-admin", *(given.get(word, word) for word in verb), ends=">/dev/full")
    assert "It is done" in ended.one_line()


def revoke(world: World) -> str:
    gone = world.desks.pop()
    return f"gone without being retired or revoked: {gone.unit.slug}"


def retire(world: World) -> str:
    gone = world.desks.pop().unit
    world.retired = (BoardPlace(gone, 0, bytes(32)),)
    return f"retired: {gone.slug}"


def pause_all(world: World) -> str:
    for desk in world.desks:
        desk.unit = replace(desk.unit, paused=True)
    return "no unit in it receives reports"


def empty(world: World) -> str:
    world.desks.clear()
    return "no unit in it receives reports"


def misspell(world: World) -> str:
    world.desks[0].unit = replace(world.desks[0].unit, forces=("durahm",))
    return "unit-0 serves durahm: there is no force of that name"


LOSSES = {one.__name__: one for one in (revoke, retire, pause_all, empty, misspell)}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_takes_a_word(published: Path, world: World, loss: str) -> None:
    """The line stands out; without the word, or with another, nothing is published; a script says so beforehand."""
    line = LOSSES[loss](world)
    for typed in ("", "yes\n", "\n", "x" * 100_000):
        done = publish(published, world.directory_text(period=NOW), typed=typed)
        assert done.exit_code == 1
        assert f"LOOK: {line}" in done.stdout
        assert "nothing was published" in done.stderr
    assert version(published) == 1
    assert publish(published, world.directory_text(period=NOW), typed="Publish\n").exit_code == 0
    assert version(published) == world.version
    assert publish(published, world.directory_text(period=NOW), "--yes").exit_code == 0


def test_an_end_that_is_near_takes_a_word(published: Path, world: World) -> None:
    """Two days instead of a thousand, and an end before the present one's."""
    done = publish(published, world.directory_text(period=NOW, expires=NOW + 1))
    assert f"LOOK: it ends on {day_of(NOW + 1, 86_400)}: " in done.stdout
    assert "LOOK: it ends sooner than the list before" in done.stdout
    assert done.exit_code == 1


def test_a_list_of_other_days_is_refused(published: Path, world: World) -> None:
    """Issued ahead by more than clients forgive: one of two machines has a wrong date, and both are named."""
    line = refused(publish(published, world.directory_text(period=NOW + world.policy.clock_slack + 1)))
    assert day_of(NOW, 86_400) in line
    assert day_of(NOW + world.policy.clock_slack + 1, 86_400) in line
    assert publish(published, world.directory_text(period=NOW + world.policy.clock_slack)).exit_code == 0


def test_status_and_doctor_say_how_long_a_list_holds(published: Path, world: World) -> None:
    """In days; and a list that was published with a mistake is serious."""
    found = json.loads(admin("status", "--config", published, "--json").stdout)
    assert (found["directory_expires"], found["directory_days_left"]) == (NOW + 1000, 1000)
    assert f"\nlist of units: from {day_of(NOW, 86_400)} to " in admin("status", "--config", published).stdout
    assert any("1000 days left" in one["what"] for one in findings(published)[1] if one["check"] == "directory")
    misspell(world)
    publish(published, world.directory_text(period=NOW), "--yes")
    assert levels(findings(published)[1])["directory"] == "serious"


@pytest.mark.parametrize(("left", "level"), [(60, "warning"), (30, "warning"), (7, "serious"), (0, "serious")])
def test_an_end_is_warned_of(config: Path, world: World, left: int, level: str) -> None:
    """By status from 60 days on, by the doctor too, for which the last seven are serious."""
    world.policy = replace(world.policy, head_life=100)
    publish(config, world.directory_text(period=NOW - 99 + left, expires=NOW + left), "--yes")
    assert levels(findings(config)[1])["directory"] == level
    assert "have the roots sign it anew" in admin("status", "--config", config).stdout
    assert publish(config, world.directory_text(period=NOW, expires=NOW + 62)).exit_code == 0
    assert levels(findings(config)[1])["directory"] == "ok"
    assert "have the roots sign it anew" not in admin("status", "--config", config).stdout


def test_the_published_list_is_shown_and_taken_out(published: Path, world: World) -> None:
    """In the same six lines, and as the file that was published; no other file is replaced."""
    out = published.parent / "present.directory"
    show = ("directory", "show", "--config", published, "--out", out)
    said = admin(*show).stdout
    assert said.startswith("version: 1\nholds: ")
    assert f"lost: nothing\nwritten to {out}" in said
    assert out.read_bytes() == (published.parent / "directory.txt").read_bytes()
    assert "is there already" in refused(admin(*show))
    assert "check the folder" in refused(admin(*show[:-1], published.parent / "none" / "file"))


def test_there_is_no_list_to_show(config: Path) -> None:
    """Before the first."""
    assert "no list is published yet" in refused(admin("directory", "show", "--config", config))


def test_status_before_the_first_list(config: Path) -> None:
    """There is nothing to count days to."""
    said = admin("status", "--config", config).stdout
    assert "no list of units is published. The operator: run `dropbox-admin directory publish`" in said
    assert "\nlist of units: none is published yet\n" in said
