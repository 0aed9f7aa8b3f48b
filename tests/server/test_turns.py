# SPDX-License-Identifier: AGPL-3.0-or-later
"""Supply and turns, without a network: who is admitted, how long anybody waits, and what a flood is worth."""

import secrets
from itertools import count, takewhile

import pytest
from hypothesis import given, strategies as st

from dropbox.http_edge.callers import HOUR, SHARED, Caller, Kind
from dropbox.server.supply import AT_ONCE, COMMON_PART, Bucket, Supply
from dropbox.server.turns import IN_VAIN, LONGEST_WAIT, MOST_WAITING, MOST_WRITING, Turns, Where
from tests.server.flood_model import DAY, Told, caller, few, fresh, play

TOTAL = 100_000


def drained(supply: Supply) -> Supply:
    while supply.firsts.take() or supply.common.take():
        pass
    return supply


def a_supply(total: int = TOTAL, now: float = 0.0, kept: int = 0, workers: int = 1) -> Supply:
    supply = Supply(workers)
    supply.begin(0, total, DAY, now, kept)
    return supply


def a_queue(**how: int) -> Turns:
    return Turns(a_supply(**how), secrets.token_bytes)


def all_within(told: Told, seconds: float) -> bool:
    return told.within(1.0) <= seconds


@pytest.mark.parametrize(("callers", "emptied"), [(1, True), pytest.param(50, False, marks=pytest.mark.long)])
def test_few_callers_keep_nobody_waiting(callers: int, emptied: bool) -> None:
    """At 100 envelopes a second every honest visit is admitted within 5 seconds, from one caller also where everything
    was emptied beforehand; the flood gets what is common, and a first of each caller in an hour."""
    told = play(few(callers, 100), seconds=600, emptied=emptied)
    assert all_within(told, 5)
    common = TOTAL / COMMON_PART
    assert told.flood_admitted <= common / DAY * 661 + (0 if emptied else common / AT_ONCE) + callers + 1


def test_fresh_callers_at_one_a_second() -> None:
    """With everything emptied beforehand every honest visit of three hours comes through, half within 2 seconds and 99
    in a hundred within 17: the figures of the design."""
    told = play(fresh(1), seconds=3 * HOUR, emptied=True)
    assert all_within(told, 30)
    assert told.within(0.5) <= 2
    assert told.within(0.99) <= 17


@pytest.mark.parametrize(
    ("a_second", "full", "share"),
    [pytest.param(2, 2.5 * HOUR, 0.33, marks=pytest.mark.long), (5, 0.66 * HOUR, 0.125)],
)
def test_fresh_callers_at_more(a_second: float, full: float, share: float) -> None:
    """All come through while the buckets last, and then at least the share that the design promises."""
    assert play(fresh(a_second), seconds=full, emptied=False).share() > 0.98
    assert play(fresh(a_second), seconds=HOUR, emptied=True).share() >= share


