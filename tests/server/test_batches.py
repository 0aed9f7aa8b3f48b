# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which batches the server takes, and what it answers for the others."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol import labels
from dropbox.protocol.anchors import Head, SignedHead
from dropbox.protocol.batches import Batch, Upload, parse_board
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.primitives import ed25519_sign, sha256
from dropbox.protocol.proofs import prove_unit
from dropbox.protocol.units import BoardPlace
from tests.server.service import Running, running
from tests.server.world import START, World

PATH = "/v1/batches"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


async def board_counts(server: Running) -> list[int]:
    return [len(unit.batches) for unit in parse_board((await server.get("/v1/board")).body)]


async def accept(server: Running, period: int, number: int = 0) -> Upload:
    desk = server.world.desks[number]
    upload = server.world.upload(desk, period)
    seen = await server.post(PATH, upload.encode())
    assert (seen.status, seen.json) == (200, {"answer": "published", "period": period})
    server.world.sent(desk, upload, period)
    return upload


async def refused(server: Running, upload: bytes) -> str:
    """The code, once it is sure that nothing was stored and the size is the usual one."""
    before = await server.store.counts(), server.service.shelf.shown.board
    seen = await server.post(PATH, upload)
    assert len(seen.raw) == len((await server.get("/v1/intake")).raw)
    assert (await server.store.counts(), server.service.shelf.shown.board) == before
    return str(seen.json["code"])


async def test_first_batches_of_many_units_at_once_are_all_taken_and_shown(tmp_path: Path) -> None:
    """Each has the board made anew at once, while the publisher makes it too: none is in another's way."""
    world = World(units=12)
    async with running(tmp_path, world) as server:
        uploads = [world.upload(desk, START) for desk in world.desks]
        sending = [server.post(PATH, upload.encode()) for upload in uploads]

        async def tick() -> None:
            for second in range(12):
                server.clock.set_period(START, 10 * (second % 2) + second)
                await server.tick()

        *answers, _ = await asyncio.gather(*sending, tick())
        assert [seen.status for seen in answers] == [200] * 12
        board = (await server.get("/v1/board")).body
        assert all(upload.batch.encode() in board for upload in uploads)


async def test_the_first_batch_shows_at_once_and_the_next_at_the_rebuild(server: Running) -> None:
    """A unit with nothing on the board appears at once; a later batch waits for the fixed instant of the period."""
    assert await board_counts(server) == [0, 0]
    await accept(server, START)
    assert await board_counts(server) == [1, 0]
    server.clock.set_period(START + 1)
    await server.tick()
    await accept(server, START + 1)
    assert await board_counts(server) == [1, 0]
    server.clock.set_period(START + 1, server.world.policy.collect + 1)
    await server.tick()
    assert await board_counts(server) == [2, 0]


async def test_the_board_proves_itself(server: Running) -> None:
    """What is served is exactly what the desks signed: the whole window of each unit proves, certificates too."""
    for period in range(START, START + 8):
        server.clock.set_period(period)
        for number in (0, 1):
            await accept(server, period, number)
    server.clock.set_period(START + 8)
    await server.tick()
    window = server.world.policy.window
    for desk, shown in zip(server.world.desks, parse_board((await server.get("/v1/board")).body), strict=True):
        proved = prove_unit(server.world.service_id, BoardPlace(desk.unit), shown, window)
        assert [one.manifest.period for one in proved.batches] == list(range(START + 8 - window, START + 8))


async def test_a_repeat_is_answered_alike_even_much_later(server: Running) -> None:
    """A desk that missed the answer sends the same bytes again, whenever it comes back."""
    upload = await accept(server, START)
    for period in (START, START + 40):
        server.clock.set_period(period)
        seen = await server.post(PATH, upload.encode())
        assert seen.json == {"answer": "published", "period": START}
    assert (await server.store.counts())["batches"] == 1


async def test_other_bytes_for_a_taken_period_get_the_stored_batch(server: Running) -> None:
    """The first batch of (unit, period) stays; another one is answered with it."""
    first = await accept(server, START)
    desk = server.world.desks[0]
    desk.last, desk.last_period = None, 0
    seen = await server.post(PATH, server.world.upload(desk, START).encode())
    assert (seen.status, seen.body) == (409, first.batch.encode())
    assert (await server.store.counts())["batches"] == 1


Change = Callable[[World, Upload], Upload]


def swapped(name: str) -> Change:
    def change(_: World, upload: Upload) -> Upload:
        whole: bytes = getattr(upload.batch, name)
        half = len(whole) // 2
        return replace(upload, batch=replace(upload.batch, **{name: whole[half:] + whole[:half]}))

    return change


def other_signature(_: World, upload: Upload) -> Upload:
    return replace(upload, batch=replace(upload.batch, signature=secrets.token_bytes(64)))


def flipped_entry(_: World, upload: Upload) -> Upload:
    entries = upload.batch.entries
    return replace(upload, batch=replace(upload.batch, entries=entries[:-1] + bytes([entries[-1] ^ 1])))


def swapped_certs(_: World, upload: Upload) -> Upload:
    return replace(upload, certs=(upload.certs[1], upload.certs[0]))


def one_entry_less(_: World, upload: Upload) -> Upload:
    batch = upload.batch
    return replace(upload, batch=Batch(batch.manifest, batch.signature, batch.marks[144:], batch.entries[1024:]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (swapped("marks"), "malformed"),
        (swapped("entries"), "malformed"),
        (flipped_entry, "malformed"),
        (one_entry_less, "malformed"),
        (other_signature, "unsigned"),
        (swapped_certs, "bad-certificates"),
    ],
)
async def test_altered_uploads_are_refused(server: Running, change: Change, code: str) -> None:
    """Bytes that the manifest does not name, or that the unit's key did not sign, change nothing."""
    world = server.world
    upload = world.upload(world.desks[0], START)
    assert await refused(server, change(world, upload).encode()) == code
    assert (await server.post(PATH, upload.encode())).status == 200


