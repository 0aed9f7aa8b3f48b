# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs of files: let in together or not at all, kept before the answer, handed out whole once their period closed."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.blobs import (
    BLOBS_HEADER,
    BlobsHead,
    Pass,
    blob_id,
    blobs_size,
    chunks,
    parse_blobs_head,
    parse_pass,
)
from dropbox.protocol.constants import BLOB, BLOBS_CHUNK
from dropbox.protocol.wire import parse_receipt
from dropbox.server.passes import IDLE, LONGEST, Passes
from dropbox.server.supply import Supply
from tests.server.service import Clock, Running, running
from tests.server.world import POLICY, START, World


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


async def admitted(server: Running, blobs: int) -> str:
    """The address to which so many blobs may be posted."""
    return f"/v1/blobs/{parse_pass((await server.admit(blobs)).body).name.hex()}"


async def send(server: Running, count: int) -> list[bytes]:
    """So many random blobs, by one pass."""
    path = await admitted(server, count)
    sent = [secrets.token_bytes(BLOB) for _ in range(count)]
    for blob in sent:
        seen = await server.post(path, blob)
        assert parse_receipt(seen.body).id == blob_id(blob)
    return sent


async def fetched(server: Running, period: int) -> bytes:
    """All chunks of a period, one after another."""
    desk = server.world.desks[0]
    whole = (await server.chunk(desk, period, 0)).body
    head = BlobsHead(server.world.service_id, period, int.from_bytes(whole[BLOBS_HEADER - 4 : BLOBS_HEADER], "big"))
    for chunk in range(1, chunks(head.size)):
        whole += (await server.chunk(desk, period, chunk)).body
    return whole


async def test_a_closed_period_hands_out_every_blob_once_sorted(server: Running) -> None:
    """Over several chunks; before the close nothing is shown, and whoever asks later gets the same bytes."""
    sent = await send(server, 20)
    assert (await server.chunk(server.world.desks[0], START, 0)).json["code"] == "future"
    server.clock.set_period(START + 1)
    await server.tick()
    whole = await fetched(server, START)
    found = parse_blobs_head(whole[:BLOBS_HEADER], len(whole))
    assert (found.service_id, found.period, found.count) == (server.world.service_id, START, 20)
    blobs = [whole[at : at + BLOB] for at in range(BLOBS_HEADER, len(whole), BLOB)]
    assert blobs == sorted(sent, key=lambda blob: blob_id(blob))
    desk = server.world.desks[1]
    assert len((await server.chunk(desk, START, 0)).body) == BLOBS_CHUNK
    assert (await server.chunk(desk, START, 1)).body == whole[BLOBS_CHUNK:]
    assert (await server.chunk(desk, START, 2)).json["code"] == "unknown-path"
    assert await server.store.blob_ids(START) == []


async def test_a_period_without_blobs_is_a_head_alone(server: Running) -> None:
    """And one that is kept no more is refused."""
    server.clock.set_period(START + 1)
    await server.tick()
    assert await fetched(server, START) == BlobsHead(server.world.service_id, START, 0).encode()
    assert not list(server.config.blobs.iterdir())
    assert (await server.chunk(server.world.desks[0], START - 1, 0)).json["code"] == "expired"


async def test_the_same_blob_again_gets_the_same_receipt(server: Running) -> None:
    """Spent pass or closed period: it is kept once. Another blob by a spent pass is refused before it is stored."""
    path = await admitted(server, 1)
    blob = secrets.token_bytes(BLOB)
    first = await server.post(path, blob)
    assert (await server.post(path, blob)).body == first.body
    assert (await server.post(path, secrets.token_bytes(BLOB))).json["code"] == "pass-gone"
    server.clock.set_period(START + 1)
    await server.tick()
    assert (await server.post(path, blob)).body == first.body
    assert await server.store.blob_ids(START + 1) == []
    other = await admitted(server, 1)
    late = await server.post(other, secrets.token_bytes(BLOB))
    assert parse_receipt(late.body).period == START + 1


async def test_a_signature_for_another_chunk_opens_nothing(server: Running) -> None:
    """Each chunk is asked for by a signature of its own."""
    await send(server, 1)
    server.clock.set_period(START + 1)
    await server.tick()
    desk = server.world.desks[0]
    good = await server.chunk(desk, START, 0)
    assert len(good.body) == blobs_size(1)
    for period, chunk in ((START, 1), (START - 1, 0)):
        other = await server.chunk(desk, period, chunk)
        assert other.json["code"] in ("unknown-path", "expired")
    seen = await server.get(f"/v1/blobs/{START}/0", dropbox_unit=desk.unit.unit_id.hex(), dropbox_signature="00" * 64)
    assert seen.json["code"] == "unsigned"


