# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months of a service in memory (campaign.py); the full size is ``make campaign N=…``."""

import pytest

from dropbox.flows.desk import collect, segments
from tests.flows.campaign import run


def test_troubled_months_lose_and_double_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 90 periods with desks killed between any two steps, away for days and restored from their backup, with
    sources away for up to 60 days, parts out of order, envelopes posted twice and replayed by the server: every message
    is at its desk once and nowhere else, every reply that was not lost with a vault is read once, no tag and no key is
    used twice, and neither source nor officer sees a false warning. Segments are read an envelope or two at a time and
    every part is made durable by itself, so that a desk is killed within a segment too."""
    monkeypatch.setattr(segments, "PORTION", 2)
    monkeypatch.setattr(collect, "MOST_CONTENTS", 1)
    counts = run(seed=11, periods=90)
    assert counts.messages > 10
    assert counts.replies > 30
    assert counts.cuts > 30
    assert counts.restores > 2


def test_quiet_months_deliver_everything() -> None:
    """With nothing going wrong, everything written is read within the run."""
    counts = run(seed=12, periods=60, trouble=0)
    assert counts.read == counts.replies > 10
