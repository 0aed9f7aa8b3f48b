# SPDX-License-Identifier: AGPL-3.0-or-later
"""Floods a real server on the production policy, and counts how many honest visits come through meanwhile.

    python -m bench.flood [--honest 100] [--every 10] [--after 300] [--only NAME …] [--postgres] [--tor N] [--list]

A row a flood: how many of the honest visits came through and how many read the board, their median and longest
seconds, the server's memory, what was taken, and what it cost the flooder in callers. Then, so many seconds after its
end, whether all is as before, and whether each envelope that has a receipt is in the segment that a unit fetches.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path
from statistics import median

from bench.flood_house import SMALL, Visit, honest_visits, make_house
from bench.flood_senders import Order, Spent
from bench.processes import QUOTAS
from tests.postgres import running_cluster
from tests.private_tor import private_network

CALLERS = 33
"""So many, sixteen connections each, are more than all that a server bears: 512."""
MEMORY = 110.0
"""MB that a server may hold while connections of one kind fill it."""
WORST = 200.0
"""MB whatever is done to it: a fifth of what ends it (deploy/systemd/server.service)."""
KEPT_OPEN = 8
"""Files and connections that a server may hold more than at its start: its database's, opened by need."""
AS_BEFORE = 2.5
"""Seconds of a visit that nothing keeps waiting: the client's own pause before the envelope is one of them."""


@dataclass(frozen=True)
class Flood:
    """What is sent, what was done before, and what is promised: ``share`` of the honest visits within ``within``
    seconds. ``design`` is what the simulation said, where there is one."""

    orders: tuple[Order, ...]
    within: float = 5.0
    share: float = 1.0
    emptied: bool = False
    large: bool = False
    memory: float = WORST
    design: str = ""

    @property
    def named(self) -> bool:
        """Whether the server is told of callers."""
        return self.orders[0].callers > 0

    @property
    def slow(self) -> bool:
        """Whether honest visits come one by one, and other floods may go on beside it."""
        return self.orders[0].kind == "fresh"


def _held(kind: str, within: float = 4.0, large: bool = False) -> dict[str, Flood]:
    """The same from as many callers as fill the house, and from one that is shared."""
    name = kind.replace("_", "-")
    return {
        f"{name}-{CALLERS}-callers": Flood((Order(kind, CALLERS),), within, large=large, memory=MEMORY),
        f"{name}-shared": Flood((Order(kind, 0, each=520),), within, large=large, memory=MEMORY),
    }


def _several(envelopes: int, held: int) -> tuple[Order, ...]:
    """Envelopes, half requests, slow readers and a corrupt unit's uploads, by so many connections of a caller."""
    kinds = ("half_heads", "half_bodies", "slow_readers")
    uploads = Order("uploads", 10, each=4, patience=30.0)
    return (Order("envelopes", 20, each=envelopes), *(Order(kind, CALLERS, each=held) for kind in kinds), uploads)


def _bought(rate: float, within: float, share: float, design: str = "", stubborn: bool = False) -> Flood:
    """Fresh callers, once all that is there at once is taken. They wait for their turn as long as one may."""
    order = Order("fresh", rate=rate, patience=65.0, stubborn=stubborn)
    return Flood((order,), within, share, emptied=True, design=design)


_FILES: Iterator[str] = repeat("")
"""Of no database a URL: each house has a file of SQLite."""

