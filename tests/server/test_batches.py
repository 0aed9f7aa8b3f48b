# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which batches the server takes, and what it answers for the others."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.anchors import Head, SignedHead
from dropbox.protocol.batches import Upload, board_id, parse_board, parse_rows, sign_batch
from dropbox.protocol.constants import ENTRY
from dropbox.protocol.encoding import u8, u32
from dropbox.protocol.manifests import parse_manifest
from dropbox.protocol.primitives import sha256
from dropbox.protocol.proofs import prove_unit
from dropbox.protocol.rows import rows_root
from dropbox.protocol.units import BoardPlace
from dropbox.server.ports import StoredBatch
from tests.server.service import Running, Seen, running
from tests.server.world import START, World

PATH = "/v1/batches"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


async def shown_periods(server: Running) -> list[int]:
    """Of each unit's batch; 0 without one."""
    parts = parse_board((await server.get("/v1/board")).body)
    return [parse_manifest(part.batch.manifest).period if part.batch else 0 for part in parts]


def board_of(seen: Seen) -> str:
    """Which board an answer says that it is of."""
    return dict(seen.headers)["dropbox-board"]


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
    assert await shown_periods(server) == [0, 0]
    await accept(server, START)
    assert await shown_periods(server) == [START, 0]
    server.clock.set_period(START + 1)
    await server.tick()
    await accept(server, START + 1)
    assert await shown_periods(server) == [START, 0]
    server.clock.set_period(START + 1, server.world.policy.collect + 1)
    await server.tick()
    assert await shown_periods(server) == [START + 1, 0]


async def test_the_board_proves_itself(server: Running) -> None:
    """What is served is exactly what the desks signed: the newest batch of each unit proves, certificates and rows too,
    and the rows are those of the board that was served with this directory."""
    for period in range(START, START + 8):
        server.clock.set_period(period)
        for number in (0, 1):
            await accept(server, period, number)
    server.clock.set_period(START + 8)
    await server.tick()
    directory, board, answer = [(await server.get(f"/v1/{name}")).body for name in ("directory", "board", "rows")]
    parts = parse_board(board)
    rows = parse_rows(answer, board_id(directory, board), parts)
    for desk, shown, found in zip(server.world.desks, parts, rows, strict=True):
        proved = prove_unit(server.world.service_id, BoardPlace(desk.unit), shown, found)
        assert proved.newest == START + 7
    assert (await server.store.counts())["batches"] == 4


async def test_an_answer_that_was_cut_goes_on_where_it_was(server: Running) -> None:
    """At any byte, of the board that is shown and of the one before it, as whole answers name them; nothing else."""
    await accept(server, START)
    for period in (START, START + 1):
        whole = {name: await server.get(f"/v1/{name}") for name in ("board", "rows")}
        if period == START:
            server.clock.set_period(START + 1)
            await server.tick()
            await accept(server, START + 1)
            server.clock.set_period(START + 1, server.world.policy.collect + 1)
            await server.tick()
        for name, seen in whole.items():
            board = board_of(seen)
            for start in (0, 1, len(seen.body) // 2, len(seen.body) - 1):
                rest = await server.get(f"/v1/{name}/{board}/{start}")
                assert (rest.status, board_of(rest), rest.body) == (200, board, seen.body[start:])
            for wrong in (f"{board}/{len(seen.body)}", f"{board}/999999999", f"{'0' * 64}/0"):
                assert (await server.get(f"/v1/{name}/{wrong}")).json["code"] == "board-gone"
    server.clock.set_period(START + 2, server.world.policy.collect + 1)
    await accept(server, START + 2)
    await server.tick()
    first = board_of(await server.get("/v1/board"))
    assert (await server.get(f"/v1/rows/{first}/2")).status == 200


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
    assert (seen.status, seen.body) == (409, first.encode())
    assert (await server.store.counts())["batches"] == 1


Change = Callable[[World, Upload], Upload]


def batch_with(**changes: Callable[[bytes], bytes]) -> Change:
    def change(_: World, upload: Upload) -> Upload:
        found = {name: made(getattr(upload.batch, name)) for name, made in changes.items()}
        return replace(upload, batch=replace(upload.batch, **found))

    return change


def rows_with(made: Callable[[bytes], bytes]) -> Change:
    return lambda _, upload: replace(upload, rows=made(upload.rows))


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def swapped_certs(_: World, upload: Upload) -> Upload:
    return replace(upload, batch=replace(upload.batch, certs=upload.batch.certs[::-1]))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (batch_with(index=flipped), "malformed"),
        (batch_with(index=lambda index: index[:-1]), "malformed"),
        (rows_with(flipped), "malformed"),
        (rows_with(lambda rows: rows[ENTRY : 2 * ENTRY] + rows[:ENTRY] + rows[2 * ENTRY :]), "malformed"),
        (rows_with(lambda rows: rows[:-ENTRY]), "malformed"),
        (batch_with(signature=lambda _: secrets.token_bytes(64)), "unsigned"),
        (swapped_certs, "bad-certificates"),
    ],
)
async def test_altered_uploads_are_refused(server: Running, change: Change, code: str) -> None:
    """Bytes that the manifest does not name, or that the unit's key did not sign, change nothing."""
    world = server.world
    upload = world.upload(world.desks[0], START)
    assert await refused(server, change(world, upload).encode()) == code
    assert (await server.post(PATH, upload.encode())).status == 200


