# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a desk collects and publishes, as arithmetic."""

from dataclasses import replace

from hypothesis import given, strategies as st

from dropbox.protocol.policy import PRODUCTION
from journalist_ui.daemon.schedule import (
    next_collect,
    next_publish,
    publish_due,
    publish_instant,
    retry_after,
)

UNIT = st.binary(min_size=16, max_size=16)
POLICY = st.sampled_from([PRODUCTION, replace(PRODUCTION, period=5, collect=5)])
NOW = st.floats(1.6e9, 2e9)


@given(POLICY, UNIT, NOW)
def test_a_batch_is_due_once_a_period_from_its_instant_on(policy, unit, now) -> None:  # type: ignore[no-untyped-def]  # drawn
    """Before the instant nothing is due, from it on once, and the next is due at the next period's instant."""
    period = int(now // policy.period)
    instant = publish_instant(policy, unit, period)
    assert period * policy.period < instant < (period + 1) * policy.period
    assert publish_due(policy, unit, period - 1, now) == (now >= instant)
    assert not publish_due(policy, unit, period, now)
    following = next_publish(policy, unit, period, now)
    assert following == publish_instant(policy, unit, period + 1)
    assert publish_due(policy, unit, period, following)


@given(POLICY, UNIT, NOW)
def test_the_first_batch_and_one_after_an_absence_are_due_at_once(policy, unit, now) -> None:  # type: ignore[no-untyped-def]  # drawn
    """A desk with none on the board does not wait; one that was away waits for the instant, unless that is past."""
    assert publish_due(policy, unit, 0, now)
    late = publish_instant(policy, unit, int(now // policy.period)) + 0.001
    assert publish_due(policy, unit, int(now // policy.period) - 40, late)


@given(POLICY, UNIT)
def test_the_instant_is_the_same_every_period(policy, unit) -> None:  # type: ignore[no-untyped-def]  # drawn
    """It lies between a tenth and six tenths of the period, wherever the unit's id puts it."""
    shares = {round(publish_instant(policy, unit, period) / policy.period - period, 6) for period in (20_000, 20_001)}
    assert len(shares) == 1
    assert 0.1 <= shares.pop() <= 0.6


@given(POLICY, NOW, st.floats(0, 1, exclude_max=True))
def test_collecting_falls_once_into_each_stretch(policy, now, share) -> None:  # type: ignore[no-untyped-def]  # drawn
    """The next moment lies in the next stretch, and not before now."""
    moment = next_collect(policy, now, share)
    assert moment > now
    assert int(moment // policy.collect) in (int(now // policy.collect) + 1, int(now // policy.collect) + 2)


@given(st.integers(1, 200), st.floats(1, 3_600), st.floats(0, 1))
def test_retries_are_bounded(failures: int, longest: float, share: float) -> None:
    """Never nothing, never longer than the bound."""
    assert 0.5 < retry_after(failures, longest, share) <= longest
    assert retry_after(1, 60, share) <= 1
