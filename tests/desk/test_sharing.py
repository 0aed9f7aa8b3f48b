# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sharing and removing at the command line: by case, or all once a person or a script has agreed to it."""

import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from journalist_ui.cli import members
from journalist_ui.cli.commands import main
from journalist_ui.socket.codec import plain, read_shape

Asked = list[tuple[str, dict[str, Any]]]
COUNTS = {"name": "bob", "cases": 2, "left": 1, "closed": 1}
SHARED = {"name": "bob", "cases_shared": 2, "cases_opened": 3, "cases_not_opened": 1}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the commands ask the desk, which answers as one with three cases."""
    found: Asked = []

    def ask(_: Path, asked: Any) -> object:
        found.append((asked.verb, plain(asked)))
        told = SHARED if asked.verb == "member-share" else COUNTS
        return read_shape(asked.answer, {one.name: told[one.name] for one in fields(asked.answer)})

    monkeypatch.setattr(members, "ask_signed_in", ask)
    return found


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command on a terminal, or, without, in a script."""

    def run(*words: str, says: str | None) -> Result:
        runner = CliRunner()
        with runner.isolation(input=says):
            monkeypatch.setattr(type(sys.stdin), "isatty", lambda _: says is not None, raising=False)
        return runner.invoke(main, ["member", *words, "--session", "x"], input=says)

    return run


def verbs(asked: Asked) -> list[str]:
    return [verb for verb, _ in asked]


def test_a_script_that_says_neither_shares_nothing(asked: Asked, person: Callable[..., Result]) -> None:
    """Exit 1 with how to say it; --all alone, which asks, likewise."""
    for words in (("share", "bob"), ("share", "bob", "--all")):
        done = person(*words, says=None)
        assert done.exit_code == 1
        assert "--all --yes" in done.output + str(done.exception)
    assert "member-share" not in verbs(asked)


def test_a_script_says_all_or_names_cases(asked: Asked, person: Callable[..., Result]) -> None:
    """Nothing is asked; what is shared is what was said."""
    assert person("share", "bob", "--all", "--yes", says=None).exit_code == 0
    assert person("share", "bob", "--case", "3", "--case", "5", says=None).exit_code == 0
    assert asked == [("member-share", {"name": "bob"}), ("member-share", {"name": "bob", "cases": [3, 5]})]
    assert person("share", "bob", "--all", "--case", "3", says=None).exit_code == 2


@pytest.mark.parametrize(("says", "shared"), [("y\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_a_person_is_asked_with_the_number(
    asked: Asked, person: Callable[..., Result], says: str, shared: bool
) -> None:
    """And agrees to that number of cases, no other."""
    done = person("share", "bob", says=says)
    assert "bob cannot open 2 cases of yours. 1 other case would stay closed to them. Share 2?" in done.output
    assert (done.exit_code == 0) == shared
    assert (("member-share", {"name": "bob", "agreed": 2}) in asked) == shared
    assert ("Shared 2 cases. bob can open 3 cases of yours." in done.output) == shared


def test_removing_asks_and_says_what_goes(
    asked: Asked, person: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal it asks; in a script it says it afterwards, but closes no case for good unless it was told to."""
    done = person("remove", "bob", says="n\n")
    assert "bob can open 2 cases, 1 of which nobody else can: closed for good. Remove them?" in done.output
    assert verbs(asked) == ["member-remove-ask"]
    done = person("remove", "bob", says=None)
    assert done.exit_code == 1
    assert "--yes" in done.output + str(done.exception)
    assert "member-remove" not in verbs(asked)
    done = person("remove", "bob", "--yes", says=None)
    assert "They could open 2 cases, 1 of which nobody else can: closed for good." in done.output
    monkeypatch.setitem(COUNTS, "closed", 0)
    assert person("remove", "bob", says=None).exit_code == 0
    assert verbs(asked).count("member-remove") == 2