async def signed_anew(server: Running, **changes: object) -> str:
    """What becomes of a batch whose unit signs a manifest that does not fit it."""
    world = server.world
    desk = world.desks[0]
    upload = world.upload(desk, START)
    manifest = replace(parse_manifest(upload.batch.manifest), **changes)
    batch = sign_batch(manifest, desk.seed, upload.batch.certs, upload.batch.index)
    return await refused(server, Upload(batch, upload.rows).encode())


async def test_what_a_unit_signs_must_fit_its_rows(server: Running) -> None:
    """Another hash, another tree, an index of other rows: sources and mirrors would find out, and none may need to."""
    assert await signed_anew(server, index_hash=bytes(32)) == "malformed"
    assert await signed_anew(server, rows_hash=bytes(32)) == "malformed"
    assert await signed_anew(server, root=bytes(16)) == "malformed"
    world = server.world
    desk = world.desks[0]
    one, other = world.upload(desk, START), world.upload(desk, START)
    named = {"rows_hash": sha256(other.rows), "root": rows_root(other.rows)}
    manifest = replace(parse_manifest(one.batch.manifest), **named)
    batch = sign_batch(manifest, desk.seed, one.batch.certs, one.batch.index)
    assert await refused(server, Upload(batch, other.rows).encode()) == "malformed"


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


@pytest.mark.parametrize("previous", [(0, bytes(32)), (START - 5, b"h" * 32)])
async def test_the_first_after_one_of_an_earlier_form_follows_nothing(
    server: Running, previous: tuple[int, bytes]
) -> None:
    """No board shows that one, so that its desk need not know of it. The first of today's form is newer all the same,
    is shown at once, and the next one follows it."""
    desk, period, of_before = server.world.desks[0], START - 1, u8(1) + u8(5) + secrets.token_bytes(300)
    body = u32(len(of_before)) + of_before + secrets.token_bytes(1_500)
    await server.store.add_batch(StoredBatch(desk.unit.unit_id, period, secrets.token_bytes(2_524), body))
    await server.tick()
    assert await shown_periods(server) == [0, 0]
    named = {"prev_period": previous[0], "prev_hash": previous[1]}
    assert (await server.post(PATH, server.world.upload(desk, period).encode())).status == 409
    first = server.world.upload(desk, START, **named)
    assert (await server.post(PATH, first.encode())).json["answer"] == "published"
    assert await shown_periods(server) == [START, 0]
    server.clock.set_period(START + 1)
    assert await refused(server, server.world.upload(desk, START + 1, **named).encode()) == "forked"
    server.world.sent(desk, first, START)
    await accept(server, START + 1)


async def test_the_sizes_of_the_newest_and_the_previous_directory_count(tmp_path: Path) -> None:
    """A desk that has not yet seen its other size may still use the one before, for one directory; no other."""
    world = World()
    desk, other = world.desks
    other.unit = replace(other.unit, rows=32, marks=64)
    async with running(tmp_path, world) as server:
        assert await refused(server, world.upload(desk, START, rows=64).encode()) == "too-large"
        assert await refused(server, world.upload(desk, START, rows=32).encode()) == "other-size"
        desk.unit = replace(desk.unit, rows=16)
        await server.publish()
        upload = world.upload(desk, START, rows=8)
        assert (await server.post(PATH, upload.encode())).status == 200
        world.sent(desk, upload, START)
        await server.publish()
        assert await refused(server, world.upload(desk, START + 1, rows=8).encode()) == "other-size"
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
    assert await shown_periods(server) == [0, START]
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
