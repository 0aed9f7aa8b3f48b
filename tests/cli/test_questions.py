# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source report`` asks what the pages ask, in their words and order; options answer too."""

import pytest

from dropbox.protocol.body import Answer, parse_body
from dropbox.questions import PAGES, SHORT, find_question
from tests.cli.conftest import Sources
from tests.cli.test_codenames import SHOWN, words_on
from tests.terminal import Terminal

OPTIONS = (
    *("--answer", "at-risk=child, adult", "--answer", "when=In May"),
    *("--answer", "forces=Kent Police,essex", "--would-identify", "where"),
)
WRONG = {
    "colour=red": "is no question",
    "subject-chief=yes": "is no question",
    "when=": "empty",
    "when": "empty",
    "at-risk=maybe": "is answered by: child, adult, no, unsure",
    "at-risk=no,child": "do not go together",
    "going-on=yes,no": "do not go together",
    "forces=kent,nowhere": "at most 4 police forces",
    "forces=kent,kent police": "each once",
}


def sent(sources: Sources) -> dict[str, Answer]:
    """The answers of the report that north got."""
    service = sources.server.service
    service.tick()
    return dict(parse_body(service.desks["north"].bodies()[-1]).answers)


def test_answers_by_options(sources: Sources) -> None:
    """Ids of options, own words, forces by any of their names, and what would identify."""
    ended = sources.report("--json", *OPTIONS)
    assert ended.exit_code == 0, ended.output
    assert sent(sources) == {
        "at-risk": ("adult", "child"),
        "when": "In May",
        "forces": ("essex", "kent"),
        "where": None,
    }


@pytest.mark.parametrize("given", WRONG)
def test_an_answer_that_fits_no_question(sources: Sources, given: str) -> None:
    """One sentence, and nothing is sent."""
    ended = sources.report("--json", "--answer", given)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert WRONG[given] in ended.stderr
    assert sources.server.paths() == []


def test_what_cannot_be_withheld(sources: Sources) -> None:
    """A question whose page does not offer it."""
    ended = sources.report("--would-identify", "subject-role")
    assert ended.exit_code == 1
    assert "cannot be answered with --would-identify" in ended.stderr


def test_what_must_pass_the_unit_by_is_said(sources: Sources) -> None:
    """Whoever names the unit is told that it must not be the force's own."""
    said = "must pass the force's own unit by"
    assert said in sources.report("--answer", "keep-from=unit").stderr
    assert said not in sources.report("--answer", "keep-from=other").stderr


def test_that_one_unit_alone_gets_it_is_said(sources: Sources) -> None:
    """Whoever names several forces is told, before anything is sent, that the other units learn nothing of it."""
    said = "This report goes to north alone"
    assert said in sources.report("--answer", "forces=kent,essex").stderr
    assert said not in sources.report("--answer", "forces=kent").stderr


def test_a_person_is_asked_in_the_order_of_the_pages(sources: Sources) -> None:
    """Every question of the pages but the forces', which options name; a wrong number is asked again."""
    chosen = ("--unit", "north", "--category", "discrimination", "--text-file", str(sources.text))
    terminal = Terminal("report", *sources.pinned, *chosen, "--answer", "who-else=A neighbour")
    typed = {
        "role": ("9", "1 4"),
        "serving": ("1,2", "1"),
        "identity": ("0",),
        "keep": ("3",),
        "whom": ("The sergeant",),
        "at-risk": ("1, 2",),
        "when": ("In May",),
        "going-on": ("",),
        "came-before": ("4",),
    }
    asked = [page for page in PAGES if page in typed or page in ("where", "how-known", "evidence", "evidence-danger")]
    for page in asked:
        question = next(one for one in map(find_question, IDS) if one and one.page == page)
        terminal.until(question.asks)
        for line in typed.get(page, ("0",)):
            terminal.until_prompt("or Enter to skip")
            terminal.type(f"{line}\r")
        if page == "at-risk":
            terminal.until("Question 1 of 9")
            terminal.until_prompt("Answer them?")
            terminal.type("y\r")
    terminal.until(SHOWN)
    codename = words_on(terminal.screen)
    terminal.type("\r")
    terminal.until("Your codename")
    terminal.type(f"{codename}\r")
    assert terminal.end() == 0, terminal.screen
    assert "Type numbers from 1 to 7." in terminal.screen
    assert sent(sources) == ANSWERED


IDS = ("subject-role", "subject-serving", "subject-identity", "keep-from", "keep-from-whom", *(one.id for one in SHORT))
ANSWERED: dict[str, Answer] = {
    "subject-role": ("officer", "volunteer"),
    "subject-serving": ("yes",),
    "subject-identity": None,
    "keep-from": ("other",),
    "keep-from-whom": "The sergeant",
    "at-risk": ("adult", "child"),
    "when": "In May",
    "where": None,
    "how-known": None,
    "who-else": "A neighbour",
    "evidence": None,
    "evidence-danger": None,
    "came-before": ("no",),
}
