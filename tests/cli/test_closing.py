# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a conversation at a source's terminal, and what the unit answers."""

import json

import pytest

from dropbox.protocol.body import parse_body
from dropbox.protocol.constants import BODY_PART, CLOSED_KINDS, EntryType
from dropbox.protocol.outcome import Outcome, encode_outcome
from dropbox.shown.told import MEANS
from dropbox.source_cli.close import LONG
from tests.cli.conftest import Sources


@pytest.fixture
def name(sources: Sources) -> str:
    """The codename of a report to north."""
    codename: str = json.loads(sources.report("--json").stdout)["codename"]
    return codename


@pytest.mark.parametrize(
    ("more", "option", "text"), [((), "yes", ""), (("--burn", "--text-file", "-"), "burn", "Bye.")]
)
def test_a_conversation_is_closed(sources: Sources, name: str, more: tuple[str, ...], option: str, text: str) -> None:
    """By a further message with one answer, of one part; it is said when it ends."""
    done = sources.run("close", "--unit", "north", *more, "--json", stdin=f"{name}\n{text}")
    assert (done.exit_code, json.loads(done.stdout)["stored"]) == (0, "yes")
    assert "The conversation ends 14 days after the unit has it." in done.stderr
    twin = sources.server.service
    twin.tick()
    sent = [parse_body(body) for body in twin.desks["north"].bodies()]
    assert (text, {"close": (option,)}) in [(one.text, one.answers) for one in sent]


def test_last_words_have_one_part(sources: Sources, name: str) -> None:
    """Refused before anything is asked of the service."""
    sources.server.asked.clear()
    done = sources.run("close", "--unit", "north", "--text-file", "-", stdin=f"{name}\n{'x' * BODY_PART}")
    assert (done.exit_code, LONG in done.stderr, sources.server.asked) == (1, True, [])


def test_what_the_unit_says_to_it_is_read(sources: Sources, name: str) -> None:
    """In the program's words, as JSON by its kind."""
    sources.tell((EntryType.CLOSED, encode_outcome(Outcome(("keeps",)), CLOSED_KINDS)))
    assert MEANS["keeps"] in " ".join(sources.check(name).stdout.split())
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    (message,) = found["messages"]
    assert (message["kind"], message["kinds"], message["text"]) == ("closed", ["keeps"], "")
