# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details by command alone, with real processes: left, opened by two, told, taken back; a new key's birth."""

from pathlib import Path
from typing import Any

from tests.scenarios.service import Demo, asked, here, until

SAID = "Signal, after ten at night. Not my husband."
CUSTODIAN = 2
"""The member of a demo's desk who is a custodian alone."""


def asks(demo: Demo, slug: str, member: int, *words: str) -> Any:
    """A command of a signed-in member."""
    return here("dropbox-desk", *words, "--session", demo.session(slug, member), "--json").json()


def test_they_are_left_opened_told_and_taken_back(demo: Demo, tmp_path: Path) -> None:
    """At the unit's key in the list; the first member asks as a custodian, the third, who never had the case, approves;
    the source reads that they were opened; when it takes them back they are gone from the desk."""
    (tmp_path / "contact.txt").write_text(SAID)
    sent = demo.report("demo-north", "It was on Tuesday.", "--contact-file", str(tmp_path / "contact.txt"))
    assert sent["stored"] == "yes"
    case = str(demo.case_with("demo-north", "It was on Tuesday."))
    assert demo.show("demo-north", int(case))["contact"] == "left"
    made = asks(demo, "demo-north", 0, "contact", "ask", case, "--reason", "she may be in danger")
    assert made["agreed"] is True
    done = asks(demo, "demo-north", CUSTODIAN, "approve", str(made["proposal"]), "--yes")
    assert done["state"] == "approved"
    asks(demo, "demo-north", 1, "declare", case, "--conflict", "none")
    assert asks(demo, "demo-north", 1, "contact", "show", case)["text"] == SAID

    def told() -> list[str]:
        return [one["kind"] for one in demo.conversation(sent["codename"], "demo-north")["messages"]]

    assert until(lambda: "contact-opened" in told()), told()
    taken = ("contact", "--withdraw", "--unit", "demo-north", *demo.pinned)
    assert here("dropbox-source", *taken, "--json", stdin=f"{sent['codename']}\n").json()["stored"] == "yes"

    def state() -> str:
        demo.cases("demo-north")
        return str(demo.show("demo-north", int(case))["contact"])

    assert until(lambda: state() == "withdrawn"), state()


def test_a_unit_without_a_key_takes_none(demo: Demo, tmp_path: Path) -> None:
    """The list says so, and what is tried all the same is refused by it: nothing of the report is stored."""
    (tmp_path / "contact.txt").write_text(SAID)
    rows = {one["slug"]: one["contact"] for one in here("dropbox-source", "units", *demo.pinned, "--json").json()}
    assert rows == {"intake": True, "demo-north": True, "demo-south": False}
    words = ("--unit", "demo-south", "--category", "discrimination", "--text-file", "-")
    words += ("--contact-file", str(tmp_path / "contact.txt"))
    ran = asked("dropbox-source", "report", *demo.pinned, *words, stdin="It was on Wednesday.")
    assert ran.code == 1
    assert "takes no contact details" in ran.err
