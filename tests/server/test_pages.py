# SPDX-License-Identifier: AGPL-3.0-or-later
"""What anybody can read: the first page, directory and board, and the headers around them."""

import asyncio
import base64
import gzip
import html
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dropbox.forces import enabled_forces
from dropbox.protocol.constants import CATEGORIES
from dropbox.protocol.directory import parse_directory, parse_signed_directory, verify_directory
from dropbox.questions import QUESTIONS
from dropbox.server.config import EXIT_URL, ConfigRefused, parse_exit_url, parse_onion
from dropbox.server.handlers.bundle import bundle_folder, load_bundle
from dropbox.server.handlers.pages import Pages
from dropbox.server.ports import board_names
from tests.server.service import Running, running
from tests.server.world import POLICY, START, World

FORBIDDEN = {"server", "date", "etag", "last-modified", "accept-ranges", "set-cookie", "content-range", "vary"}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, World()) as found:
        yield found


PAGES = ["/", "/page.js", "/worker.js", "/style.css", "/notices.txt", "/exit"]


@pytest.mark.parametrize("path", [*PAGES, "/v1/directory", "/v1/board", "/v1/rows", "/v1/intake"])
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
        path, range="bytes=0-1", if_none_match='"x"', if_modified_since="Sat, 01 Jan 2050 00:00:00 GMT", cookie="a=b"
    )
    assert odd.raw == plain.raw


@pytest.mark.parametrize(
    "behind", ["?fbclid=IwAR0abc", "?", "?utm_source=x&utm_medium=y", "?q=%00%ff", "?" + "a" * 1_000]
)
async def test_what_others_put_behind_the_address_keeps_nobody_out(server: Running, behind: str) -> None:
    """A link that came by a messenger opens the same page, byte for byte; no other address takes any."""
    assert (await server.get("/" + behind)).raw == (await server.get("/")).raw
    if behind != "?":
        assert (await server.get("/v1/board" + behind)).status == 400
        assert (await server.get("/worker.js" + behind)).status == 400


