# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source closes its conversation, and what a desk does then (docs/protocol.md, step 5.12)."""

from dataclasses import replace

import pytest

from dropbox.flows.desk.state import TextState
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.policy import PRODUCTION, Policy
from tests.flows.twin import Service, make_service

STRETCHED = b"S" * 32
SHORT = replace(PRODUCTION, close_after=3)


def closing(option: str = "yes", text: str = "") -> bytes:
    return encode_body(Report(text, answers={"close": (option,)}))


def started(policy: Policy = SHORT) -> Service:
    """North has a report and has answered; its source has not read that."""
    service = make_service(policy=policy)
    service.send(STRETCHED, "north", b"a report")
    service.tick(2)
    desk = service.desks["north"]
    desk.reply(next(iter(desk.context.ledger.conversations.values())), "an answer")
    service.tick(2)
    return service


def shown(service: Service) -> list[str]:
    """The texts that are there for its source, who acknowledges none of them."""
    return [text.text for one in service.visit(STRETCHED).conversations for text in one.texts]


def test_a_conversation_ends_when_its_days_are_over() -> None:
    """So many periods after it came, and not before: chain and text keys are gone, what was on its way is withdrawn,
    and what its source learns is that its messages are there."""
    service = started()
    context = service.desks["north"].context
    service.send(STRETCHED, "north", closing("burn"))
    service.tick(4)
    (conversation,) = context.ledger.conversations.values()
    assert (conversation.closed, conversation.burn, conversation.collected) == (False, True, 2)
    assert context.keyring.chains
    service.tick()
    assert conversation.closed
    assert context.keyring.chains == {}
    assert {(text.state, text.parts) for text in context.ledger.texts.values()} <= {
        (TextState.EXPIRED, ()),
        (TextState.READ, ()),
    }
    (found,) = service.visit(STRETCHED).conversations
    assert (found.texts, found.collected) == ((), 2)
    service.tick(2)
    assert context.keyring.chains == {}, "to come back and read makes no new one"


@pytest.mark.parametrize("later", [1, 3])
def test_a_message_of_a_later_day_undoes_it(later: int) -> None:
    """At any time before: nothing is withdrawn, and the unit goes on answering."""
    service = started()
    service.send(STRETCHED, "north", closing())
    service.tick(later)
    service.send(STRETCHED, "north", b"I have thought again")
    service.tick(6)
    context = service.desks["north"].context
    (conversation,) = context.ledger.conversations.values()
    assert (conversation.closes, conversation.closed) == (False, False)
    service.desks["north"].reply(conversation, "good")
    service.tick(2)
    assert "good" in shown(service)


def test_of_one_day_it_counts_as_the_last() -> None:
    """What came first within a period nobody knows: people write, and then close."""
    service = started()
    service.send(STRETCHED, "north", closing())
    service.send(STRETCHED, "north", b"the last that I have to say")
    service.tick(6)
    (conversation,) = service.desks["north"].context.ledger.conversations.values()
    assert conversation.closed


def test_whoever_writes_after_the_end_is_heard() -> None:
    """The conversation is open again, under a new chain."""
    service = started()
    service.send(STRETCHED, "north", closing())
    service.tick(6)
    service.send(STRETCHED, "north", b"it went on")
    service.tick(2)
    desk = service.desks["north"]
    (conversation,) = desk.context.ledger.conversations.values()
    assert (conversation.closed, conversation.closes) == (False, False)
    desk.reply(conversation, "we look at it")
    service.tick(2)
    assert shown(service) == ["we look at it"]


def test_a_service_may_close_nothing() -> None:
    """A policy of 0 periods is one of before: nobody's conversation ends."""
    service = started(replace(PRODUCTION, close_after=0))
    service.send(STRETCHED, "north", closing())
    service.tick(20)
    (conversation,) = service.desks["north"].context.ledger.conversations.values()
    assert (conversation.closes, conversation.closed) == (True, False)
