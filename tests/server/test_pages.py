# SPDX-License-Identifier: AGPL-3.0-or-later
"""What anybody can read: the first page, directory and board, and the headers around them."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.protocol.directory import parse_signed_directory, verify_directory
from dropbox.server.pages import Pages
from tests.server.service import Running, running
from tests.server.world import START, World

FORBIDDEN = {"server", "date", "etag", "last-modified", "accept-ranges", "set-cookie", "content-range", "vary"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


@pytest.mark.parametrize("path", ["/", "/style.css", "/v1/directory", "/v1/board", "/v1/intake"])
async def test_headers_of_everything_that_is_read(server: Running, path: str) -> None:
    """No library header, cookie or validator; nothing is kept or sniffed; ranges and conditions do nothing."""
    plain = await server.get(path)
    assert plain.status == 200
    headers = dict(plain.headers)
    assert not FORBIDDEN & set(headers)
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none';")
    odd = await server.get(
        path,
        range="bytes=0-1",
        if_none_match='"x"',
        if_modified_since="Sat, 01 Jan 2050 00:00:00 GMT",
        accept_encoding="gzip",
        cookie="a=b",
    )
    assert odd.raw == plain.raw


async def test_the_first_page_is_honest_and_loads_nothing_else(server: Running) -> None:
    """It says 999, the command-line way, that there is no form; one style sheet, no script, no inline style."""
    page = (await server.get("/")).body.decode()
    for words in ("call 999", "dropbox-source report", "no form on this page yet", "eight words", "Use Tor"):
        assert words in page
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == ["/style.css"]
    for banned in ("<script", "style=", "<form", "<img", "Demonstration", "crown"):
        assert banned not in page
    assert "style-src 'self'" in dict((await server.get("/")).headers)["content-security-policy"]
    assert b"url(" not in (await server.get("/style.css")).body


def test_a_demo_says_so() -> None:
    """The banner is there when the config says demo, and only then."""
    assert b"Demonstration." in Pages(demo=True).first
    assert b"Demonstration." not in Pages(demo=False).first


async def test_a_new_directory_and_its_board_appear_together(server: Running) -> None:
    """A running server takes up what the operator publishes: afterwards the board follows the new directory's order."""
    world = server.world
    before = (await server.get("/v1/directory")).body
    world.desks = world.desks[1:]
    await server.store.add_directory(2, world.sign_directory())
    assert (await server.get("/v1/directory")).body == before
    await server.tick()
    served = parse_signed_directory((await server.get("/v1/directory")).body)
    verified = verify_directory(world.anchor.anchor, served)
    assert [unit.slug for unit in verified.directory.units] == ["unit-1"]
    assert (await server.get("/v1/board")).body[2:4] == b"\x00\x01"


async def test_a_directory_of_other_roots_is_not_taken_up(server: Running) -> None:
    """Should one get into the store, the server goes on with the one it has, and periods close as before."""
    before = (await server.get("/v1/directory")).body
    await server.store.add_directory(2, World().sign_directory())
    server.clock.set_period(START + 1)
    await server.tick()
    assert (await server.get("/v1/directory")).body == before
    assert (await server.get("/v1/intake")).json["open"] == START + 1


async def test_a_slow_reader_is_let_go(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that stops reading a large answer loses its connection; it holds no more than a slice of it."""
    monkeypatch.setattr("dropbox.server.responses._GRACE", -2_000.0)
    server.service.shelf.board = bytes(16_000_000)
    reader, writer = await server.connect()
    writer.write(b"GET /v1/board HTTP/1.1\r\nhost: x\r\n\r\n")
    received = 0
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            received += len(piece)
    assert received < 16_000_000
    writer.close()


async def test_the_board_turns_once_a_period(tmp_path: Path) -> None:
    """It changes one collect after the period began; where collect is the period, at its beginning."""
    for folder, collect, turn in ((tmp_path / "a", 10, 10), (tmp_path / "b", 100, 0)):
        folder.mkdir()
        world = World()
        world.policy = replace(world.policy, collect=collect)
        async with running(folder, world) as server:
            server.clock.set_period(START, turn + 0.5)
            await server.tick()
            shown = server.service.shelf.board
            server.clock.set_period(START + 1, turn - 0.5)
            await server.tick()
            assert server.service.shelf.board is shown
            server.clock.set_period(START + 1, turn + 0.5)
            await server.tick()
            assert server.service.shelf.board is not shown