@pytest.mark.parametrize("path", PAGES)
async def test_packed_when_the_client_can_read_it(server: Running, path: str) -> None:
    """gzip unpacks to the plain bytes; brotli is preferred where there is one; what weighs nothing is not taken."""
    plain = await server.get(path)
    assert "content-encoding" not in dict(plain.headers)
    packed = await server.get(path, accept_encoding="gzip, deflate")
    assert dict(packed.headers)["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert (await server.get(path, accept_encoding="br;q=0, gzip;q=0.0, *")).body == plain.body
    if path not in ("/", "/exit"):
        best = await server.get(path, accept_encoding="gzip, br;q=0.9")
        assert dict(best.headers)["content-encoding"] == "br"
        assert len(best.body) < len(packed.body)
        assert best.body == (bundle_folder() / f"{path[1:]}.br").read_bytes()


async def test_policies(server: Running) -> None:
    """The document may run its own script and worker, the worker may only fetch, and nothing may do anything else."""
    policies = {
        path: dict((await server.get(path)).headers)["content-security-policy"]
        for path in ("/", "/worker.js", "/page.js", "/exit")
    }
    tight = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    assert policies["/"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        f"font-src data:; worker-src 'self'; {tight}; trusted-types dropbox-worker"
    )
    assert policies["/worker.js"] == f"default-src 'none'; connect-src 'self'; {tight}; trusted-types 'none'"
    assert policies["/page.js"] == "default-src 'none'; frame-ancestors 'none'"
    assert policies["/exit"] == f"default-src 'none'; img-src data:; {tight}; trusted-types 'none'"


async def test_the_document_is_whole_and_loads_nothing_else(server: Running) -> None:
    """999, the way without script, one script and one style sheet of the service; nothing inline, no other address but
    three numbers to call."""
    page = (await server.get("/")).body.decode()
    for words in ("call 999", "dropbox-source report", "JavaScript", "eight words", "Tor Browser", "Exit this page"):
        assert words in page
    found = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert set(found) == {"data:,", "/style.css", "/page.js", "/exit", "/notices.txt", "tel:999", "tel:112", "tel:101"}
    for banned in ("style=", "<img", "<iframe", "onclick", "Demonstration", "crown", "http:"):
        assert banned not in page
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/page.js">']
    loaded = re.findall(rb"url\(([^,)]*)", (await server.get("/style.css")).body)
    assert loaded == [b"data:font/woff2;base64"] * 2


async def test_the_document_carries_what_the_page_needs(server: Running) -> None:
    """Every enabled force by all its names, every option of every question, the units, and the pinned anchor."""
    page = html.unescape((await server.get("/")).body.decode())
    for force in enabled_forces():
        assert f'value="{force.slug}"' in page
        assert all(name in page for name in force.names())
    for question in QUESTIONS:
        kind = "checkbox" if question.several else "radio"
        for option in question.options if question.page else ():
            assert re.search(rf'name="{question.id}" type="{kind}" value="{option.id}"', page)
        assert (f'name="{question.id}-withheld"' in page) == question.withheld
    assert len(re.findall("data-independent[ >]", page)) == 2
    assert all(f'name="suits" type="checkbox" value="{one}"' in page for one in CATEGORIES)
    anchor = re.search('data-anchor="([^"]+)"', page)
    assert anchor
    assert base64.b64decode(anchor[1]) == server.world.anchor.encode()
    assert 'data-slug="unit-0" data-kind="intake-desk" data-files>Unit 0<' in page


@pytest.mark.parametrize("supply", [64, 0])
def test_the_document_says_which_units_take_files(supply: int) -> None:
    """By the signed list, and none where the service's policy takes none: a page offers no field for them then."""
    world = World(3, policy=replace(POLICY, blobs_per_period=supply))
    world.desks[1].unit = replace(world.desks[1].unit, takes_no_files=True)
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    page = Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()
    found = re.findall(r'data-slug="unit-(\d)" data-kind="[a-z-]+"( data-files)?>', page)
    assert [(number, bool(takes)) for number, takes in found] == [("0", supply > 0), ("1", False), ("2", supply > 0)]


def test_the_document_routes_as_the_protocol_does() -> None:
    """Beside each force stand the unit that gets its reports and the one that does when that is passed by."""
    world = World(3)
    world.desks[1].unit = replace(world.desks[1].unit, forces=("kent", "essex"))
    world.desks[2].unit = replace(world.desks[2].unit, forces=("dorset",), paused=True)
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    page = Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()

    def routed(force: str) -> list[str]:
        found = re.search(rf'value="{force}"[^>]*data-unit="([^"]*)" data-independent-unit="([^"]*)"', page)
        assert found
        return [found[1], found[2]]

    assert routed("kent") == ["unit-1", "unit-0"]
    assert routed("dorset") == ["unit-0", "unit-0"]
    assert 'data-unit="unit-0" data-independent-unit="unit-0"' in page
    assert "unit-2" not in page


def test_welsh_is_marked_as_welsh() -> None:
    """Every Welsh name among the forces, so that a screen reader does not read it as English; the name stays text."""
    world = World(1)
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    page = Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()
    named = [force for force in enabled_forces() if force.name_cy]
    assert len(named) > 3
    for force in named:
        assert f'{force.name} (<span lang="cy">{force.name_cy}</span>)' in page


def test_how_long_answers_last_is_the_policys() -> None:
    """The page says it of this service; where the policy's span is shorter than a day, in other words."""
    for period, words in ((86_400, "longer than 60 days"), (5, "longer than a few hours")):
        world = World(1, policy=replace(POLICY, period=period, collect=1))
        directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
        assert words in Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()


def test_names_of_units_are_text() -> None:
    """A name that looks like markup stays a name."""
    world = World(1)
    world.desks[0].unit = replace(world.desks[0].unit, name='<script>"x"&</script>')
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    page = Pages(world.anchor, False, EXIT_URL).document(directory).plain.decode()
    assert page.count("<script") == 1
    assert "&lt;script&gt;&#34;x&#34;&amp;&lt;/script&gt;" in page


def test_a_demo_says_so() -> None:
    """The banner is there when the config says demo, and only then."""
    for demo in (True, False):
        pages = Pages(World().anchor, demo, EXIT_URL)
        assert (b"Demonstration." in pages.unavailable.plain) is demo


async def test_before_the_first_directory_the_page_says_so(tmp_path: Path) -> None:
    """An honest page in place of a form that could send nothing; once there is a directory, the document."""
    async with running(tmp_path, World(), published=False) as server:
        early = await server.get("/")
        assert early.status == 503
        assert b"The service is not available" in early.body
        assert b"<script" not in early.body
        await server.publish()
        assert (await server.get("/")).status == 200


async def test_the_document_follows_the_directory(server: Running) -> None:
    """A unit that joins is on the page as soon as the server shows the directory that names it."""
    assert b"Unit 1" in (await server.get("/")).body
    server.world.desks[1].unit = replace(server.world.desks[1].unit, name="Renamed")
    await server.publish()
    page = (await server.get("/")).body
    assert b"Renamed" in page
    assert b"Unit 1" not in page


async def test_leaving_clears_and_goes_on(tmp_path: Path) -> None:
    """The way out, also without script: it clears what a browser may have kept, then leads to the config's address."""
    async with running(tmp_path, World(), exit_url="https://weather.example/?a=1&b=2") as server:
        left = await server.get("/exit")
        assert dict(left.headers)["clear-site-data"] == '"cache", "cookies", "storage"'
        page = html.unescape(left.body.decode())
        assert '<meta http-equiv="refresh" content="0; url=https://weather.example/?a=1&b=2">' in page
        assert "polic" not in page.lower()
        assert "report" not in page.lower()


@pytest.mark.parametrize("path", ["/nothing", "/index.html", "/exit/", "/worker.js?x", "/v1"])
async def test_a_mistyped_address_is_answered_to_a_person(server: Running, path: str) -> None:
    """One page, the same bytes whatever was asked for; no address of the interface answers so."""
    astray = await server.get(path)
    assert astray.status == (400 if "?" in path else 404)
    assert astray.body == (await server.get("/other")).body
    assert b"There is no page here" in astray.body
    assert b"<script" not in astray.body
    assert path.encode() not in astray.body.replace(b'"/exit"', b"")
    assert (await server.get("/v1/nothing")).json["code"] == "unknown-path"


@pytest.mark.parametrize("onion", ["", f"http://{'a2' * 28}.onion/"])
def test_the_onion_address_is_told_where_there_is_one(onion: str) -> None:
    """By the setting; what is no such address is refused."""
    world = World(1)
    directory = parse_directory(parse_signed_directory(world.sign_directory()).body)
    page = Pages(world.anchor, False, EXIT_URL, onion=parse_onion(onion)).document(directory).plain.decode()
    assert ("Type this address into Tor Browser" in page) is bool(onion)
    assert onion in page
    for wrong in (
        "x.onion",
        f"https://{'a2' * 28}.onion/",
        f"http://{'a1' * 28}.onion/",
        f"http://{'a2' * 28}.onion/x",
    ):
        with pytest.raises(ConfigRefused, match="onion"):
            parse_onion(wrong)


def test_a_missing_bundle_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The server does not start without it, and says which command makes it."""
    monkeypatch.setattr("dropbox.server.handlers.bundle.bundle_folder", lambda: tmp_path)
    with pytest.raises(ConfigRefused, match="make setup"):
        load_bundle()


@pytest.mark.parametrize(
    "url", ["", "www.example.org", "javascript:alert(1)", 'https://a"b', "https://a b", "https://a<b"]
)
def test_an_exit_address_that_is_none_is_refused(url: str) -> None:
    """It stands in a page's markup and in a config file."""
    with pytest.raises(ConfigRefused, match="exit_url"):
        parse_exit_url(url)


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
    monkeypatch.setattr("dropbox.http_edge.pace.WITHIN", 0.5)
    server.config.data_dir.joinpath(board_names(server.service.shelf.shown.board)[0]).write_bytes(bytes(16_000_000))
    reader, writer = await server.connect()
    writer.write(b"GET /v1/board HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.sleep(1)
    received = 0
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 16):
            received += len(piece)
    assert received < 16_000_000
    writer.close()


async def test_what_is_cut_short_on_the_disk_ends(server: Running) -> None:
    """An object that loses its end while it is sent breaks the connection, and the service goes on."""
    path = server.config.data_dir.joinpath(board_names(server.service.shelf.shown.board)[0])
    path.write_bytes(bytes(16_000_000))
    reader, writer = await server.connect()
    writer.write(b"GET /v1/board HTTP/1.1\r\nhost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    with path.open("r+b") as file:
        file.truncate(1_000)
    with suppress(ConnectionError):
        assert len(await asyncio.wait_for(reader.read(-1), 5)) < 16_000_000
    writer.close()
    assert (await server.get("/v1/intake")).status == 200


async def test_the_board_turns_once_a_period(tmp_path: Path) -> None:
    """It changes one collect after the period began; where collect is the period, at its beginning."""
    for folder, collect, turn in ((tmp_path / "a", 10, 10), (tmp_path / "b", 100, 0)):
        folder.mkdir()
        world = World()
        world.policy = replace(world.policy, collect=collect)
        async with running(folder, world) as server:
            server.clock.set_period(START, turn + 0.5)
            await server.tick()
            (desk, _), board = world.desks, server.service.shelf
            for period in (START - 1, START):
                upload = world.upload(desk, period)
                assert (await server.post("/v1/batches", upload.encode())).status == 200
                world.sent(desk, upload, period)
            shown = board.shown.board
            server.clock.set_period(START + 1, turn - 0.5)
            await server.tick()
            assert board.shown.board == shown
            server.clock.set_period(START + 1, turn + 0.5)
            await server.tick()
            assert board.shown.board != shown
