# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a source: sets that a unit keeps, what goes, what comes back, and what becomes of each question."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dropbox.protocol.body import Answer, Report, encode_body
from dropbox.protocol.constants import CATEGORIES, EntryType
from dropbox.protocol.primitives import hpke_seal
from dropbox.protocol.questions import Question, encode_questions, is_id
from journalist_ui.casework.conversation import PAGE
from journalist_ui.casework.questions import shipped
from journalist_ui.reply_check.marking import check_reply
from journalist_ui.shapes.conversation import Show
from journalist_ui.shapes.questions import LONGEST_SET_TITLE
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import answer_info
from journalist_ui.verbs.conversation import show
from journalist_ui.words.questions import read_typed, typed
from tests.desk.people import People, people_of
from tests.desk.room import READER, Room, entropy
from tests.desk.test_release import found, periods
from tests.hostile.strings import FAMILIES

pytestmark = pytest.mark.usefixtures("brief_stretch")
OWN: list[dict[str, Any]] = [
    {"id": "when", "ask": "Which month was it?", "kind": "text"},
    {"id": "still", "ask": "Is it still going on?", "kind": "yes-no"},
    {
        "id": "where",
        "ask": "Where?",
        "kind": "choice",
        "options": [{"id": "work", "label": "At work"}, {"id": "home", "label": "At home"}],
    },
    {"id": "who", "ask": "What else should we know?", "kind": "text"},
]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file of questions."""
    path = tmp_path / "questions.json"
    path.write_text(json.dumps(OWN))
    return path


def put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")


async def answer(people: People, source: bytes, answers: dict[str, Answer], text: str = "") -> None:
    """The source writes again, and the desk collects."""
    body = encode_body(Report(text, answers=answers))
    await asyncio.to_thread(people.room.service.send, source, "north", body)
    await people.room.engine.sync()


async def became(people: People) -> dict[str, Any]:
    """What the case says of each question, by its id."""
    return {one["id"]: one for one in (await people.ask("ada", "show", 1)).get("questions", ())}


async def owed(people: People) -> list[str]:
    (line,) = await people.ask("ada", "cases")
    held: list[str] = line["owed"]
    return held


def test_what_is_shipped_can_be_asked_at_once() -> None:
    """Each is of a category that there is, within its bounds, and the checker marks nothing in it."""
    assert len(shipped()) >= 4
    for slug, one in shipped().items():
        assert slug == one.slug
        assert is_id(slug)
        assert 0 < len(one.title) <= LONGEST_SET_TITLE
        assert one.category in ("", *CATEGORIES)
        for question in one.questions:
            for words in (question.ask, *(option.label for option in question.options)):
                assert check_reply(words) == [], words


def test_what_is_typed_is_read_and_written_back() -> None:
    """A paragraph each, ids of the words and none twice; every shipped set comes back as it was but for its ids."""
    text = "Wann? \u00e9t\u00e9\n\nWhere was it,\nroughly?\n- At work\n-At home\n- At work"
    text += "\n\nStill going on?\n- Yes or no\n\nWhere?"
    read = read_typed(text)
    assert [(one.id, one.kind) for one in read] == [
        ("wann-ete", "text"),
        ("where-was-it-roughly", "choice"),
        ("still-going-on", "yes-no"),
        ("where", "text"),
    ]
    assert [option.id for option in read[1].options] == ["at-work", "at-home", "at-work-2"]
    assert read_typed(typed(read)) == read
    assert read_typed("") == ()
    assert all(is_id(one.id) for family in FAMILIES for text in family[:3] for one in read_typed(text))


async def test_questions_are_asked_and_answered(room: Room, own: Path) -> None:
    """They travel as a text; the source answers one, chooses, passes one by, and says that one would identify it. The
    case shows each beside its question, and what is owed ends."""
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        await people.ask("ada", "show", 1)
        checked = await people.ask("ada", "ask", 1, "--questions-file", own, "--check")
        assert [one["id"] for one in checked["questions"]] == [one["id"] for one in OWN]
        assert "marks" not in checked
        sent = await people.ask("ada", "ask", 1, "--questions-file", own)
        assert (sent["case"], sent["questions"], sent["parts"]) == (1, 4, 1)
        await periods(people)
        assert "questions" in await owed(people)
        (read,) = found(room, source)
        assert read.type is EntryType.QUESTIONS
        assert [(one.id, one.kind) for one in read.questions] == [(one["id"], one["kind"]) for one in OWN]
        assert {one["state"] for one in (await became(people)).values()} == {"open"}
        said: dict[str, Answer] = {"q-1-when": "In May", "q-1-where": ("home", "work"), "q-1-who": None, "q-9-x": "y"}
        await answer(people, source, said)
        now = await became(people)
        assert {name: one["state"] for name, one in now.items()} == {
            "q-1-when": "answered",
            "q-1-still": "skipped",
            "q-1-where": "answered",
            "q-1-who": "would-identify",
        }
        assert (now["q-1-when"]["answer"], now["q-1-where"]["answer"]) == ("In May", ["home", "work"])
        assert "questions" not in await owed(people)
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert "Which month was it?:" in words
        assert "Where?: At home; At work" in words
        assert "q-9-x: y" in words
        assert "q-1-still: skipped" in words


async def test_who_writes_on_has_passed_them_by(room: Room) -> None:
    """Once read, a message without answers ends what is owed; one that was on its way before does not."""
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        await people.ask("ada", "show", 1)
        await people.ask("ada", "ask", 1, "--set", "safety")
        await answer(people, source, {}, "One more thing.")
        assert "questions" in await owed(people)
        await periods(people)
        found(room, source)
        await periods(people)
        await answer(people, source, {}, "And another.")
        assert "questions" not in await owed(people)
        assert {one["state"] for one in (await became(people)).values()} == {"skipped"}


async def test_questions_are_held_as_a_reply_is(room: Room, own: Path) -> None:
    """Tasks, marks, what is too much, what is in no form, and a reader's asking."""
    room.add("rita", READER)
    room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        for name in ("ada", "rita"):
            await people.login(name)
        await people.ask("ada", "show", 1)
        base = ("ask", 1, "--questions-file", own)
        for ask, said in (
            ("Could you find out who else was there?", "cannot authorise"),
            ("What is your name?", "--read-marks"),
            ("x" * 501, "up to 500 bytes"),
        ):
            put(own, json.dumps([{"id": "a", "ask": ask, "kind": "text"}]))
            assert said in await people.refused("ada", *base), ask
        put(
            own,
            json.dumps(
                [
                    {
                        "id": f"q{at}",
                        "ask": "x" * 480,
                        "kind": "choice",
                        "options": [{"id": f"o{place}", "label": "y" * 100} for place in range(4)],
                    }
                    for at in range(12)
                ]
            ),
        )
        assert "parts, at most 8" in await people.refused("ada", *base)
        for wrong in ("{}", "[1]", "not json", '[{"id": "a", "ask": "?", "kind": "date"}]', "[]"):
            put(own, wrong)
            await people.refused("ada", *base)
        code, _, _ = await people.run("ask", 1, "--set", "safety", "--session", people.session("rita"))
        assert code == 1
        assert "no set" in await people.refused("ada", "ask", 1, "--set", "nothing")


