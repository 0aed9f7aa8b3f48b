# SPDX-License-Identifier: AGPL-3.0-or-later
"""A service of several processes: some answer, one publishes, and both meet in the store and the objects alone."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

from dropbox.protocol.primitives import sha256
from dropbox.protocol.wire import parse_receipt, parse_segment
from dropbox.server.app import Service, assemble
from dropbox.server.config import PUBLISHER, WORKER, ServerConfig
from dropbox.server.store.local_objects import LocalObjects
from dropbox.server.store.postgres import PostgresDatabase
from dropbox.server.store.schema import upgrade
from dropbox.server.store.sql import SqlStore, open_store
from tests.server.service import Clock, Running, make_config, running
from tests.server.test_serve import port, refusal, serve, write
from tests.server.world import START, World, random_envelope

ENVELOPES = "/v1/envelopes"


@asynccontextmanager
async def publishing(config: ServerConfig, clock: Clock) -> AsyncIterator[Service]:
    """A process that only publishes, turned by the test."""
    store = open_store(config.database)
    service = assemble(replace(config, role=PUBLISHER), store, LocalObjects(config.data_dir), clock)
    try:
        yield service
    finally:
        await store.close_store()


async def turn(clock: Clock, period: int, publisher: Service, *workers: Running) -> None:
    clock.set_period(period, 11)
    await publisher.turn()
    for worker in workers:
        await worker.service.turn()


async def test_two_answer_and_one_publishes(tmp_path: Path, postgres_url: str) -> None:
    """What either accepted is in the one segment that both serve; where the publisher goes, the one that waits goes
    on; no second publishes meanwhile; a first batch is shown at the publisher's next turn."""
    world = World()
    clock = Clock(world)
    config = make_config(tmp_path, world, postgres_url)
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(running(tmp_path, world, url=postgres_url, clock=clock, role=WORKER))
            for _ in "ab"
        ]
        assert (await one.get("/v1/board")).json["code"] == "not-ready"
        waiting = await stack.enter_async_context(publishing(config, clock))
        async with publishing(config, clock) as publisher:
            await turn(clock, START, publisher, one, other)
            await waiting.turn()
            assert (publisher.alone, waiting.alone) == (True, False)
            sent = [random_envelope() for _ in range(6)]
            for at, envelope in enumerate(sent):
                seen = await (one, other)[at % 2].post(ENVELOPES, envelope)
                assert parse_receipt(seen.body).period == START
            upload = world.upload(world.desks[0], START)
            assert (await one.post("/v1/batches", upload.encode())).status == 200
            assert upload.batch.encode() not in (await other.get("/v1/board")).body
            await turn(clock, START, publisher, one, other)
            assert upload.batch.encode() in (await other.get("/v1/board")).body
        await turn(clock, START + 1, waiting, one, other)
        assert waiting.alone
        for worker in (one, other):
            segment = parse_segment((await worker.segment(world.desks[0], START)).body)
            assert segment.closed
            assert segment.envelopes == tuple(sorted(sent, key=sha256))


async def test_no_clock_of_a_process_that_answers_leads_ahead(tmp_path: Path, postgres_url: str) -> None:
    """With its clock a year ahead it keeps an envelope for the next period at the latest, where desks find it."""
    world = World()
    right, wrong = Clock(world), Clock(world)
    async with (
        running(tmp_path, world, url=postgres_url, clock=wrong, role=WORKER) as worker,
        publishing(make_config(tmp_path, world, postgres_url), right) as publisher,
    ):
        await turn(right, START, publisher, worker)
        wrong.set_period(START + 10_000)
        assert parse_receipt((await worker.post(ENVELOPES, random_envelope())).body).period == START + 1


async def test_what_was_closed_this_moment_is_still_answered(tmp_path: Path, postgres_url: str) -> None:
    """A process that has not yet taken up what is shown now answers what was asked all the same."""
    world = World()
    clock = Clock(world)
    async with (
        running(tmp_path, world, url=postgres_url, clock=clock, role=WORKER) as worker,
        publishing(make_config(tmp_path, world, postgres_url), clock) as publisher,
    ):
        await turn(clock, START, publisher, worker)
        sent = random_envelope()
        await worker.post(ENVELOPES, sent)
        clock.set_period(START, 51)
        await publisher.turn()
        await worker.service.turn()
        for period in (START + 1, START + 2):
            await turn(clock, period, publisher)
        # Its own table of what is shown is two periods old.
        assert parse_segment((await worker.segment(world.desks[0], START)).body).envelopes == (sent,)
        assert (await worker.get("/v1/board")).status == 200


