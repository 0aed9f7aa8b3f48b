# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns of uploads: so many blobs are let in together, by the rules of envelopes and buckets of their own."""

import secrets

from dropbox.http_edge.callers import Kind
from dropbox.protocol.constants import MAX_BLOBS
from dropbox.server.handlers.blobs import COMMON_PART, FIRSTS
from dropbox.server.supply import Supply
from dropbox.server.turns import LONGEST_WAIT, Turns, Where
from tests.server.flood_model import DAY, caller

TOTAL = 8_192


def a_queue(total: int = TOTAL) -> Turns:
    supply = Supply(1, COMMON_PART, MAX_BLOBS)
    supply.begin(0, total, DAY, 0.0, 0)
    return Turns(supply, secrets.token_bytes, FIRSTS)


def test_half_is_for_first_uploads_and_holds_one_at_least() -> None:
    """Also where an eighth of a bucket is less than an upload may have."""
    turns = a_queue()
    assert (turns.supply.common.whole, turns.supply.firsts.whole) == (TOTAL // 2, TOTAL // 2)
    small = a_queue(2 * MAX_BLOBS)
    assert small.ask(caller(1), 0.0, count=MAX_BLOBS).where is Where.ADMITTED


def test_one_flooder_leaves_first_uploads_to_others() -> None:
    """Who asks for the largest without end gets a first and what is common; as many others as there are firsts have
    their first upload at once."""
    turns = a_queue()
    got = 0
    while turns.ask(caller(1), 0.0, count=MAX_BLOBS).where is Where.ADMITTED:
        got += 1
        turns._writing = 0  # a pass is given at once
    assert got * MAX_BLOBS == MAX_BLOBS + turns.supply.common.whole // 8
    for number in range(2, 2 + (turns.supply.firsts.whole // 8 - MAX_BLOBS) // MAX_BLOBS):
        assert turns.ask(caller(number), 0.0, count=MAX_BLOBS).where is Where.ADMITTED


def test_an_upload_is_admitted_whole_or_waits() -> None:
    """No token is taken for a part of it; who needs fewer goes meanwhile, and it goes once there is enough."""
    turns = a_queue()
    supply = turns.supply
    supply.common.tokens, supply.firsts.tokens = 0.0, 10.0
    large = turns.ask(caller(1), 0.0, count=12)
    assert (large.where, supply.firsts.tokens) == (Where.WAITING, 10.0)
    small = turns.ask(caller(2), 0.0, count=4)
    assert (small.where, round(supply.firsts.tokens)) == (Where.ADMITTED, 6)
    assert 0 < turns.nap(0.0) < LONGEST_WAIT * 10
    supply.firsts.fill(6)
    turns.advance(1.0)
    assert (large.where, round(supply.firsts.tokens)) == (Where.ADMITTED, 0)


def test_what_was_let_in_and_is_given_back_is_whole_again() -> None:
    """All of it, at once, to whoever asks next."""
    turns = a_queue()
    before = turns.supply.firsts.tokens
    turn = turns.ask(caller(1), 0.0, count=8)
    turns.give_back(turn)
    assert (turns.supply.firsts.tokens, turns.supply.firsts.spent) == (before, 0)
    assert turns.ask(caller(1), 0.0, count=8).bucket is turns.supply.firsts


def test_where_a_period_never_has_so_many_nobody_waits() -> None:
    """An upload that is larger than what is left is refused at once."""
    turns = a_queue()
    for bucket in (turns.supply.firsts, turns.supply.common):
        bucket.spent, bucket.tokens = bucket.whole - 3, 3.0
    assert turns.ask(caller(1), 0.0, count=4).where is Where.REFUSED
    assert turns.ask(caller(1), 0.0, count=3).where is Where.ADMITTED


def test_firsts_of_a_caller_are_few() -> None:
    """A circuit has one an hour, a prefix four."""
    assert (FIRSTS[Kind.CIRCUIT], FIRSTS[Kind.PREFIX]) == (1, 4)
    turns = a_queue()
    first, second = (turns.ask(caller(1), 0.0, count=1) for _ in range(2))
    assert (first.bucket, second.bucket) == (turns.supply.firsts, turns.supply.common)