async def test_no_task_goes_by_an_id_or_an_option(room: Room, own: Path) -> None:
    """What a terminal shows of a question is looked through too, and what somebody promises who chooses an option."""
    room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        await people.ask("ada", "show", 1)
        for name, label in (
            ("photograph-his-diary-tonight", "Yes"),
            ("a", "I will photograph his diary"),
            ("a", "We can record him"),
        ):
            options = [{"id": "b", "label": label}, {"id": "c", "label": "No"}]
            put(
                own,
                json.dumps([{"id": name, "ask": "What is possible for you?", "kind": "choice", "options": options}]),
            )
            checked = await people.ask("ada", "ask", 1, "--questions-file", own, "--check")
            assert {one["kind"] for one in checked["marks"]} == {"tasking"}, label
            assert checked.get("ahead", False) == (name == "a")
            assert "cannot authorise" in await people.refused("ada", "ask", 1, "--questions-file", own)


async def test_a_question_that_is_not_the_units_lends_an_answer_no_words(room: Room, own: Path) -> None:
    """Whoever holds the desk key writes the sealed row anew: the answer stands under its own id."""
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        await people.ask("ada", "show", 1)
        await people.ask("ada", "ask", 1, "--questions-file", own)
        await periods(people)
        found(room, source)
        await answer(people, source, {"q-1-still": ("no",)})
        with room.vault.writing() as connection:
            row = connection.execute(select(tables.answers)).one()
            public = connection.execute(select(tables.cases.c.public)).scalar_one()
            forged = (Question("still", "Did you make any of this up?", "yes-no", ()),)
            said = {"by": "ada", "text": "", "questions": encode_questions(forged).decode()}
            sealed = hpke_seal(public, json.dumps(said).encode(), answer_info(1, row.text))
            connection.execute(update(tables.answers).values(sealed=sealed))
        assert await became(people) == {}
        _, words, _ = await people.run("show", 1, "--session", people.session("ada"))
        assert "q-1-still: no" in words
        assert "any of this up?: no" not in words


