# SPDX-License-Identifier: AGPL-3.0-or-later
"""A day at a unit's desk by the command line alone, on a whole service: five members, declarations asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.desk.copied import CopiedDesk, print_sheets
from tests.long_form import LONG
from tests.scenarios.service import Demo, Ran, here, until

REPORTS = 30 if LONG else 5
FIRST, SECOND, DEPUTY, ADMIN = 0, 1, 3, 4
UNIT = "demo-south"
RISK = "He says that he will kill her tonight."
NAMED = "Sergeant Roberts took the money from the drawer."
TASK = "Could you get a copy of the notebook?"


class Desk:
    """One desk's commands, each by a signed-in member."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.unit = demo.unit(UNIT)

    def words(self, member: int, *words: object) -> tuple[str, ...]:
        return ("dropbox-desk", *map(str, words), "--session", self.demo.session(UNIT, member))

    def do(self, member: int, *words: object, stdin: str = "") -> Any:
        """What the command answers, which must end with 0."""
        return here(*self.words(member, *words), "--json", stdin=stdin).json()

    def refused(self, member: int, *words: object, stdin: str = "") -> str:
        """What it says on standard error; it must end with 1."""
        ran = Ran(*in_process.ask(*self.words(member, *words), stdin=stdin))
        assert ran.code == 1, f"{words[:2]}: {ran.out}"
        return ran.err

    def numbers(self, member: int, *filters: str) -> list[int]:
        return [one["case"] for one in self.do(member, "cases", *filters)]

    def open(self, member: int, case: int) -> dict[str, Any]:
        self.do(member, "declare", case, "--conflict", "none")
        found: dict[str, Any] = self.do(member, "show", case)
        return found


@pytest.fixture
def desk(demo: Demo) -> Desk:
    return Desk(demo)


def test_a_day_by_command_line(desk: Desk, tmp_path: Path) -> None:
    """All that a page does at a desk in a day, by commands: whoever is at risk first and still there after the answer;
    who is named in a report has no sign of it; declared, assigned, noted, tagged, found, put away, excluded in the
    middle of a session; a task refused; a leaver; sheets used; the record proved, and what was altered in it named."""
    sheets = print_sheets(desk.words(ADMIN)[1:])
    (proposal,) = [one for one in desk.do(DEPUTY, "proposals") if one["state"] == "open"]
    desk.do(DEPUTY, "approve", proposal["proposal"])
    desk.do(ADMIN, "triage", "second", "--known-as", "Roberts")
    texts = [f"Report number {number} about the canteen." for number in range(REPORTS - 2)]
    for text in (*texts, NAMED):
        desk.demo.report(UNIT, text)
    codename = desk.demo.report(UNIT, RISK, "--answer", "at-risk=adult")["codename"]
    assert until(lambda: len(desk.demo.cases(UNIT)) >= REPORTS, 120)
    risk = at_risk(desk, codename)
    plain = named_sees_nothing(desk, risk)
    handled(desk, plain[0])
    decided(desk, plain[0], plain[1])
    excluded(desk, plain[1])
    gone = has_left(desk, plain[0])
    assert desk.numbers(FIRST, "--urgent") == [risk]
    assert gone not in [one["name"] for one in desk.do(FIRST, "member", "list")]
    recorded(desk, risk, tmp_path / "copy")
    sheets_used(desk, sheets, tmp_path / "again")


def at_risk(desk: Desk, codename: str) -> int:
    """It stands first, before and after its answer; nothing of it is shown before the declaration, a task is refused,
    and the source reads the answer."""
    (risk,) = desk.numbers(FIRST, "--urgent")
    assert desk.numbers(FIRST)[0] == risk
    line = next(one for one in desk.do(FIRST, "cases") if one["case"] == risk)
    assert RISK not in json.dumps(line)
    assert "declare" in desk.refused(FIRST, "show", risk)
    shown = desk.open(FIRST, risk)
    assert (shown["messages"][0]["text"], "urgent" in shown["flags"]) == (RISK, True)
    assert "authorisation" in desk.refused(FIRST, "reply", risk, "--text-file", "-", stdin=TASK)
    text = desk.do(FIRST, "canned", "list")[0]["text"]
    desk.do(FIRST, "reply", risk, "--text-file", "-", "--read-marks", stdin=text)
    assert desk.numbers(FIRST)[0] == risk
    assert until(lambda: text in [one["text"] for one in desk.demo.conversation(codename, UNIT)["messages"]], 120, 2), (
        "not read"
    )
    return risk


def named_sees_nothing(desk: Desk, risk: int) -> list[int]:
    """No line, no count, nothing to find, and no such case; the others beside the urgent one."""
    theirs = desk.numbers(SECOND)
    (hidden,) = set(desk.numbers(FIRST)) - set(theirs)
    assert desk.numbers(SECOND, "--search", "drawer") == []
    assert desk.refused(SECOND, "show", hidden) == desk.refused(SECOND, "show", 999_999).replace("999999", str(hidden))
    return [case for case in theirs if case != risk]


