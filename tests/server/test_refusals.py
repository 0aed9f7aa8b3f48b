# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every refusal looks like every other and like a receipt, says one clear thing, and changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.wire import sign_segment_request
from dropbox.server.handlers.error_answers import REFUSALS, Refused
from tests.server.service import ENVELOPES, Running, Seen, post_bytes, running
from tests.server.world import POLICY, START, World, random_envelope

BODY = random_envelope()
HEADERS = [
    "content-type",
    "content-length",
    "cache-control",
    "referrer-policy",
    "x-content-type-options",
    "cross-origin-resource-policy",
    "content-security-policy",
    "connection",
]


def line(method: str, path: str, *headers: str) -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: x", *headers, "", ""]).encode()


REQUESTS = {
    "one byte short": ("wrong-length", post_bytes(ENVELOPES, BODY[:-1])),
    "one byte long": ("wrong-length", post_bytes(ENVELOPES, BODY + b"x")),
    "empty": ("wrong-length", post_bytes(ENVELOPES, b"")),
    "huge, announced only": ("wrong-length", post_bytes(ENVELOPES, b"", content_length="99999999999")),
    "length with a zero before": ("wrong-length", post_bytes(ENVELOPES, BODY, content_length="016384")),
    "no length": ("length-required", post_bytes(ENVELOPES, b"", content_length="")),
    "chunked": (
        "length-required",
        post_bytes(ENVELOPES, b"4000\r\n" + BODY + b"\r\n0\r\n\r\n", content_length="", transfer_encoding="chunked"),
    ),
    "form": ("wrong-type", post_bytes(ENVELOPES, BODY, content_type="application/x-www-form-urlencoded")),
    "type with a parameter": (
        "wrong-type",
        post_bytes(ENVELOPES, BODY, content_type="application/octet-stream; charset=utf-8"),
    ),
    "no type": ("wrong-type", post_bytes(ENVELOPES, BODY, content_type="")),
    "compressed": ("wrong-type", post_bytes(ENVELOPES, BODY, content_encoding="gzip")),
    "a query": ("query-refused", post_bytes(ENVELOPES + "?x=1", BODY)),
    "an empty query": ("query-refused", line("GET", "/v1/board?")),
    "batch too large": ("too-large", post_bytes("/v1/batches", b"", content_length="5000000")),
    "batch of noise": ("malformed", post_bytes("/v1/batches", random_envelope()[:3_000])),
    "empty batch": ("malformed", post_bytes("/v1/batches", b"")),
    "segment unsigned": ("unsigned", line("GET", f"/v1/intake/{START}")),
    "segment signed by nobody": (
        "unsigned",
        line("GET", f"/v1/intake/{START}", f"dropbox-unit: {'00' * 16}", f"dropbox-signature: {'00' * 64}"),
    ),
    "segment with odd hex": ("unsigned", line("GET", f"/v1/intake/{START}", "dropbox-unit: xyz")),
    "pass of another length": ("wrong-length", post_bytes("/v1/passes", b"\1\x0f\1\0")),
    "pass for none": ("malformed", post_bytes("/v1/passes", b"\1\x0f\0")),
    "pass of another struct": ("malformed", post_bytes("/v1/passes", b"\1\7\1")),
    "blob without a pass": ("pass-gone", post_bytes(f"/v1/blobs/{'0' * 32}", bytes(262_144))),
    "blob too short": ("wrong-length", post_bytes(f"/v1/blobs/{'0' * 32}", bytes(262_143))),
    "blob announced too long": (
        "wrong-length",
        line("POST", f"/v1/blobs/{'0' * 32}", "content-type: application/octet-stream", "content-length: 262145"),
    ),
    "blob in chunks": (
        "length-required",
        line("POST", f"/v1/blobs/{'0' * 32}", "content-type: application/octet-stream", "transfer-encoding: chunked"),
    ),
    "blob of another type": (
        "wrong-type",
        line("POST", f"/v1/blobs/{'0' * 32}", "content-type: image/jpeg", "content-length: 262144"),
    ),
    "GET of a pass": ("wrong-method", line("GET", f"/v1/blobs/{'0' * 32}")),
    "pass in capitals": ("unknown-path", post_bytes(f"/v1/blobs/{'A' * 32}", bytes(3))),
    "chunk unsigned": ("unsigned", line("GET", f"/v1/blobs/{START - 1}/0")),
    "chunk with a zero before": ("unknown-path", line("GET", f"/v1/blobs/{START - 1}/00")),
    "unknown path": ("unknown-path", line("GET", "/v1/nothing")),
    "path with a slash more": ("unknown-path", line("GET", "/v1/board/")),
    "path with an escape": ("unknown-path", line("GET", "/v1/%62oard")),
    "path upwards": ("unknown-path", line("GET", "/v1/../etc/passwd")),
    "absolute address": ("unknown-path", line("GET", "http://x/v1/board")),
    "segment number too large": ("unknown-path", line("GET", "/v1/intake/4294967296")),
    "segment number with a zero before": ("unknown-path", line("GET", "/v1/intake/01")),
    "HEAD of the board": ("wrong-method", line("HEAD", "/v1/board")),
    "HEAD of nothing": ("unknown-path", line("HEAD", "/nothing")),
    "OPTIONS": ("wrong-method", line("OPTIONS", ENVELOPES)),
    "OPTIONS of everything": ("unknown-path", line("OPTIONS", "*")),
    "PUT": ("wrong-method", line("PUT", ENVELOPES)),
    "GET of an envelope": ("wrong-method", line("GET", ENVELOPES)),
    "POST to the board": ("wrong-method", post_bytes("/v1/board", b"x")),
    "TRACE": ("wrong-method", line("TRACE", "/")),
    "GET with a body": ("body-refused", line("GET", "/v1/board", "content-length: 3") + b"abc"),
    "not HTTP": ("bad-http", b"hello there\r\n\r\n"),
    "TLS": ("bad-http", bytes.fromhex("16030100a5010000a1030300") + b"\x00" * 40),
    "two lengths": ("bad-http", line("POST", ENVELOPES, "content-length: 5", "content-length: 6")),
    "length and chunks": ("bad-http", line("POST", ENVELOPES, "content-length: 5", "transfer-encoding: chunked")),
    "a header too long": ("bad-http", line("GET", "/", "x: " + "a" * 9_000)),
    "too many headers": ("bad-http", line("GET", "/", *(f"x{number}: a" for number in range(200)))),
    "a path too long": ("bad-http", line("GET", "/" + "a" * 3_000)),
    "a header that is none": ("bad-http", b"GET / HTTP/1.1\r\nno colon here\r\n\r\n"),
    "a version that is none": ("bad-http", b"GET / HTTP/9.9\r\nhost: x\r\n\r\n"),
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


async def state(server: Running) -> dict[str, object]:
    shelf = server.service.shelf
    return {**await server.store.counts(), "board": shelf.shown.board, "directory": shelf.listed.data}


def check_same_size(seen: Seen, receipt: Seen) -> None:
    assert len(seen.raw) == len(receipt.raw)
    names = [name for name, _ in seen.headers]
    assert names[: len(HEADERS)] == HEADERS
    assert set(names[len(HEADERS) :]) <= {"dropbox-padding"}
    assert b"python" not in seen.raw.lower()
    assert b"aiohttp" not in seen.raw.lower()


@pytest.mark.parametrize("name", REQUESTS)
async def test_refused_alike(server: Running, name: str) -> None:
    """The refusal has the size and the headers of a receipt, one code, and leaves the store as it was."""
    code, request = REQUESTS[name]
    receipt = await server.post(ENVELOPES, random_envelope())
    assert receipt.status == 200
    before = await state(server)
    seen = await server.raw(request)
    check_same_size(seen, receipt)
    assert seen.status == REFUSALS[code].status
    if b"HEAD " in request[:5]:
        assert seen.body == b""
    else:
        assert seen.json == {"answer": "refused", "code": code, "say": REFUSALS[code].say}
    assert await state(server) == before


async def test_before_the_first_publish_all_is_not_ready(tmp_path: Path) -> None:
    """Directory, board, intake and envelopes answer one same-sized 503 until there is a directory."""
    async with running(tmp_path, World(), published=False) as server:
        for request in (
            line("GET", "/v1/directory"),
            line("GET", "/v1/board"),
            line("GET", "/v1/intake"),
            line("GET", "/v1/intake/3"),
            post_bytes(ENVELOPES, BODY),
            post_bytes("/v1/batches", BODY),
        ):
            seen = await server.raw(request)
            assert (seen.status, seen.json["code"]) == (503, "not-ready")
        await server.publish()
        receipt = await server.post(ENVELOPES, BODY)
        assert receipt.status == 200
        check_same_size(seen, receipt)


async def test_too_late_or_too_early_segments(server: Running) -> None:
    """A segment that lies ahead or is no longer kept is refused, same-sized, with its own code."""
    receipt = await server.post(ENVELOPES, BODY)
    desk = server.world.desks[0]
    for period, code in ((START + 1, "future"), (START - 1, "expired")):
        seen = await server.segment(desk, period)
        check_same_size(seen, receipt)
        assert seen.json["code"] == code


async def test_a_signature_for_another_segment_opens_nothing(server: Running) -> None:
    """A desk's signature is worth nothing for another segment or under another unit's name."""
    first, second = server.world.desks
    signature = sign_segment_request(first.seed, server.world.service_id, first.unit.unit_id, START).hex()
    for path, unit in ((f"/v1/intake/{START - 1}", first), (f"/v1/intake/{START}", second)):
        seen = await server.get(path, dropbox_unit=unit.unit.unit_id.hex(), dropbox_signature=signature)
        assert seen.json["code"] == "unsigned"
    good = await server.get(f"/v1/intake/{START}", dropbox_unit=first.unit.unit_id.hex(), dropbox_signature=signature)
    assert good.status == 200


async def test_try_later_stores_nothing(server: Running) -> None:
    """Beyond the period's cap, and below the disk reserve, POST answers a same-sized 503; what is in stays."""
    receipt = await server.post(ENVELOPES, BODY)
    server.service.shelf.taking = False
    seen = await server.post(ENVELOPES, random_envelope())
    check_same_size(seen, receipt)
    assert (seen.status, seen.json["code"]) == (503, "try-later")
    assert (await server.store.counts())["envelopes_waiting"] == 1


async def test_the_disk_reserve(tmp_path: Path) -> None:
    """With less disk free than the reserve nothing is taken, and a repeat may be tried once there is room."""
    async with running(tmp_path, World(), disk_reserve=1 << 60) as server:
        seen = await server.post(ENVELOPES, BODY)
        assert (seen.status, seen.json["code"]) == (503, "try-later")
        server.service.shelf.taking = True
        assert (await server.post(ENVELOPES, BODY)).status == 200


async def test_the_cap_of_a_period(tmp_path: Path) -> None:
    """policy.intake_per_period envelopes are taken, the next one is told to try later, a repeat is not."""
    async with running(tmp_path, World(policy=replace(POLICY, intake_per_period=2))) as server:
        first = random_envelope()
        assert (await server.post(ENVELOPES, first)).status == 200
        receipt = await server.post(ENVELOPES, random_envelope())
        seen = await server.post(ENVELOPES, random_envelope())
        assert (seen.status, seen.json["code"]) == (503, "try-later")
        check_same_size(seen, receipt)
        assert (await server.post(ENVELOPES, first)).status == 200
        server.clock.set_period(START + 1)
        assert (await server.post(ENVELOPES, random_envelope())).json["period"] == START + 1


async def test_a_slow_request_is_let_go(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that trickles is refused with the usual size when its time is over, and nothing is stored."""
    monkeypatch.setattr("dropbox.http_edge.pace.WITHIN", 0.1)
    receipt_size = len((await server.raw(line("GET", "/v1/nothing"))).raw)
    seen = await server.raw(post_bytes(ENVELOPES, BODY[:100], content_length="16384"))
    assert (seen.status, seen.json["code"]) == (408, "too-slow")
    assert len(seen.raw) == receipt_size
    assert (await server.store.counts())["envelopes_waiting"] == 0


async def test_connections_are_bounded(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there is one more than the bound, the one goes that has waited longest; the newcomer is answered."""
    server.edge.limits = replace(server.edge.limits, connections=3)
    held = [await server.connect() for _ in range(3)]
    await asyncio.sleep(0.05)
    assert (await server.get("/v1/intake")).status == 200
    assert await asyncio.wait_for(held[0][0].read(), 5) == b""
    held[1][1].write(line("GET", "/v1/intake"))
    assert (await asyncio.wait_for(held[1][0].read(100), 5)).startswith(b"HTTP/1.1 200 ")
    for _, one in held:
        one.close()


async def test_an_idle_connection_is_closed(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that sends half a request is closed when its time is over."""
    server.edge.limits = replace(server.edge.limits, head_within=0.2)
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nhost: ")
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


async def test_a_fault_says_nothing_of_itself(
    server: Running, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An error inside is one same-sized answer; what went wrong, and for whom, is neither sent nor printed."""
    receipt = await server.post(ENVELOPES, BODY)

    async def fail(*_: object) -> int:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(server.store, "put", fail)
    seen = await server.post(ENVELOPES, BODY)
    check_same_size(seen, receipt)
    assert (seen.status, seen.json["code"]) == (500, "fault")
    assert "secret" not in "".join(capfd.readouterr())


async def test_expect_is_answered_after_the_checks(server: Running) -> None:
    """A client that asks before it sends its body is told to go on only when the body will be taken."""
    reader, writer = await server.connect()
    writer.write(post_bytes(ENVELOPES, b"", content_length="16384", expect="100-continue"))
    assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 120) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(BODY)
    assert (await asyncio.wait_for(reader.read(12), 120)) == b"HTTP/1.1 200"
    writer.close()
    seen = await server.raw(post_bytes(ENVELOPES, b"", content_length="5", expect="100-continue"))
    assert seen.status == 413


async def test_a_client_that_leaves_halfway_changes_nothing(server: Running) -> None:
    """Half an envelope and a closed connection store nothing, and the server goes on."""
    _, writer = await server.connect()
    writer.write(post_bytes(ENVELOPES, BODY[:5_000], content_length="16384"))
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.05)
    assert (await server.store.counts())["envelopes_waiting"] == 0
    assert (await server.post(ENVELOPES, BODY)).status == 200


def test_every_refusal_fits_its_answer() -> None:
    """Each code has a sentence that fits into 256 bytes together with it."""
    for code in REFUSALS:
        assert len(Refused(code).body) == 256
