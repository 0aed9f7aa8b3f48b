# SPDX-License-Identifier: AGPL-3.0-or-later
"""Closing a conversation, and following a referral, at a source's terminal."""

import json

import pytest

from dropbox.protocol.body import parse_body
from dropbox.protocol.constants import BODY_PART, CLOSED_KINDS, EntryType
from dropbox.protocol.directory import parse_directory
from dropbox.protocol.outcome import Outcome, encode_outcome
from dropbox.protocol.referral import Offer, encode_offer
from dropbox.shown.told import MEANS, OFFERED, SUCCEEDED
from dropbox.source_cli.accept_referral import WRONG
from dropbox.source_cli.close import LONG
from tests.cli.conftest import Sources
from tests.flows.twin import changed_unit, replace_directory


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


def test_a_referral_is_read_and_accepted(sources: Sources, name: str) -> None:
    """By the words and the reference that came with it, under the same codename or, by a report, another."""
    reference = "0f" * 16
    sources.tell((EntryType.REFERRAL_OFFER, encode_offer(Offer("intake", reference))))
    shown = " ".join(sources.check(name).stdout.split())
    assert OFFERED in shown
    assert f"The unit: intake. The reference: {reference}." in shown
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    (message,) = found["messages"]
    assert (message["kind"], message["offer"]) == ("referral-offer", {"unit": "intake", "reference": reference})
    wrong = sources.run("accept-referral", "--unit", "intake", "--reference", "0f", stdin=f"{name}\n")
    assert (wrong.exit_code, WRONG in wrong.stderr) == (1, True)
    typed = " ".join((reference[:16].upper(), reference[16:]))
    done = sources.run("accept-referral", "--unit", "intake", "--reference", typed, "--json", stdin=f"{name}\n")
    assert (done.exit_code, json.loads(done.stdout)["stored"]) == (0, "yes")
    other = sources.report("--accepts", reference, "--json")
    assert json.loads(other.stdout)["stored"] == "yes"
    twin = sources.server.service
    twin.tick()
    sent = [parse_body(body).answers for desk in twin.desks.values() for body in desk.bodies()]
    assert [one.get("accepts") for one in sent].count(reference) == 2


def test_a_unit_that_another_goes_on_for(sources: Sources, name: str) -> None:
    """By the signed list alone: who comes back still reads what it answered, is shown the other one, and writes to it
    under the same codename; to the old one nothing goes."""
    sources.tell((EntryType.TEXT, b"We look into it."))
    twin = sources.server.service
    intake = next(unit.unit_id for unit in parse_directory(twin.twin.directory.body).units if unit.slug == "intake")
    replace_directory(twin, lambda one: changed_unit(one, "north", paused=True, successor=intake), 2)
    shown = " ".join(sources.check(name).stdout.split())
    assert "We look into it." in shown
    assert f"{SUCCEEDED} The other unit: intake (Unit intake). To write to it: `dropbox-source reply --unit" in shown
    (found,) = json.loads(sources.check(name, "--json").stdout)["conversations"]
    assert found["successor"] == {"unit": "intake", "name": "Unit intake"}
    refused = sources.run("reply", "--unit", "north", "--text-file", "-", stdin=f"{name}\nMore.")
    assert refused.exit_code == 1
    done = sources.run("reply", "--unit", "intake", "--text-file", "-", "--json", stdin=f"{name}\nI reported before.")
    assert (done.exit_code, json.loads(done.stdout)["stored"]) == (0, "yes")
    twin.tick()
    assert "I reported before." in [parse_body(body).text for body in twin.desks["intake"].bodies()]
    units = {one["unit"]: one for one in json.loads(sources.check(name, "--json").stdout)["conversations"]}
    assert units["intake"]["successor"] is None
    assert units["north"]["messages"]