async def test_retention_removes_rows_ids_and_objects(server: Running) -> None:
    """As with envelopes, and not before."""
    (blob,) = await send(server, 1)
    for later in range(1, POLICY.retention + 1):
        server.clock.set_period(START + later)
        await server.tick()
        assert await server.store.kept_blob(blob_id(blob)) == START
    server.clock.set_period(START + POLICY.retention + 1)
    await server.tick()
    assert await server.store.kept_blob(blob_id(blob)) is None
    assert not list(server.config.blobs.iterdir())


async def test_files_show_no_time_finer_than_the_period(server: Running) -> None:
    """The object of a period bears the first second of it."""
    await send(server, 2)
    server.clock.set_period(START + 1)
    await server.tick()
    (found,) = server.config.blobs.iterdir()
    assert found.stat().st_mtime == START * POLICY.period
    assert found.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("step", ["seal", "write", "close", "scrub", "keep_only"])
@pytest.mark.parametrize("after", [False, True])
async def test_every_cut_in_a_closing_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    """Cut off before or after any step, the next start closes the period with the very same blobs."""
    world = World()
    clock = Clock(world)
    async with running(tmp_path, world, clock=clock) as server:
        sent = await send(server, 3)
        publisher = server.service.publisher
        assert publisher is not None
        owner = publisher._objects if step in ("write", "keep_only") else server.store
        done = getattr(owner, step)
        cuts = 0

        async def cut(*arguments: object) -> None:
            nonlocal cuts
            if after:
                await done(*arguments)
            cuts += 1
            raise asyncio.CancelledError

        monkeypatch.setattr(owner, step, cut)
        clock.set_period(START + 1)
        with suppress(asyncio.CancelledError):
            await server.tick()
        assert cuts
        monkeypatch.undo()
    (tmp_path / "data/blobs/1.tmp").write_bytes(b"half")
    async with running(tmp_path, world, clock=clock) as server:
        whole = await fetched(server, START)
        assert sorted(whole[at : at + BLOB] for at in range(BLOBS_HEADER, len(whole), BLOB)) == sorted(sent)
        assert {path.name for path in server.config.blobs.iterdir()} == {f"{START}.bin"}


async def test_a_wrong_clock_is_taken_back_with_its_blobs(server: Running) -> None:
    """What was closed ahead waits again, whole, and closes with its right period."""
    sent = await send(server, 2)
    bodies = sorted(sent, key=lambda blob: blob_id(blob))
    server.clock.set_period(START + 1)
    await server.tick()
    await server.store.take_back(START, iter(()), iter(bodies))
    assert await server.store.blobs(await server.store.blob_ids(START)) == bodies
    assert await server.store.blob_periods() == []