FLOODS = {
    "envelopes-1-caller": Flood((Order("envelopes", 1),)),
    "envelopes-50-callers": Flood((Order("envelopes", 50),)),
    "envelopes-50-callers-patient": Flood((Order("envelopes", 50, patience=65.0),)),
    "envelopes-50-callers-emptied": Flood((Order("envelopes", 50),), within=30.0, emptied=True),
    **_held("connections"),
    **_held("half_heads"),
    **_held("half_bodies"),
    **_held("slow_readers", large=True),
    **_held("least_readers", large=True),
    "uploads-of-a-corrupt-unit": Flood((Order("uploads", 50, each=4, patience=30.0),)),
    "slow-uploads-of-a-corrupt-unit": Flood((Order("slow_bodies", CALLERS),)),
    "all-at-once": Flood(_several(16, 4)),
    "all-at-once-below-the-limit": Flood(_several(8, 2)),
    "fresh-1-a-second": _bought(1, 30.0, 1.0, "all, half within 2 s, 99 % within 17 s"),
    "fresh-2-a-second": _bought(2, 65.0, 0.0, "all for 2.5 h, then one try in three"),
    "fresh-5-a-second": _bought(5, 65.0, 0.0, "all for 40 minutes, then one try in eight"),
    "fresh-1-a-second-stubborn": _bought(1, 30.0, 1.0, stubborn=True),
    "fresh-2-a-second-stubborn": _bought(2, 65.0, 0.0, stubborn=True),
}


@dataclass
class Row:
    """What one flood did."""

    name: str
    flood: Flood
    visits: list[Visit]
    spent: list[Spent]
    memory: float
    faults: list[str] = field(default_factory=list)
    """What was promised and not kept."""

    @property
    def through(self) -> int:
        """Visits whose envelope was taken."""
        return sum(one.taken for one in self.visits)

    def judge(self, patience: float) -> None:
        """Hold it against what is promised, on a machine that may be so many times as busy."""
        worst = max(one.seconds for one in self.visits)
        if self.through < self.flood.share * len(self.visits):
            self.faults.append(f"{len(self.visits) - self.through} visits did not come through")
        if not all(one.read for one in self.visits):
            self.faults.append(f"{sum(not one.read for one in self.visits)} visits could not read")
        if self.flood.share and worst > self.flood.within * patience:
            self.faults.append(f"the longest took {worst:.1f} s")
        if self.memory > self.flood.memory:
            self.faults.append(f"the server held {self.memory:.0f} MB")

    def __str__(self) -> str:
        seconds = [one.seconds for one in self.visits]
        answers: dict[str, int] = {}
        for spent in self.spent:
            for status, count in spent.answers.items():
                answers[status] = answers.get(status, 0) + count
        read = sum(one.read for one in self.visits)
        taken, callers = sum(one.taken for one in self.spent), sum(one.callers for one in self.spent)
        return (
            f"{self.name:33} {self.through:3} of {len(seconds)} through, {read} read; median {median(seconds):4.1f} s, "
            f"longest {max(seconds):4.1f} s; {self.memory:4.0f} MB; the flooder: {taken:,} taken for "
            f"{callers if self.flood.named else 'no'} callers, answers {answers}"
            + (f"; design: {self.flood.design}" if self.flood.design else "")
        )


