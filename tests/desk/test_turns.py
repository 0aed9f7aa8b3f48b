# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose passphrase is stretched next: who is known at once, strangers in turn by where they come from, and never more
than two at a time. Time goes on by itself when nothing is left to do, so that pauses are the real ones."""

import asyncio
import selectors
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

import pytest

from journalist_ui.daemon import turns
from journalist_ui.daemon.turns import (
    AT_ONCE,
    HASTE,
    LONGEST_PAUSE,
    MOST_STRANGERS,
    PACE,
    SOCKET,
    TOO_MANY,
    Kind,
    Lane,
    Turns,
)
from journalist_ui.refusals import SignInRefused

ADA = Lane(Kind.BROWSER, "ada's")
BOB = Lane(Kind.BROWSER, "bob's")
SHARED = Lane(Kind.SHARED)


class _Skipping(selectors.DefaultSelector):
    """Nothing is waited for: what the loop would have slept has passed."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0 if timeout is not None else None)
        self.now += 0.0 if found else timeout or 0.0
        return found


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.passing = _Skipping()
        super().__init__(self.passing)

    def time(self) -> float:
        return self.passing.now


def timeless(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A machine that is busy makes no difference to the times of this test."""

    @wraps(test)
    def run() -> None:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(test())

    return run


def peer(number: int) -> Lane:
    return Lane(Kind.PEER, str(number))


def now() -> float:
    return asyncio.get_running_loop().time()


class Desk:
    """Tries in lanes; ``begun`` is the lanes in the order of their turns, ``most`` how many were stretched at once."""

    def __init__(self, stretch: float = 0.01) -> None:
        self.turns = Turns()
        self.stretch = stretch
        self.begun: list[Lane] = []
        self.now: Counter[bool] = Counter()
        self.most: Counter[bool] = Counter()

    async def attempt(self, lane: Lane, *, right: bool = False) -> str:
        """What was said; empty after a right one."""
        try:
            async with self.turns.turn(lane):
                self.begun.append(lane)
                self.now[lane.known] += 1
                self.most[lane.known] = max(self.most[lane.known], self.now[lane.known])
                self.most[True] = max(self.most[True], self.now.total())
                await asyncio.sleep(self.stretch)
                self.now[lane.known] -= 1
                if not right:
                    raise SignInRefused("wrong")
        except SignInRefused as refused:
            return refused.say
        return ""

    async def at_once(self, lane: Lane) -> bool:
        """Whether a right try has its turn without waiting for anything."""
        before = len(self.begun)
        going = asyncio.create_task(self.attempt(lane, right=True))
        await asyncio.sleep(0)
        found = lane in self.begun[before:]
        assert await going == ""
        return found

    def without_end(self, lane: Lane, tasks: asyncio.TaskGroup) -> Callable[[], bool]:
        """Somebody who tries again as soon as they are answered."""

        async def go_on() -> None:
            while True:
                await self.attempt(lane)
                await asyncio.sleep(0)

        return tasks.create_task(go_on()).cancel


@timeless
async def test_two_are_stretched_at_a_time_and_one_of_a_stranger() -> None:
    """Twenty strangers and four known browsers at once: never more than two, and one stranger beside who is known."""
    desk = Desk()
    known = [desk.attempt(Lane(Kind.BROWSER, str(one)), right=True) for one in range(4)]
    strangers = [desk.attempt(peer(one), right=True) for one in range(20)]
    assert set(await asyncio.gather(*strangers, *known)) == {""}
    assert (desk.most[True], desk.most[False]) == (AT_ONCE, 1)


@timeless
async def test_who_is_known_waits_for_no_stranger() -> None:
    """Sixty strangers wait: a known browser, a session and the desk's own socket have their turn at once."""
    desk = Desk(0.02)
    async with asyncio.TaskGroup() as tasks:
        ends = [desk.without_end(SHARED, tasks) for _ in range(60)]
        await asyncio.sleep(0.1)
        assert [await desk.at_once(lane) for lane in (ADA, Lane(Kind.SESSION, "1"), SOCKET)] == [True] * 3
        for end in ends:
            end()


@timeless
async def test_each_peer_has_its_turn() -> None:
    """One peer keeps eight waiting without end, twenty others one each: another's turn comes after one of each."""
    desk = Desk()
    async with asyncio.TaskGroup() as tasks:
        ends = [desk.without_end(peer(0), tasks) for _ in range(8)]
        ends += [desk.without_end(peer(one), tasks) for one in range(1, 21)]
        await asyncio.sleep(10 * PACE)
        before = len(desk.begun)
        assert await desk.attempt(peer(99), right=True) == ""
        assert max(Counter(desk.begun[before:]).values()) <= 2
        assert len(desk.begun) - before <= 24
        for end in ends:
            end()


@timeless
async def test_who_waits_with_all_others_has_a_turn_within_a_minute() -> None:
    """The most that may wait, none told from another: the last to come is through at the pace of all of them."""
    desk = Desk()
    others = [asyncio.create_task(desk.attempt(SHARED)) for _ in range(MOST_STRANGERS - 1)]
    await asyncio.sleep(0)
    assert await desk.attempt(SHARED, right=True) == ""
    assert len(desk.begun) == MOST_STRANGERS
    assert set(await asyncio.gather(*others)) == {"wrong"}


@timeless
async def test_of_too_many_one_of_the_most_crowded_goes_and_not_the_newcomer() -> None:
    """Ten peers fill the queue, one who waits alone comes last: two hundred others after that push out their own kind,
    and of a crowd not always the newest."""
    desk = Desk()
    crowd = [asyncio.create_task(desk.attempt(peer(one % 10))) for one in range(MOST_STRANGERS)]
    await asyncio.sleep(0)
    alone = asyncio.create_task(desk.attempt(peer(99), right=True))
    await asyncio.sleep(0)
    later = [asyncio.create_task(desk.attempt(peer(one % 10))) for one in range(200)]
    await asyncio.sleep(0.01)
    gone = [[one.done() and one.result() == TOO_MANY for one in tasks] for tasks in (crowd, later)]
    assert not alone.done() or alone.result() == ""
    assert 0 < sum(gone[0]) < len(crowd)
    assert 0 < sum(gone[1]) < len(later)
    assert len(crowd) + len(later) - sum(gone[0]) - sum(gone[1]) <= MOST_STRANGERS
    assert await alone == ""
    for one in (*crowd, *later):
        one.cancel()
    await asyncio.gather(*crowd, *later, return_exceptions=True)


@timeless
async def test_a_peer_keeps_no_more_waiting_than_its_lane_holds() -> None:
    """One has its turn, eight wait: of two more, two are let go."""
    desk = Desk()
    tasks = [asyncio.create_task(desk.attempt(peer(1), right=True)) for _ in range(11)]
    said = await asyncio.gather(*tasks)
    assert (said.count(TOO_MANY), said.count("")) == (2, 9)


@timeless
async def test_wrong_tries_slow_all_strangers() -> None:
    """After a wrong one the next stranger waits for the pace; a right one costs nobody. Where many wait, they wait for
    their part of so many seconds, so that an answer comes all the sooner."""
    desk = Desk(0.001)
    assert [await desk.at_once(peer(one)) for one in (1, 1, 2)] == [True] * 3
    began = now()
    assert await desk.attempt(peer(1)) == "wrong"
    assert not await desk.at_once(peer(2))
    assert now() - began == pytest.approx(PACE, abs=0.01)
    assert await desk.at_once(peer(1))
    crowd = [asyncio.create_task(desk.attempt(SHARED)) for _ in range(40)]
    began = now()
    assert set(await asyncio.gather(*crowd)) == {"wrong"}
    # The first still waits for the pace that the last wrong one began.
    pauses = [min(PACE, HASTE / waiting) for waiting in range(39, 0, -1)]
    assert now() - began == pytest.approx(sum(pauses), abs=0.1)


@timeless
async def test_a_known_browsers_wrong_tries_are_its_own() -> None:
    """From the third on each doubles its pause, up to the longest, until a right one; no other lane waits for it."""
    desk = Desk(0.001)
    for pause in (0, 0, 0, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE):
        began = now()
        assert await desk.attempt(ADA) == "wrong"
        assert now() - began == pytest.approx(pause, abs=0.01)
    assert desk.turns.wrong_tries(ADA) == 10
    assert [await desk.at_once(lane) for lane in (BOB, SOCKET, peer(1), SHARED)] == [True] * 4
    began = now()
    assert not await desk.at_once(ADA)
    assert now() - began == pytest.approx(LONGEST_PAUSE, abs=0.05)
    assert await desk.at_once(ADA)
    assert desk.turns.wrong_tries(ADA) == 0


@timeless
async def test_one_of_a_session_is_stretched_at_a_time() -> None:
    """Whoever holds a session that is not theirs guesses once: the second waits for what the first brings about."""
    desk = Desk()
    lane = Lane(Kind.SESSION, "1")
    await asyncio.gather(*(desk.attempt(lane, right=True) for _ in range(5)))
    assert desk.most[True] == 1


@timeless
async def test_who_gives_up_waiting_leaves_no_gap() -> None:
    """A request that is ended while it waits, or in its turn, keeps nobody from theirs."""
    desk = Desk(0.05)
    tasks = [asyncio.create_task(desk.attempt(SHARED, right=True)) for _ in range(4)]
    await asyncio.sleep(0.01)
    for one in tasks[:3]:
        one.cancel()
    assert await tasks[3] == ""
    waits = asyncio.create_task(desk.attempt(ADA, right=True))
    waits.cancel()
    assert await desk.at_once(ADA)
    assert (desk.turns._running, dict(desk.turns._waiting)) == ([], {})


@timeless
async def test_a_desk_that_ends_lets_go_of_all_who_wait() -> None:
    """At once, and whoever has their turn finishes it."""
    desk = Desk()
    tasks = [asyncio.create_task(desk.attempt(lane, right=True)) for lane in (SHARED, SHARED, ADA, ADA)]
    await asyncio.sleep(0)
    desk.turns.close()
    assert await asyncio.gather(*tasks) == ["", turns.ENDS, "", turns.ENDS]