def answers(line: str) -> bool:
    """Whether the process that printed this line answers within ten seconds; a worker first takes up what is shown."""
    for _ in range(100):
        with closing(HTTPConnection("127.0.0.1", port(line), timeout=10)) as connection:
            connection.request("GET", "/v1/intake")
            if connection.getresponse().status == 200:
                return True
        time.sleep(0.1)
    return False


def test_roles_as_processes(tmp_path: Path) -> None:
    """From one file and one folder: a process that publishes says so, one beside it answers, a second that would
    publish is refused."""
    world = World()
    world.policy = replace(world.policy, period=3_600)
    config = make_config(tmp_path, world)
    upgrade(config.database)

    async def publish() -> None:
        store = open_store(config.database)
        await store.add_directory(1, world.sign_directory(int(time.time() // 3_600)))
        await store.close_store()

    asyncio.run(publish())
    write(replace(config, role=PUBLISHER))
    with serve(config) as (publisher, line):
        assert line == "listening on nothing: it publishes\n"
        assert "another server runs" in refusal(config)
        write(replace(config, role=WORKER))
        with serve(config) as (worker, line):
            assert answers(line)
            worker.send_signal(signal.SIGTERM)
            assert worker.communicate(timeout=20) == ("", "")
        publisher.send_signal(signal.SIGTERM)
        assert publisher.communicate(timeout=20) == ("", "")


async def test_a_publisher_that_comes_back_knows_nothing_of_before(tmp_path: Path, postgres_url: str) -> None:
    """It lost its place, another published and ended: what it shows then is what there is, with a board."""
    world = World()
    clock = Clock(world)
    config = make_config(tmp_path, world, postgres_url)
    async with (
        running(tmp_path, world, url=postgres_url, clock=clock, role=WORKER) as worker,
        publishing(config, clock) as publisher,
    ):
        await turn(clock, START, publisher, worker)
        assert isinstance(publisher.store, SqlStore)
        assert isinstance(publisher.store.database, PostgresDatabase)
        await publisher.store.database._let_go()
        async with publishing(config, clock) as other:
            await turn(clock, START + 1, other, worker)
            await publisher.turn()
            assert (other.alone, publisher.alone) == (True, False)
        clock.set_period(START + 1, 25)
        await publisher.turn()
        await worker.service.turn()
        assert publisher.alone
        assert (await worker.get("/v1/board")).status == 200


async def test_the_cap_holds_over_all_that_answer(tmp_path: Path, postgres_url: str) -> None:
    """Each counts afresh at each turn what the others kept."""
    world = World()
    world.policy = replace(world.policy, intake_per_period=5)
    clock = Clock(world)
    async with AsyncExitStack() as stack:
        workers = [running(tmp_path, world, url=postgres_url, clock=clock, role=WORKER) for _ in range(2)]
        one, other = [await stack.enter_async_context(worker) for worker in workers]
        publisher = await stack.enter_async_context(publishing(make_config(tmp_path, world, postgres_url), clock))
        await turn(clock, START, publisher, one, other)
        codes = []
        for _ in range(5):
            for worker in (one, other):
                codes.append((await worker.post(ENVELOPES, random_envelope())).status)
                await one.service.turn()
                await other.service.turn()
        assert codes == [200] * 5 + [503] * 5


async def test_a_worker_whose_clock_is_behind_takes_the_batch_of_now(tmp_path: Path, postgres_url: str) -> None:
    """It follows the publisher's period, not a clock that was put right since."""
    world = World()
    right, wrong = Clock(world), Clock(world)
    wrong.set_period(START - 5)
    async with (
        running(tmp_path, world, url=postgres_url, clock=wrong, role=WORKER) as worker,
        publishing(make_config(tmp_path, world, postgres_url), right) as publisher,
    ):
        await turn(right, START, publisher, worker)
        upload = world.upload(world.desks[0], START)
        assert (await worker.post("/v1/batches", upload.encode())).status == 200
        assert (await worker.segment(world.desks[0], START)).status == 200
