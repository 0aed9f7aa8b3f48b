# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit tells and asks beside texts, at a source's terminal and as JSON."""

import json
from pathlib import Path

import pytest

from dropbox.protocol.body import parse_body
from dropbox.protocol.constants import EntryType
from dropbox.protocol.outcome import Outcome, encode_outcome
from dropbox.protocol.questions import Option, Question, encode_questions
from dropbox.shown.told import MEANS, SAYS_FIRST, UNREADABLE, promised
from tests.cli.conftest import Sources
from tests.flows.twin import changed_unit, replace_directory

WORDS = "We look into it.\x1b[2J"


def reported(sources: Sources) -> str:
    """The codename of a report to north."""
    name: str = json.loads(sources.report("--json").stdout)["codename"]
    return name


def test_an_outcome_is_read(sources: Sources) -> None:
    """In the program's words, then the unit's behind a margin and inert; as JSON by its kinds. One that is not in its
    form is not readable."""
    name = reported(sources)
    good = encode_outcome(Outcome(("investigation", "recorded"), WORDS))
    sources.tell((EntryType.OUTCOME, good), (EntryType.OUTCOME, good + b" "))
    shown = " ".join(sources.check(name).stdout.split())
    assert MEANS["investigation"] in shown
    assert MEANS["recorded"] in shown
    assert shown.index(MEANS["recorded"]) < shown.index("We look into it.\u27e6U+001B\u27e7[2J")
    assert UNREADABLE.format(number=2) in shown
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    first, second = found["messages"]
    assert {name: first[name] for name in ("number", "kind", "kinds", "text")} == {
        "number": 1,
        "kind": "outcome",
        "kinds": ["investigation", "recorded"],
        "text": WORDS,
    }
    assert (second["kind"], second["form"], second["text"]) == ("outcome", "unreadable", "")


ASKED = (
    Question("when", "Which month was it?\x1b[2J", "text"),
    Question("still", "Is it still going on?", "yes-no"),
    Question("where", "Where?", "choice", (Option("work", "At work"), Option("home", "At home"))),
)


def asked(sources: Sources) -> str:
    """The codename of a report that north has asked about."""
    name = reported(sources)
    sources.tell((EntryType.QUESTIONS, encode_questions(ASKED)))
    return name


def reply(sources: Sources, name: str, path: Path, answers: object, *more: str) -> tuple[int, str]:
    path.write_text(json.dumps(answers))
    done = sources.run("reply", "--unit", "north", "--answers-file", str(path), *more, "--json", stdin=f"{name}\n")
    return done.exit_code, done.stdout + done.stderr


def test_questions_are_read_and_answered(sources: Sources, tmp_path: Path) -> None:
    """Listed with the ids that reply takes, inert at a terminal; what is sent is the form of a further message."""
    name = asked(sources)
    shown = sources.check(name).stdout
    assert "q-1-when: in your own words" in shown
    assert "home: At home" in shown
    assert "\x1b" not in shown
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    (message,) = found["messages"]
    assert (message["kind"], message["text"]) == ("questions", "")
    assert message["questions"][2] == {
        "id": "q-1-where",
        "ask": "Where?",
        "kind": "choice",
        "options": [{"id": "work", "label": "At work"}, {"id": "home", "label": "At home"}],
    }
    answers = {"q-1-when": "In May", "q-1-still": None, "q-1-where": ["work", "home"], "q-1-who": "would-identify"}
    code, out = reply(sources, name, tmp_path / "answers", answers)
    assert (code, '"stored": "yes"' in out) == (0, True)
    twin = sources.server.service
    twin.tick()
    sent = parse_body(twin.desks["north"].bodies()[-1])
    assert (sent.text, sent.answers) == ("", {"q-1-when": "In May", "q-1-where": ("home", "work"), "q-1-who": None})


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "one JSON object"),
        ({}, "one JSON object"),
        ({"when": "In May"}, "begins with q-"),
        ({"q-1-when": 1}, "q-1-when: an answer is"),
        ({"q-1-when": ""}, "q-1-when: an answer is"),
        ({"q-1-when": ["Not an id"]}, "in no form that can be sent"),
        ({"q-1-when": None}, "nothing to send"),
    ],
)
def test_answers_that_cannot_be_sent(sources: Sources, tmp_path: Path, answers: object, said: str) -> None:
    """Refused before anything is asked of the service, and no answer is repeated."""
    code, out = reply(sources, reported(sources), tmp_path / "answers", answers)
    assert (code, said in out, "In May" in out) == (1, True, False), out
    assert sources.server.asked == []


def test_a_reply_needs_something(sources: Sources) -> None:
    """Neither a text nor answers."""
    assert sources.run("reply", "--unit", "north", stdin=f"{reported(sources)}\n").exit_code == 2


def test_first_words_stand_beside_what_was_collected(sources: Sources) -> None:
    """Of a unit that has a message, and not before; inert at a terminal."""
    name = reported(sources)
    words = (("en", "We have your report. <b>"),)
    replace_directory(
        sources.server.service, lambda one: changed_unit(one, "north", first_words=words, promised_days=5), 2
    )
    assert "We have your report" not in sources.check(name).output
    sources.answer("Thank you.")
    shown = sources.check(name).stdout
    assert promised(5) in shown
    assert shown.index(SAYS_FIRST) < shown.index("We have your report. <b>") < shown.index("Thank you.")
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    assert (found["first_words"], found["promised_days"]) == (dict(words), 5)
