# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-source report`` says what could point to the source before anything is sent."""

import pytest

from dropbox.hints import marking
from dropbox.source_cli import terminal
from dropbox.source_cli.hinted import HEAD, KINDS, MOST, hint_lines
from tests.cli.conftest import Sources

TOLD = "Karen saw it on Tuesday from my flat.\n"


def test_a_report_says_them_to_a_terminal(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """And to a terminal alone: elsewhere they would be kept. The report is sent as it was written."""
    sources.text.write_text(TOLD, encoding="utf-8")
    assert HEAD not in sources.report().stderr
    monkeypatch.setattr(terminal, "is_seen", lambda: True)
    ended = sources.report()
    assert ended.exit_code == 0, ended.output
    told = ended.stderr.splitlines()
    at = told.index(HEAD)
    assert told[at + 1 : at + 4] == [
        "  Names: \u201cKaren\u201d", "  Dates: \u201cTuesday\u201d", "  Places of yours: \u201cmy flat\u201d",
    ]  # fmt: skip


def test_nothing_is_said_of_nothing() -> None:
    """Many texts of a kind are counted; each kind has its name; what is unseen in a text is shown."""
    assert hint_lines("He shouts at people.") == []
    (_, line) = hint_lines(" ".join(f"{1000 + number}" for number in range(MOST + 3)))
    assert line.endswith("and 3 more")
    assert tuple(KINDS) == marking.KINDS
