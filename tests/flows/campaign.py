# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long simulated runs of a whole service in memory: sources, desks and a server over many periods.

Run one by hand: ``python -m tests.flows.campaign --runs 20 --periods 150``. Everything that happens follows from the
seed. What must hold is checked as it happens and at the end (campaign_checks.py); a breach names seed and period.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from dropbox.flows.desk.collect import collect
from dropbox.flows.desk.publish_batch import publish_batch
from tests.flows.campaign_acts import desk_acts, make_visit, replay, restore, source_acts
from tests.flows.campaign_checks import check_delivered, check_fresh
from tests.flows.campaign_world import Counts, World, make_world, pause, retire

LEAVES = "east"
"""The unit that is paused in every other troubled run, and then retired."""
QUIET = 25
"""Periods at the end in which everything arrives."""


def run(seed: int, periods: int = 150, trouble: float = 1.0) -> Counts:
    """One run, then a quiet time in which everything arrives; checks every promise at the end. Nothing goes wrong where
    ``trouble`` is 0."""
    world = make_world(seed, units=4 if trouble and seed % 2 else 3)
    world.trouble = trouble
    try:
        _live(world, periods)
        _settle(world)
        check_delivered(world)
        check_fresh(world)
    except AssertionError as breach:
        raise AssertionError(f"seed {seed}, period {world.now}: {breach}") from None
    world.counts.cuts = sum(disk.cuts for disk in world.desks.values())
    return world.counts


def _live(world: World, periods: int) -> None:
    troubled = world.trouble > 0
    for number in range(periods):
        # Before anybody is warned of the list's end.
        if number % 30 == 29:
            world.sign(lambda directory: directory)
        if troubled and number % 25 == 24:
            restore(world, world.random.choice(list(world.desks)))
        for source in world.sources:
            if world.now >= source.away_until and world.chance(0.5):
                source_acts(world, source)
        replay(world)
        for slug in world.desks:
            desk_acts(world, slug, troubled)
        if LEAVES in world.desks:
            _leave(world, number, periods)
        world.service.twin.advance()


def _leave(world: World, number: int, periods: int) -> None:
    """A unit is paused after two thirds of a run, and retired after four fifths."""
    if number == 2 * periods // 3:
        pause(world, LEAVES)
    if number == 4 * periods // 5:
        retire(world, LEAVES)
        world.counts.retired += 1


def _settle(world: World) -> None:
    """Quiet periods with every desk there, room on every board and nobody writing; each source reads every day."""
    for slug, disk in world.desks.items():
        disk.away_until = 0
        if disk.ended is None:
            world.change_unit(slug, rows=32, marks=64)
    for _ in range(QUIET):
        for disk in world.desks.values():
            twin = world.service.twin
            disk.run(world.service, collect(disk.desk.context, twin.clock), None)
            disk.run(world.service, publish_batch(disk.desk.context, twin.clock, world.random.randbytes), None)
            disk.expected = set()
        world.service.twin.advance()
        for source in world.sources:
            make_visit(world, source, None)


def main() -> None:
    """Every broken rule of mutants.py, then several runs side by side, and their sums; exit 1 when one went
    unnoticed."""
    from tests.flows.mutants import MUTANTS, Mutant

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--periods", type=int, default=150)
    parser.add_argument("--first-seed", type=int, default=1)
    chosen = parser.parse_args()
    total, missed = Counts(), 0
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.runs)
    with ProcessPoolExecutor() as processes:
        for mutant, why in zip(MUTANTS, processes.map(Mutant.caught, MUTANTS), strict=True):
            missed += not why
            print(f"broken on purpose, {mutant.name}: {why or 'NOT NOTICED'}", flush=True)
        for counts in processes.map(partial(run, periods=chosen.periods), seeds):
            for name, value in vars(counts).items():
                setattr(total, name, getattr(total, name) + value)
    print(
        f"{chosen.runs} runs of {chosen.periods} periods; nothing lost, no key or tag used twice, nothing told falsely"
    )
    for name, value in vars(total).items():
        print(f"  {name.replace('_', ' '):24}{value:>10,}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
