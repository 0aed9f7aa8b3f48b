# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of a real server during writes and closings: the short form of `make crash`."""

import secrets
from pathlib import Path

import pytest

from bench.crash import Campaign, Totals, finish
from bench.ledger import Broken, Ledger
from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import Segment
from tests.long_form import LONG
from tests.server.world import random_envelope

KILLS = 6 if LONG else 3


@pytest.mark.parametrize(
    "url", ["", pytest.param("postgres", marks=pytest.mark.postgres)], ids=["sqlite", "postgresql"]
)
def test_no_kill_loses_doubles_or_changes_an_envelope(tmp_path: Path, url: str, request: pytest.FixtureRequest) -> None:
    """After each SIGKILL every acknowledged envelope or blob is there once, unchanged, where its receipt says."""
    database = request.getfixturevalue("postgres_url") if url else ""
    totals = Totals()
    campaign = Campaign(tmp_path, database, totals, seed=secrets.randbits(32))
    for _ in range(KILLS):
        campaign.cycle()
    finish(campaign)
    assert totals.kills == KILLS
    assert totals.acknowledged > 0
    assert totals.checks >= totals.acknowledged
    assert totals.blobs > 0
    assert totals.blobs_checked >= totals.blobs


class TestLedger:
    """The ledger sees each way in which a promise can be broken."""

    def ledger(self) -> tuple[Ledger, list[bytes]]:
        ledger = Ledger()
        envelopes = sorted((random_envelope() for _ in range(3)), key=sha256)
        ledger.sent = {sha256(one) for one in envelopes}
        for one in envelopes:
            ledger.acknowledged(one, 5)
        return ledger, envelopes

    def segment(self, envelopes: list[bytes], period: int = 5, closed: bool = True) -> Segment:
        return Segment(bytes(16), period, closed, tuple(envelopes))

    def test_a_whole_segment_is_fine(self) -> None:
        """Nothing is said when every promise is kept."""
        ledger, envelopes = self.ledger()
        ledger.check([self.segment(envelopes), self.segment([], 6)])
        assert ledger.checked == 3

    def test_a_lost_envelope(self) -> None:
        """An acknowledged envelope that is missing."""
        ledger, envelopes = self.ledger()
        with pytest.raises(Broken, match="is in None"):
            ledger.check([self.segment(envelopes[1:])])

    def test_a_doubled_envelope(self) -> None:
        """The same envelope in two segments."""
        ledger, envelopes = self.ledger()
        with pytest.raises(Broken, match="in segments 5 and 6"):
            ledger.check([self.segment(envelopes), self.segment(envelopes[:1], 6)])

    def test_changed_bytes(self) -> None:
        """Bytes that nobody sent."""
        ledger, envelopes = self.ledger()
        with pytest.raises(Broken, match="nobody sent"):
            ledger.check([self.segment([*envelopes, random_envelope()])])

    def test_a_changed_segment(self) -> None:
        """A closed segment that was larger before."""
        ledger, envelopes = self.ledger()
        ledger.receipts.clear()
        ledger.check([self.segment(envelopes)])
        with pytest.raises(Broken, match="changed"):
            ledger.check([self.segment(envelopes[:2])])

    def test_another_receipt(self) -> None:
        """A second receipt that names another period."""
        ledger, envelopes = self.ledger()
        with pytest.raises(Broken, match="is now in 6"):
            ledger.acknowledged(envelopes[0], 6)
