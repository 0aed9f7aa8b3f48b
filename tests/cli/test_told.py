# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit tells beside texts, at a source's terminal and as JSON."""

import json

from dropbox.protocol.constants import EntryType
from dropbox.protocol.outcome import Outcome, encode_outcome
from dropbox.shown.told import MEANS, UNREADABLE
from tests.cli.conftest import Sources

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