class Flooded:
    """A house of its own for one flood; left running, to be looked at again later."""

    def __init__(self, name: str, url: str = "", patience: float = 1.0) -> None:
        self.name, self.flood, self._patience = name, FLOODS[name], patience
        self._stack = ExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="dropbox-flood-"))
        quotas = QUOTAS if self.flood.large else SMALL
        self.house = make_house(Path(folder), url, named=self.flood.named, quotas=quotas)
        self._serving = self._stack.enter_context(ExitStack())
        self._serving.enter_context(self.house.serving())
        self._before = [self.house.empty()] if self.flood.emptied else []
        self._files = self.house.files()
        self._ended = 0.0

    def run(self, honest: int, every: float) -> Row:
        """The flood, and honest visits during it."""
        files = self.house.bodies()
        spent: list[Spent] = []
        with ExitStack() as sending:
            for number, order in enumerate(self.flood.orders):
                sending.enter_context(self.house.flooded(replace(order, first=number << 16, files=files), spent))
            time.sleep(1)
            visits = asyncio.run(honest_visits(self.house, honest, every if self.flood.slow else 0.0))
        self._ended = time.monotonic()
        self.row = Row(self.name, self.flood, visits, [*self._before, *spent], self.house.memory())
        self.row.judge(self._patience)
        return self.row

    def look_again(self, after: float) -> None:
        """So many seconds after the flood's end: is all as before, and each envelope with a receipt there?"""
        time.sleep(max(0.0, self._ended + after - time.monotonic()))
        visits, faults = asyncio.run(honest_visits(self.house, 3)), self.row.faults
        if not all(one.taken for one in visits) or max(one.seconds for one in visits) > AS_BEFORE * self._patience:
            faults.append(f"{after:.0f} s later visits took {max(one.seconds for one in visits):.1f} s")
        if (left := self.house.files() - self._files) > KEPT_OPEN:
            faults.append(f"{after:.0f} s later {left} connections were left")
        self._serving.close()
        with self.house.serving():  # it shows what it stored when it starts
            if lost := self.house.receipts - self.house.stored():
                faults.append(f"{len(lost)} of {len(self.house.receipts)} envelopes with a receipt are lost")
        if log := (self.house.folder / "server.log").read_text().splitlines():
            faults.append(f"the server logged {len(log)} lines, the last: {log[-1][:100]}")

    def close(self) -> None:
        """End its server, and remove it."""
        self._stack.close()


def campaign(
    names: list[str], honest: int, every: float = 10.0, after: float = 300.0, urls: Iterator[str] = _FILES
) -> list[Row]:
    """Each flood on a server of its own, one after the other; those of slow rates side by side. Prints the rows."""
    with ExitStack() as stack, ThreadPoolExecutor(max(1, len(names))) as beside:
        done: list[Flooded] = []
        running: list[Future[Row]] = []
        for name in sorted(names, key=lambda one: FLOODS[one].slow):
            one = Flooded(name, next(urls))
            stack.callback(one.close)
            done.append(one)
            if one.flood.slow:
                running.append(beside.submit(one.run, honest, every))
            else:
                print(one.run(honest, every), flush=True)
        for row in running:
            print(row.result(), flush=True)
        for one in done:
            one.look_again(after)
        for one in done:
            for fault in one.row.faults:
                print(f"{one.name}: MISSED: {fault}", flush=True)
        return [one.row for one in done]


def over_tor(circuits: int) -> None:
    """So many honest visits at once, each by a circuit of a private Tor network; prints how many came through."""
    with tempfile.TemporaryDirectory(prefix="dropbox-flood-") as folder:
        house = make_house(Path(folder))
        with house.serving(), private_network(house.socket) as tor:
            visits = asyncio.run(honest_visits(house, circuits, wide=circuits, tor=tor))
    seconds = [one.seconds for one in visits]
    print(
        f"over Tor: {sum(one.taken for one in visits)} of {circuits} circuits at once through; "
        f"median {median(seconds):.1f} s, longest {max(seconds):.1f} s",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Flood a server and count the honest visits that come through.")
    parser.add_argument("--honest", type=int, default=100, help="visits during each flood")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between them, where callers are bought")
    parser.add_argument("--after", type=float, default=300.0, help="seconds until each server is looked at again")
    parser.add_argument("--only", action="extend", nargs="+", choices=list(FLOODS), metavar="NAME")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL in place of SQLite")
    parser.add_argument("--tor", type=int, metavar="N", help="instead N visits at once over a private Tor network")
    parser.add_argument("--list", action="store_true", help="name the floods")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if chosen.list:
        print("\n".join(FLOODS))
        return
    if chosen.tor:
        over_tor(chosen.tor)
        return
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster(durable=True)) if chosen.postgres else None
        urls = iter(lambda: stack.enter_context(cluster.database()) if cluster else "", None)
        rows = campaign(chosen.only or list(FLOODS), chosen.honest, chosen.every, chosen.after, urls)
    sys.exit(1 if any(row.faults for row in rows) else 0)


if __name__ == "__main__":
    main()