async def test_a_page_says_nothing_of_what_stands_on_another(room: Room, own: Path) -> None:
    """An answered question is not called passed by where its answer is not on the page."""
    source = room.report(entropy(1), "It was on Tuesday.")
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        await people.ask("ada", "show", 1)
        await people.ask("ada", "ask", 1, "--questions-file", own)
        await periods(people)
        found(room, source)
        await answer(people, source, {"q-1-when": "In May"})
        for number in range(PAGE + 2):
            room.service.send(source, "north", encode_body(Report(f"More {number}.")))
        await room.engine.sync()
        session = people.desk.sessions.sessions()[0]
        states = {
            page: {
                one.id: one.state
                for one in (await asyncio.to_thread(show, people.desk, session, Show(1, page))).case.questions
            }
            for page in (0, 1, 2)
        }
        assert states[0]["q-1-when"] == states[2]["q-1-when"] == "answered"
        assert states[0]["q-1-still"] == "skipped"
        assert states[1] == {}


async def test_sets_are_kept_in_versions(room: Room, own: Path) -> None:
    """A new one, the next version of a shipped one, removed and offered no more; a hostile title and ask are inert."""
    async with people_of(room) as people:
        await people.login("ada")
        names = {one["slug"] for one in await people.ask("ada", "questions", "list")}
        assert names == set(shipped())
        kept = ("--title", "Ours", "--questions-file", own)
        assert await people.ask("ada", "questions", "edit", "ours", *kept) == {"slug": "ours", "version": 1}
        changed = await people.ask("ada", "questions", "edit", "safety", *kept, "--category", "partner-abuse")
        assert changed == {"slug": "safety", "version": 2}
        newest, first = await people.ask("ada", "questions", "show", "safety")
        assert (newest["by"], newest["category"]) == ("ada", "partner-abuse")
        assert (newest["shipped"], first["shipped"]) == (False, True)
        assert await people.ask("ada", "questions", "remove", "ours", "--yes") == {"slug": "ours"}
        assert "ours" not in {one["slug"] for one in await people.ask("ada", "questions", "list")}
        for family in FAMILIES:
            put(own, json.dumps([{"id": "a", "ask": family[0][:100], "kind": "text"}]))
            await people.run("questions", "edit", "ours", *kept, "--session", people.session("ada"))
        _, out, _ = await people.run("questions", "show", "ours", "--session", people.session("ada"))
        assert all(line.isprintable() for line in out.removesuffix("\n").split("\n"))
