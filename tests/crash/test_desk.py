# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of a real desk while it collects and publishes: the short form of `make crash`."""

import secrets
from pathlib import Path

import pytest

from bench.crash_desk import DeskTotals, open_campaign
from bench.desk_ledger import DeskLedger
from bench.ledger import Broken

# Real processes: on a busy machine they take their time.
pytestmark = pytest.mark.timeout(1_200)

KILLS = 4
MOST_KILLS = 8
"""When the first kills all come before an officer could write, a few more wait until there is a reply to lose."""
REPLIES = 3


def test_no_kill_loses_or_doubles_what_a_desk_promised(tmp_path: Path) -> None:
    """After each SIGKILL the vault holds each report of a processed period once and unchanged; at the end each
    accepted reply was read by its source once, and no source had anything to say against the board."""
    totals = DeskTotals()
    with open_campaign(tmp_path, totals, secrets.randbits(32), REPLIES) as campaign:
        while totals.kills < KILLS or (not campaign.ledger.accepted and totals.kills < MOST_KILLS):
            campaign.cycle(patient=totals.kills >= KILLS)
        campaign.finish()
        assert campaign.ledger.accepted
        assert campaign.ledger.done
        assert campaign.ledger.open_ends() == []
    assert totals.kills >= KILLS
    assert totals.checks >= totals.reports > 0


class TestDeskLedger:
    """The ledger sees each way in which a desk's promise can be broken."""

    def ledger(self) -> DeskLedger:
        ledger = DeskLedger(sent={"one", "two"}, acknowledged={"one": 5, "two": 6}, tried={"re one": "one"})
        ledger.accepted = {"re one"}
        return ledger

    def test_kept_promises_are_fine(self) -> None:
        """Nothing is said, and nothing is left open, when everything arrived."""
        ledger = self.ledger()
        ledger.check_vault(["one"], 5)
        ledger.check_vault(["one", "two"], 6)
        assert ledger.checked == 3
        assert ledger.check_read("one", {1: "re one"})
        assert not ledger.check_read("one", {1: "re one"})
        for report in ("one", "two"):
            ledger.check_collected(report, 1)
        ledger.check_batch(5, b"five", [b"a", b"b"])
        ledger.check_batch(5, b"five", [b"a", b"b"])
        ledger.check_batch(6, b"six", [b"c"])
        assert ledger.open_ends() == []

    def test_an_act_is_done_whole_or_not_at_all(self) -> None:
        """One that was answered is there; a link stands in both cases; what nobody did is nowhere."""
        ledger = self.ledger()
        ledger.asked, ledger.done = {"why": 1, "joined": 2, "cut off": 2}, {"why", "joined"}
        ledger.check_acts(["why", "joined", "joined"])
        ledger.check_acts(["why", "joined", "joined", "cut off", "cut off"])
        for found in (
            ["joined", "joined"],
            ["why", "joined"],
            ["why", "joined", "joined", "cut off"],
            ["why", "joined", "joined", "of nobody"],
        ):
            with pytest.raises(Broken):
                ledger.check_acts(found)

    def test_a_case_is_where_it_was_put(self) -> None:
        """Either place while an answer is out, then one alone; and out of the flood box for good."""
        ledger = self.ledger()
        ledger.shelves, ledger.taken = {1: {"", "junk"}, 2: {"junk"}}, {3}
        for found in ({1: "", 2: "junk", 3: ""}, {1: "junk", 2: "junk", 3: "", 4: ""}):
            ledger.check_shelves(found)
        for broken in ({1: "", 2: "", 3: ""}, {1: "closed", 2: "junk", 3: ""}, {2: "junk", 3: ""}, {1: "", 2: "junk"}):
            with pytest.raises(Broken):
                ledger.check_shelves(broken)

    def test_what_has_not_arrived_is_open(self) -> None:
        """Two reports not counted and a reply not read."""
        ledger = self.ledger()
        assert ledger.open_ends() == ["2 acknowledged reports not counted by the unit", "1 accepted replies not read"]

    @pytest.mark.parametrize(
        ("texts", "through", "why"),
        [
            (["two"], 5, "not in the vault"),
            (["one", "one"], 5, "2 times"),
            (["one", "changed"], 5, "nobody sent"),
        ],
        ids=["lost", "doubled", "changed"],
    )
    def test_a_broken_vault(self, texts: list[str], through: int, why: str) -> None:
        """A report of a processed period that is missing, one that is there twice, one that nobody wrote."""
        with pytest.raises(Broken, match=why):
            self.ledger().check_vault(texts, through)

    def test_a_report_that_goes_again(self) -> None:
        """A report that the vault held after an earlier kill, processed or not."""
        ledger = self.ledger()
        ledger.check_vault(["one", "two"], 5)
        with pytest.raises(Broken, match="gone"):
            ledger.check_vault(["one"], 5)

    @pytest.mark.parametrize(
        ("texts", "why"),
        [({1: "re one", 2: "re one"}, "as two"), ({1: "changed"}, "no officer"), ({1: "re two"}, "no officer")],
        ids=["doubled", "changed", "another's"],
    )
    def test_a_broken_reply(self, texts: dict[int, str], why: str) -> None:
        """A reply under two numbers, one that nobody wrote, one that was written to somebody else."""
        ledger = self.ledger()
        ledger.tried["re two"] = "two"
        with pytest.raises(Broken, match=why):
            ledger.check_read("one", texts)

    def test_a_number_that_changes(self) -> None:
        """A number that held another reply before."""
        ledger = self.ledger()
        ledger.tried["again"] = "one"
        ledger.check_read("one", {1: "re one"})
        with pytest.raises(Broken, match="has changed"):
            ledger.check_read("one", {1: "again"})

    def test_a_report_counted_twice(self) -> None:
        """A unit that says it has two messages of a source that sent one."""
        with pytest.raises(Broken, match="counted 2 times"):
            self.ledger().check_collected("one", 2)

    def test_a_replaced_batch(self) -> None:
        """Another batch in a period's place."""
        ledger = self.ledger()
        ledger.check_batch(5, b"five", [b"a"])
        with pytest.raises(Broken, match="replaced"):
            ledger.check_batch(5, b"other", [b"b"])

    def test_a_tag_that_stands_twice(self) -> None:
        """In one batch, or in two."""
        with pytest.raises(Broken, match="stood"):
            self.ledger().check_batch(5, b"five", [b"a", b"a"])
        ledger = self.ledger()
        ledger.check_batch(5, b"five", [b"a"])
        with pytest.raises(Broken, match="stood"):
            ledger.check_batch(6, b"six", [b"a"])