async def test_lists_must_be_sorted(server: Running) -> None:
    """A batch whose order could tell which entries are real is refused, although it is signed."""
    world = server.world
    upload = world.upload(world.desks[0], START)
    entries = b"".join(reversed(upload.batch.entry_list()))
    manifest = replace(parse_manifest(upload.batch.manifest), content_hash=sha256(upload.batch.marks + entries))
    body = manifest.encode()
    signature = ed25519_sign(world.desks[0].seed, labels.MANIFEST_SIGNATURE + b"\0" + body)
    unsorted = Upload(upload.certs, Batch(body, signature, upload.batch.marks, entries))
    assert await refused(server, unsorted.encode()) == "malformed"


async def test_periods_too_far_or_not_rising_are_refused(server: Running) -> None:
    """A batch may be one period off the server's clock, and must be newer than the unit's newest."""
    world = server.world
    desk = world.desks[0]
    assert await refused(server, world.upload(desk, START + 2).encode()) == "future"
    assert await refused(server, world.upload(desk, START - 2).encode()) == "expired"
    await accept(server, START + 1)
    assert await refused(server, world.upload(desk, START + 2).encode()) == "future"
    desk.last, desk.last_period = None, 0
    assert await refused(server, world.upload(desk, START).encode()) == "expired"


async def test_a_batch_that_does_not_follow_is_refused(server: Running) -> None:
    """A fork, a skipped batch and a second beginning are refused."""
    world = server.world
    desk = world.desks[0]
    skipped = world.upload(desk, START, prev_period=START - 1, prev_hash=bytes(31) + b"x")
    assert await refused(server, skipped.encode()) == "forked"
    await accept(server, START)
    server.clock.set_period(START + 1)
    assert await refused(server, world.upload(desk, START + 1, prev_hash=secrets.token_bytes(32)).encode()) == "forked"
    desk.last, desk.last_period = None, 0
    assert await refused(server, world.upload(desk, START + 1).encode()) == "forked"


async def test_the_quota_of_the_newest_and_the_previous_directory_counts(tmp_path: Path) -> None:
    """A desk that has not yet seen its smaller quota may still use the larger one, for one directory."""
    world = World()
    desk, other = world.desks
    other.unit = replace(other.unit, board_quota=8)
    async with running(tmp_path, world) as server:
        assert await refused(server, world.upload(desk, START, count=9).encode()) == "too-large"
        assert await refused(server, world.upload(desk, START, count=3).encode()) == "over-quota"
        desk.unit = replace(desk.unit, board_quota=1)
        await server.publish()
        upload = world.upload(desk, START, count=2)
        assert (await server.post(PATH, upload.encode())).status == 200
        world.sent(desk, upload, START)
        await server.publish()
        assert await refused(server, world.upload(desk, START + 1, count=2).encode()) == "over-quota"
        await accept(server, START + 1)


async def test_the_manifest_must_name_a_head_of_the_roots(server: Running) -> None:
    """A made-up directory version is refused: it would make clients distrust the real one."""
    world = server.world
    assert world.head is not None
    made_up = SignedHead(Head(world.service_id, 1, 99, START, START + 9, bytes(32)), world.head.signatures)
    upload = world.upload(world.desks[0], START, head=made_up)
    assert await refused(server, upload.encode()) == "bad-head"


async def test_a_stranger_and_another_units_key_are_refused(server: Running) -> None:
    """A unit that is not in the directory, or a batch under another unit's name, is unsigned."""
    world = server.world
    stranger = World()
    stranger.head = world.head
    assert await refused(server, stranger.upload(stranger.desks[0], START).encode()) == "unsigned"
    first, second = world.desks
    upload = world.upload(first, START, unit_id=second.unit.unit_id)
    assert await refused(server, upload.encode()) == "unsigned"


async def test_a_retired_unit_publishes_up_to_its_last_period(server: Running) -> None:
    """After its last period a retired unit's batch is refused; its board stays served."""
    world = server.world
    desk = world.desks[0]
    last = await accept(server, START)
    world.desks = [world.desks[1]]
    world.retired = (BoardPlace(desk.unit, START, last.batch.hash),)
    await server.publish()
    assert await board_counts(server) == [0, 1]
    server.clock.set_period(START + 1)
    assert await refused(server, world.upload(desk, START + 1).encode()) == "expired"
    assert (await server.segment(desk, START)).status == 200


async def test_idle_uploads_of_strangers_hold_nobody_up(server: Running) -> None:
    """Connections that send nothing, noise, or a batch that everybody can read on the board and then fall silent take
    no unit's place: the unit's next batch is stored."""
    first = (await accept(server, START)).encode()
    server.clock.set_period(START + 1)
    await server.tick()
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\n"
    held = []
    for sent in [b"", secrets.token_bytes(5_000), first[:-1]] * 10:
        _, writer = await server.connect()
        writer.write(f"{head}content-length: {len(first)}\r\n\r\n".encode() + sent)
        await writer.drain()
        held.append(writer)
    await accept(server, START + 1)
    for writer in held:
        writer.close()


async def test_a_head_that_the_service_never_showed_is_refused(server: Running) -> None:
    """A directory that the roots signed and nobody published must not make every source refuse the present one."""
    world = server.world
    shown = world.head
    world.sign_directory()
    upload = world.upload(world.desks[0], START).encode()
    world.head = shown
    assert await refused(server, upload) == "bad-head"
