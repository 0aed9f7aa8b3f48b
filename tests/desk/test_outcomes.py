# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case, by the commands; what is sealed of it, and what an altered row is shown as."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from journalist_ui.casework.cases import open_case
from journalist_ui.casework.outcomes import open_outcomes, read_outcomes, set_outcome
from journalist_ui.refusals import BadInput
from journalist_ui.vault import tables
from tests.desk.people import people_of
from tests.desk.room import Room, entropy
from tests.desk.worked import sync
from tests.hostile.strings import FAMILIES

pytestmark = pytest.mark.usefixtures("brief_stretch")


async def test_an_outcome_by_commands(room: Room, tmp_path: Path) -> None:
    """Set with files, listed, shown with its history, found by state; taken back by the state. Nothing is sent."""
    room.report(entropy(1), "It was on Tuesday.")
    why, say = tmp_path / "why", tmp_path / "say"
    why.write_text("Because it is serious.\n")
    say.write_text("We look into it.\n")
    async with people_of(room) as people:
        await people.room.engine.sync()
        await people.login("ada")
        told = ("outcome", 1, "--kind", "recorded", "--kind", "investigation", "--reason-file", why, "--say-file", say)
        done = await people.ask("ada", *told)
        assert done == {"case": 1, "state": "outcome", "outcomes": ["investigation", "recorded"]}
        (line,) = await people.ask("ada", "cases", "--state", "outcome")
        assert line["outcomes"] == ["investigation", "recorded"]
        assert "tell" in line["owed"]
        shown = await people.ask("ada", "show", 1)
        assert shown["outcomes"] == ["investigation", "recorded"]
        (setting,) = shown["outcome_history"]
        assert {name: setting[name] for name in ("kinds", "by", "reason", "say")} == {
            "kinds": ["investigation", "recorded"],
            "by": "ada",
            "reason": "Because it is serious.",
            "say": "We look into it.",
        }
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert "Outcome: Investigation, Recorded; the source is not told yet" in words
        _, words, _ = await people.run("cases", "--session", people.session("ada"))
        assert "outcome not told" in words
        assert await people.ask("ada", "state", 1, "assessing") == {"case": 1, "state": "assessing"}
        shown = await people.ask("ada", "show", 1)
        assert "outcomes" not in shown
        assert [one["kinds"] for one in shown["outcome_history"]] == [["investigation", "recorded"], []]
        assert "stands alone" in await people.refused("ada", "outcome", 1, "--kind", "not-for-us", "--kind", "recorded")
        code, _, said = await people.run(
            *("outcome", 1, "--kind", "recorded", "--reason-file", "-", "--say-file", "-"),
            *("--session", people.session("ada")),
        )
        assert (code, "Only one of" in said) == (2, True)


async def test_a_script_that_closes_is_told_what_has_no_outcome(room: Room) -> None:
    """It closes all the same: nobody sits there who could be asked."""
    room.report(entropy(1), "x")
    async with people_of(room) as people:
        await people.room.engine.sync()
        await people.login("ada")
        code, out, said = await people.run("close", 1, "--session", people.session("ada"))
        told = "Without an outcome: case 1.\nReferral not decided: case 1."
        assert (code, out.strip(), said.strip()) == (0, "1 case closed.", told)


def test_reasons_are_sealed_and_bound_to_what_was_set(room: Room) -> None:
    """A row whose outcome, day or case was changed says who set it no
    more."""
    for number in (1, 2):
        room.report(entropy(number), "x")
    sync(room)
    holder = room.sign_in("ada").holder
    with room.vault.writing() as connection:
        case = open_case(connection, holder, 1)
        with pytest.raises(BadInput):
            set_outcome(connection, case, ["recorded", "not-for-us"], "", "", 5)
        set_outcome(connection, case, ["recorded"], "because", "to be said", 5)
    rows = tables.outcomes
    for changed in ({"kinds": "investigation"}, {"day": 6}, {"number": 2}):
        with room.vault.writing() as connection:
            kept = dict(connection.execute(select(rows)).mappings().one())
            connection.execute(update(rows).values(changed))
            case = open_case(connection, holder, changed.get("number", 1))
            (found,) = open_outcomes(case, read_outcomes(connection, case.number))
            assert (found.by, found.reason, found.say) == ("", "", "")
            connection.execute(update(rows).values(kept))
    with room.vault.reading() as connection:
        (found,) = open_outcomes(open_case(connection, holder, 1), read_outcomes(connection, 1))
    assert (found.by, found.day, found.kinds) == ("ada", 5, ("recorded",))


async def test_hostile_reasons_are_inert_at_a_terminal(room: Room, tmp_path: Path) -> None:
    """Every family of texts made to act, as the reason and as what is to be told."""
    room.report(entropy(1), "x")
    why = tmp_path / "why"
    async with people_of(room) as people:
        await people.room.engine.sync()
        await people.login("ada")
        for text in (one for family in FAMILIES for one in family[:2]):
            why.write_text(text, encoding="utf-8", errors="replace", newline="")
            words = ("outcome", 1, "--kind", "recorded", "--reason-file", why, "--say-file", why)
            await people.run(*words, "--session", people.session("ada"))
        code, out, _ = await people.run("show", 1, "--session", people.session("ada"))
    assert code == 0
    assert out.count("Outcome: Recorded, ada") > 10
    assert all(line.isprintable() for line in out.removesuffix("\n").split("\n"))