async def test_an_upload_is_let_in_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 128 blobs a period gives a first upload 64 and the next none; a small one still fits. What lapses is free."""
    monkeypatch.setattr("dropbox.server.turns.LONGEST_WAIT", 0.0)
    monkeypatch.setattr("dropbox.server.supply.AT_ONCE", 1)
    policy = replace(POLICY, blobs_per_period=130)
    async with running(tmp_path, World(policy=policy)) as server:
        for _ in range(2):
            assert (await server.admit(64)).status == 200
        assert (await server.admit(64)).json["code"] == "try-later"
        assert (await server.admit(1)).status == 200
        blobs = server.service.blobs
        blobs._passes.lapse(asyncio.get_running_loop().time() + IDLE)
        assert len(blobs._passes) == 0
        assert (await server.admit(64)).status == 200


async def test_the_cap_of_a_period(tmp_path: Path) -> None:
    """However many passes there were, a period keeps so many; what was refused costs its pass nothing."""
    async with running(tmp_path, World(policy=replace(POLICY, blobs_per_period=40))) as server:
        path = await admitted(server, 4)
        for _ in range(40):
            await server.store.put_blob(secrets.token_bytes(32), b"x", START, 40)
        assert (await server.post(path, secrets.token_bytes(BLOB))).json["code"] == "try-later"
        server.clock.set_period(START + 1)
        await server.tick()
        assert (await server.post(path, secrets.token_bytes(BLOB))).status == 200


async def test_a_service_that_takes_no_files(tmp_path: Path) -> None:
    """Whose policy says so lets no blob in."""
    async with running(tmp_path, World(policy=replace(POLICY, blobs_per_period=0))) as server:
        assert (await server.admit(1)).json["code"] == "try-later"


async def test_the_disk_reserve_stands(server: Running) -> None:
    """Where the disk has no room for all that an upload takes until its period is wiped, none of it is let in."""
    server.service.shelf.room = 63 * BLOB * 3
    assert (await server.admit(64)).json["code"] == "try-later"
    assert (await server.admit(32)).status == 200


def test_a_pass_lapses_and_gives_back_what_was_left() -> None:
    """By idling, but not while a blob is read; after an hour in any case; each once."""
    back: list[int] = []
    passes = Passes(secrets.token_bytes)
    one = passes.give(8, 0.0, back.append)
    assert isinstance(one, Pass)
    assert passes.take(one.name)
    assert passes.begin(one.name, 100.0)
    assert passes.knows(one.name, 100.0 + IDLE)
    passes.end(one.name, 300.0)
    assert passes.knows(one.name, 299.0 + IDLE)
    assert not passes.knows(one.name, 300.0 + IDLE)
    assert back == [7]
    long = passes.give(2, 0.0, back.append)
    passes.begin(long.name, 1.0)
    assert not passes.knows(long.name, LONGEST)
    assert back == [7, 2]
    passes.end(long.name, LONGEST)
    assert not passes.begin(secrets.token_bytes(16), LONGEST)


def test_no_more_than_a_pass_says() -> None:
    """What was not stored may be posted again."""
    passes = Passes(secrets.token_bytes)
    name = passes.give(1, 0.0, lambda left: None).name
    assert passes.take(name)
    assert not passes.take(name)
    passes.untake(name)
    assert passes.take(name)


def test_of_one_pass_two_blobs_are_read_at_a_time() -> None:
    """A third waits until one of them has ended; those of other passes do not."""
    passes = Passes(secrets.token_bytes)
    one, other = (passes.give(64, 0.0, lambda left: None).name for _ in range(2))
    assert [passes.begin(one, 1.0) for _ in range(3)] == [True, True, False]
    assert passes.begin(other, 1.0)
    passes.end(one, 2.0)
    assert passes.begin(one, 2.0)


async def test_who_posts_many_at_a_time_by_one_pass_is_told_to_wait(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a third is read while two are; afterwards each is taken."""
    path = await admitted(server, 4)
    reading, open_door, put = asyncio.Semaphore(0), asyncio.Event(), server.store.put_blob

    async def slow(*arguments: object) -> object:
        reading.release()
        await open_door.wait()
        return await put(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(server.store, "put_blob", slow)
    sent = [secrets.token_bytes(BLOB) for _ in range(3)]
    begun = [asyncio.ensure_future(server.post(path, blob)) for blob in sent[:2]]
    async with asyncio.timeout(20):
        for _ in begun:
            await reading.acquire()
    assert (await server.post(path, sent[2])).json["code"] == "try-later"
    open_door.set()
    assert [(await one).status for one in begun] == [200, 200]
    assert (await server.post(path, sent[2])).status == 200


async def test_the_same_blob_twice_at_a_time_uses_one(server: Running) -> None:
    """Both get the receipt, and a pass for two lets another one in."""
    path = await admitted(server, 2)
    blob = secrets.token_bytes(BLOB)
    first, second = await asyncio.gather(server.post(path, blob), server.post(path, blob))
    assert (first.status, first.body) == (200, second.body)
    assert (await server.post(path, secrets.token_bytes(BLOB))).status == 200
    assert (await server.post(path, secrets.token_bytes(BLOB))).json["code"] == "pass-gone"


async def test_what_passes_still_owe_is_taken_off_the_room(server: Running) -> None:
    """Room for 64 is given away once; it is free again when the pass lapses."""
    server.service.shelf.room = 64 * BLOB * 3
    path = await admitted(server, 33)
    assert (await server.admit(32)).json["code"] == "try-later"
    assert (await server.admit(31)).status == 200
    assert (await server.post(path, secrets.token_bytes(BLOB))).status == 200
    server.service.blobs._passes.lapse(asyncio.get_running_loop().time() + IDLE)
    assert (await server.admit(64)).status == 200


def test_what_lapses_in_the_next_period_leaves_what_is_spent_of_it() -> None:
    """A period never gives more than it has."""
    supply = Supply(common_part=2, least_at_once=64)
    supply.begin(5, 128, 100.0, 500.0, 0)
    bucket = supply.common
    assert bucket.take(40)
    turned = bucket.turned
    supply.turn_to(6, 128, 100.0)
    assert bucket.take(20)
    bucket.give_back(40, turned)
    assert bucket.spent == 20
    bucket.give_back(5, bucket.turned)
    assert bucket.spent == 15