def handled(desk: Desk, case: int) -> None:
    """Taken, noted, tagged, found by each, set aside and back; who has not seen the newest message does not send."""
    desk.open(FIRST, case)
    desk.do(FIRST, "state", case, "assessing")
    desk.do(FIRST, "assign", case, "--to", "first")
    desk.do(FIRST, "note", case, "--text-file", "-", stdin="Ask the quartermaster.")
    desk.do(FIRST, "tag", case, "--add", "custody suite")
    for found in (
        ("--search", "QUARTERMASTER"),
        ("--search", "custody canteen"),
        ("--tag", "custody suite"),
        ("--assigned", "me"),
    ):
        assert desk.numbers(FIRST, *found) == [case], found
    desk.do(FIRST, "junk", case)
    assert case not in desk.numbers(FIRST, "--shelf", "inbox")
    desk.do(FIRST, "unjunk", case)
    assert case in desk.numbers(FIRST, "--shelf", "inbox")
    desk.open(SECOND, case)
    desk.do(SECOND, "reply", case, "--text-file", "-", stdin="Thank you for the report.")
    said = desk.refused(FIRST, "reply", case, "--text-file", "-", stdin="We have read your report.")
    assert "--again" in said


def decided(desk: Desk, case: int, other: int) -> None:
    """What the unit owes is decided with reasons, the outcome is released, questions are asked, two cases are linked,
    and all of it stands in the timeline."""
    desk.open(FIRST, other)
    assert "referral" in desk.do(FIRST, "show", case)["owed"]
    desk.do(
        FIRST,
        "decide",
        case,
        "--what",
        "referral",
        "--answer",
        "no",
        "--reason-file",
        "-",
        stdin="No criterion is met.",
    )
    desk.do(FIRST, "outcome", case, "--kind", "recorded", "--reason-file", "-", stdin="Kept on record.")
    assert "tell" in desk.do(FIRST, "show", case)["owed"]
    assert desk.do(FIRST, "outcome", case, "--release")["released"]
    asked = desk.do(FIRST, "ask", case, "--set", "what-and-when")
    desk.do(FIRST, "link", case, other, "--reason", "The same canteen.")
    said = desk.do(FIRST, "show", case)
    assert not {"referral", "tell"} & set(said["owed"])
    assert ("questions" in said["owed"], len(said["questions"])) == (True, asked["questions"])
    assert (said["outcomes"], [one["case"] for one in said["links"]]) == (["recorded"], [other])
    assert {"note", "tags", "outcome", "link"} <= {one["act"].split()[0] for one in said["timeline"]}
    assert desk.numbers(FIRST, "--search", "criterion") == [case]


def excluded(desk: Desk, case: int) -> None:
    """In the middle of a session, which ends; then there is no such case."""
    desk.open(SECOND, case)
    desk.open(FIRST, case)
    desk.do(FIRST, "exclude", case, "--member", "second", "--reason", "Knows the officer.")
    assert "login" in desk.refused(SECOND, "show", case)
    Path(desk.demo.session(UNIT, SECOND)).unlink()
    assert case not in desk.numbers(SECOND)
    assert [one["member"] for one in desk.do(FIRST, "kept-from", case)["kept"]] == ["second"]


def has_left(desk: Desk, case: int) -> str:
    """Removed, and told what they could have opened; the session that they still have opens nothing."""
    session = desk.words(SECOND, "show", case)
    name: str = desk.unit["members"][SECOND]["name"]
    removed = desk.do(ADMIN, "member", "remove", name, "--yes")
    assert removed["cases"] > 0
    assert in_process.ask(*session)[0] == 1
    desk.do(FIRST, "note", case, "--text-file", "-", stdin="Written since.")
    return name


def recorded(desk: Desk, case: int, folder: Path) -> None:
    """The record of a case and of the desk; it holds by a session, and in a copy of the desk until a row is altered:
    with the vault's keys alone the row is named, with the keyring too the first batch that told of another."""
    acts = [one["act"] for one in desk.do(FIRST, "audit", "--case", case)]
    assert {"show", "reply", "declared no conflict"} <= set(acts)
    until(lambda: desk.do(ADMIN, "verify-audit")["batches"] >= 4)
    assert desk.do(ADMIN, "verify-audit")["holds"]
    CopiedDesk(desk.unit, folder).shows_what_is_altered()


def sheets_used(desk: Desk, sheets: list[str], folder: Path) -> None:
    """Two of three, at a copy of the desk: a new administrator, who reads the cases that came since."""
    used = CopiedDesk(desk.unit, folder).use_sheets((sheets[2], sheets[0]), "zoe")
    assert (used["member"], used["roles"]) == ("zoe", ["administrator", "reader"])
    assert used["cases"] == REPORTS