def test_a_flooded_period_ends_open() -> None:
    """Twice the supply all the time (of a tenth of a day): no more than it has is admitted, yet in no part of it is
    everybody turned away, and five minutes after the flood nobody waits."""
    length = DAY / 10
    flood = takewhile(lambda one: one[0] < length - 600, fresh(2))
    told = play(flood, seconds=length, emptied=False, total=TOTAL // 10, length=length)
    assert told.admitted <= TOTAL / 10
    assert all(told.share(part * length / 8, (part + 1) * length / 8) > 0.1 for part in range(8))
    assert told.share(length - 300) == 1.0


def test_a_wait_ends_after_a_minute() -> None:
    """Who finds nothing waits for as long as a token can come in time, 60 seconds at most, and is refused then."""
    turns = Turns(drained(a_supply()), secrets.token_bytes)
    mine = [turns.ask(caller(1), 0.0) for _ in range(3)]
    assert [turn.where for turn in mine] == [Where.WAITING] * 3
    turns.advance(LONGEST_WAIT - 0.1)
    assert {turn.where for turn in mine} == {Where.WAITING}
    turns.advance(LONGEST_WAIT)
    assert {turn.where for turn in mine} == {Where.REFUSED}
    assert turns.nap(LONGEST_WAIT) == float("inf")


def test_where_nothing_comes_in_time_nobody_waits() -> None:
    """A policy of one envelope a day says so at once, until a minute before the next day."""
    supply = a_supply(total=1)
    turns = Turns(supply, secrets.token_bytes)
    assert turns.ask(caller(1), 0.0).where is Where.ADMITTED
    assert turns.ask(caller(2), 1.0).where is Where.REFUSED


def test_the_least_admitted_goes_first() -> None:
    """Of those who wait, however long; among the same it is chance."""
    supply = drained(a_supply())
    turns = Turns(supply, secrets.token_bytes)
    first = {turns.ask(caller(1), at * 1.0) for at in range(3)}
    supply.firsts.fill(1)
    turns.advance(3.0)
    assert sum(turn.where is Where.ADMITTED for turn in first) == 1
    late = turns.ask(caller(2), 4.0)
    supply.common.fill(1)
    turns.advance(4.0)
    assert late.where is Where.ADMITTED


def test_who_asks_without_end_goes_behind() -> None:
    """Three whole waits in vain cost nothing; after the third whoever asks on goes behind who asks first, and in the
    next hour no more."""
    supply = drained(a_supply())
    turns = Turns(supply, secrets.token_bytes)

    def sooner(who: Caller, other: Caller, now: float) -> int:
        """How often of twenty the first of them gets the only token."""
        found = 0
        for _ in range(20):
            mine, theirs = turns.ask(who, now), turns.ask(other, now)
            supply.common.tokens = 1.0
            turns.advance(now)
            found += mine.where is Where.ADMITTED
            for turn in (mine, theirs):
                turns.leave(turn)
                turns.give_back(turn)
                turns.finish(turn, now)
            drained(supply)
        return found

    for wait in range(IN_VAIN):
        assert 0 < sooner(caller(1), caller(2), wait * LONGEST_WAIT) < 20
        turns.ask(caller(1), wait * LONGEST_WAIT)
        turns.advance((wait + 1) * LONGEST_WAIT)
    assert sooner(caller(1), caller(2), IN_VAIN * LONGEST_WAIT) == 0
    assert 0 < sooner(caller(1), caller(2), HOUR) < 20


@pytest.mark.parametrize(("kind", "firsts"), [(Kind.CIRCUIT, 1), (Kind.PREFIX, 16)])
def test_firsts_of_a_caller(kind: Kind, firsts: int) -> None:
    """One of a circuit and sixteen of a prefix in an hour; then it takes what is common, and in the next hour again."""
    turns = a_queue()
    who = Caller(kind, bytes(16))
    for number in range(firsts + 3):
        turns.ask(who, float(number))
    assert (turns.supply.firsts.spent, turns.supply.common.spent) == (firsts, 3)
    turns.ask(who, HOUR)
    assert (turns.supply.firsts.spent, turns.supply.common.spent) == (firsts + 1, 3)


def test_of_the_shared_caller_each_is_a_first() -> None:
    """Who cannot be told from others shares all of it."""
    turns = a_queue()
    for number in range(100):
        turn = turns.ask(SHARED, float(number))
        assert turn.where is Where.ADMITTED
        turns.finish(turn, float(number))
    assert (turns.supply.firsts.spent, turns.supply.common.spent) == (100, 0)


def test_so_many_are_written_at_one_time() -> None:
    """Who asks without end fills them and waits for room, although tokens are there; whoever comes for the first time
    is the next of all, and nobody looks for a token meanwhile."""
    turns = a_queue(total=10_000_000)
    greedy = [turns.ask(SHARED, 0.0) for _ in range(MOST_WRITING + 10)]
    assert [one.where for one in greedy] == [Where.ADMITTED] * MOST_WRITING + [Where.WAITING] * 10
    mine = turns.ask(caller(1), 1.0)
    assert mine.where is Where.WAITING
    assert turns.nap(1.0) == LONGEST_WAIT - 1.0
    turns.finish(greedy[0], 2.0)
    turns.finish(greedy[0], 2.0)
    assert (mine.where, turns.waiting) == (Where.ADMITTED, 10)
    turns.finish(mine, 3.0)
    assert turns.waiting == 9


def test_the_queue_is_bounded() -> None:
    """Of more than it holds one of the callers most admitted goes, never one that had nothing; whoever has gone makes
    room first."""
    supply = a_supply()
    turns = Turns(supply, secrets.token_bytes)
    assert turns.ask(caller(0), 0.0).where is Where.ADMITTED
    drained(supply)
    there = [True]
    honest = [turns.ask(caller(number), 0.0, lambda: there[0]) for number in range(1, MOST_WAITING)]
    assert turns.waiting == MOST_WAITING - 1
    greedy = [turns.ask(caller(0), 0.0) for _ in range(5)]
    assert turns.waiting == MOST_WAITING
    assert [turn.where for turn in greedy].count(Where.WAITING) == 1
    assert {turn.where for turn in honest} == {Where.WAITING}
    there[0] = False
    assert turns.ask(caller(1 << 65), 0.0).where is Where.WAITING
    assert [turn.where for turn in honest].count(Where.REFUSED) == 1


def test_what_was_not_stored_is_given_back() -> None:
    """A turn whose envelope could not be kept costs nobody anything."""
    turns = a_queue()
    turn = turns.ask(caller(1), 0.0)
    tokens = turns.supply.firsts.tokens
    turns.give_back(turn)
    turns.give_back(turn)
    assert turns.supply.firsts.tokens == tokens + 1
    assert turns.ask(caller(1), 0.0).bucket is turns.supply.firsts


def test_who_is_pressed_is_said_for_five_minutes() -> None:
    """A refusal, or a wait of some seconds; then it is calm."""
    turns = Turns(drained(a_supply()), secrets.token_bytes)
    assert not turns.pressed(0.0)
    turns.ask(caller(1), 0.0)
    turns.advance(LONGEST_WAIT)
    assert turns.pressed(LONGEST_WAIT + 299)
    assert not turns.pressed(LONGEST_WAIT + 300)


def test_a_start_goes_on_where_the_period_is() -> None:
    """A server that starts again gives out no burst a second time: what is kept already counts as given."""
    empty, noon = a_supply(), a_supply(now=DAY / 2, kept=TOTAL // 2)
    assert (empty.firsts.tokens, noon.firsts.tokens) == (10_000, 10_000)
    assert a_supply(now=DAY / 2, kept=int(TOTAL * 0.625)).firsts.tokens == pytest.approx(0, abs=1)
    assert a_supply(now=DAY / 2, kept=TOTAL).firsts.tokens == 0


def test_workers_share_one_supply() -> None:
    """Two processes give out together what one would."""
    both = [a_supply(workers=2) for _ in range(2)]
    assert sum(one.firsts.whole + one.common.whole for one in both) == TOTAL
    assert sum(one.firsts.tokens for one in both) == a_supply().firsts.tokens


@given(
    st.integers(1, TOTAL),
    st.lists(st.tuples(st.floats(0, 40_000), st.integers(0, 5_000)), max_size=30),
)
def test_no_period_gives_more_than_it_has(total: int, steps: list[tuple[float, int]]) -> None:
    """Whenever tokens are taken, and however many at once; nor does a bucket hold more than may go at once."""
    supply, now, spent = a_supply(total), 0.0, {}
    for seconds, tries in steps:
        now += seconds
        period = int(now // DAY)
        supply.turn_to(period, total, DAY)
        supply.advance(now)
        for bucket in (supply.common, supply.firsts):
            assert 0 <= bucket.tokens <= bucket.at_once + 1e-6
            taken = sum(bucket.take() for _ in range(tries))
            spent[period] = spent.get(period, 0) + taken
    assert all(one <= total for one in spent.values())


@given(st.integers(0, 100), st.integers(0, 100), st.floats(0, 100))
def test_a_bucket_says_when_it_has_a_token(whole: int, spent: int, tokens: float) -> None:
    """After the time that it names there is one, in this period or the next."""
    supply = a_supply(total=max(1, whole))
    supply.firsts = Bucket(max(1, whole), min(spent, whole), 0.0)
    supply.firsts.fill(tokens)
    wait = supply.until(supply.firsts)
    for after in count(1):
        supply.turn_to(int(wait * after // DAY), max(1, whole), DAY)
        supply.advance(wait * after + 1e-3)
        if supply.firsts.take():
            assert after <= 2
            return
        assert after < 5
