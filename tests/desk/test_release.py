# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling a source what becomes of its report: a second act, a supervisor's, and what the source then reads."""

from pathlib import Path
from typing import Any

import pytest

from dropbox.protocol.constants import EntryType
from dropbox.protocol.reading import WholeText
from tests.desk.people import People, people_of
from tests.desk.room import INVESTIGATOR, SUPERVISOR, Room, entropy

pytestmark = pytest.mark.usefixtures("brief_stretch")
KINDS = ("--kind", "investigation", "--kind", "recorded")


async def periods(people: People, count: int = 1) -> None:
    for _ in range(count):
        people.room.service.twin.advance()
        await people.room.engine.sync()


def found(room: Room, source: bytes) -> tuple[WholeText, ...]:
    """What a source reads by a visit, which acknowledges it."""
    room.service.twin.rebuild()
    return room.service.visit(source).conversations[0].texts


async def told(people: People) -> tuple[dict[str, Any], dict[str, Any]]:
    """The case as it is listed, and its newest text of the unit."""
    (line,) = await people.ask("sue", "cases")
    shown = await people.ask("sue", "show", 1)
    ours = [one for one in shown["messages"] if one["from"] == "unit"]
    return line, ours[-1] if ours else {}


async def test_an_outcome_is_released_and_read(room: Room, tmp_path: Path) -> None:
    """Set by an investigator, released by a supervisor alone; it is owed until then, and goes once, as a text goes."""
    room.add("bob", INVESTIGATOR)
    room.add("sue", SUPERVISOR)
    room.report(entropy(1), "It was on Tuesday.")
    say = tmp_path / "say"
    say.write_text("We look into it.\n")
    async with people_of(room) as people:
        await room.engine.sync()
        for name in ("sue", "bob"):
            await people.login(name)
        assert "no outcome" in await people.refused("sue", "outcome", 1, "--release")
        await people.ask("bob", "show", 1)
        done = await people.ask("bob", "outcome", 1, *KINDS, "--say-file", say)
        assert done == {"case": 1, "state": "outcome", "outcomes": ["investigation", "recorded"]}
        refused = await people.run("outcome", 1, "--release", "--session", people.session("bob"))
        assert refused[0] == 1
        assert "tell" in (await told(people))[0]["owed"]
        checked = await people.ask("sue", "outcome", 1, "--release", "--check")
        assert (checked["kinds"], checked["say"], checked["parts"]) == (done["outcomes"], "We look into it.", 1)
        sent = await people.ask("sue", "outcome", 1, "--release")
        assert {name: sent[name] for name in ("case", "outcomes", "released", "parts")} == {
            "case": 1,
            "outcomes": ["investigation", "recorded"],
            "released": True,
            "parts": 1,
        }
        line, text = await told(people)
        assert "tell" not in line["owed"]
        assert not line["to_answer"]
        assert (text["kind"], text["kinds"], text["text"]) == ("outcome", done["outcomes"], "We look into it.")
        assert (text["state"], text["author"], "proof" in text) == ("waiting", "sue", False)
        assert "already" in await people.refused("sue", "outcome", 1, "--release")


async def test_the_source_reads_it(room: Room, tmp_path: Path) -> None:
    """Its kinds and the words; then it is read, and stands so in history and timeline. Set anew it is owed again."""
    room.add("sue", SUPERVISOR)
    source = room.report(entropy(1), "It was on Tuesday.")
    say = tmp_path / "say"
    say.write_text("We look into it.\n")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("sue")
        await people.ask("sue", "show", 1)
        await people.ask("sue", "outcome", 1, *KINDS, "--say-file", say, "--release")
        await periods(people)
        (read,) = found(room, source)
        assert (read.type, read.kinds) == (EntryType.OUTCOME, ("investigation", "recorded"))
        assert read.text == "We look into it."
        await periods(people)
        shown = await people.ask("sue", "show", 1)
        assert [one["state"] for one in shown["messages"]] == ["collected", "read"]
        assert (shown["told"], shown["outcome_history"][0]["released"] != "") == (True, True)
        assert [one["what"] for one in shown["timeline"]][-1] == "sue released the outcome to the source"
        _, words, _ = await people.run("show", 1, "--session", people.session("sue"))
        assert "Outcome: Investigation, Recorded; it is released to the source" in words
        assert "It is being investigated, by this unit or by another body." in words
        await people.ask("sue", "outcome", 1, "--kind", "recorded")
        assert "tell" in (await told(people))[0]["owed"]
        await people.ask("sue", "outcome", 1, "--kind", "safeguarding", "--release")
        await periods(people)
        assert [one.kinds for one in found(room, source)][-1] == ("safeguarding",)


async def test_a_release_stops_as_a_reply_does(room: Room, tmp_path: Path) -> None:
    """Marks, tasks, and what the source wrote since hold it; where it was to be set and released in one call, it says
    what was done."""
    room.add("sue", SUPERVISOR)
    room.report(entropy(1), "It was on Tuesday.")
    say = tmp_path / "say"
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("sue")
        await people.ask("sue", "show", 1)
        say.write_text("Please tell us your name.")
        both = ("outcome", 1, "--kind", "recorded", "--say-file", say, "--release")
        refused = await people.refused("sue", *both)
        assert "The outcome is set, and not released." in refused
        assert "outcome CASE --release --check" in refused
        checked = await people.ask("sue", "outcome", 1, "--release", "--check")
        assert [one["kind"] for one in checked["marks"]] == ["identity"]
        say.write_text("Could you find out who else was there?")
        assert "cannot authorise" in await people.refused("sue", *both, "--read-marks")
        room.report(entropy(1), "He reads along.")
        await room.engine.sync()
        allowed = ("--authorisation", "R 1", "--officer", "DI Reed")
        assert "has written since" in await people.refused("sue", *both, *allowed)
        assert (await told(people))[1] == {}
        await people.ask("sue", *both, *allowed)
        text = (await told(people))[1]
        assert (text["authorisation"], text["officer"]) == ("R 1", "DI Reed")


async def test_nothing_is_released_into_a_case_that_is_set_aside(room: Room) -> None:
    """It is posted nowhere, and is owed nothing."""
    room.add("sue", SUPERVISOR)
    room.report(entropy(1), "x")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("sue")
        await people.ask("sue", "outcome", 1, "--kind", "not-for-us")
        await people.ask("sue", "junk", 1)
        assert "set aside" in await people.refused("sue", "outcome", 1, "--release")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say which --kind, or --release."),
        (("--check", "--kind", "recorded"), "--check goes with --release"),
        (("--release", "--say-file", "x"), "go with --kind"),
    ],
)
async def test_words_that_do_not_go_together(room: Room, words: tuple[str, ...], said: str) -> None:
    """Refused before anything is asked."""
    async with people_of(room) as people:
        code, _, told = await people.run("outcome", 1, *words, "--session", people.session("sue"))
        assert (code, said in told) == (2, True), told
