# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that lies: browser and command line say so in plain words, each lie as what it is."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from dropbox.protocol.batches import board_id
from dropbox.protocol.codename import encode_codename, entropy_from_random
from dropbox.protocol.directory import parse_signed_directory
from dropbox.protocol.errors import HeadOlder
from dropbox.words import codename_words
from tests.browser.board_lies import tell
from tests.browser.conftest import CHROMIUM, FIREFOX, Launch
from tests.browser.lying_server import READING, lying_server
from tests.browser.pages_service import NAMES, NORTH, make_world
from tests.browser.visitor import Report, SourcePage
from tests.flows.lies import LIES, flip
from tests.in_process import ask
from tests.long_form import short_of
from tests.server.service import Clock, Running, running

pytestmark = pytest.mark.either
BATCHES = 6
"""Of each unit, one after another; the board shows the newest."""


def new_codename() -> str:
    """One that nobody has used."""
    return " ".join(encode_codename(entropy_from_random(secrets.token_bytes(12)), codename_words()))


async def publish(server: Running, period: int, silent: frozenset[int] = frozenset()) -> None:
    """Every unit's batch of a period, but for those that are silent."""
    server.clock.set_period(period)
    await server.tick()
    for number, desk in enumerate(server.world.desks):
        if number in silent:
            continue
        upload = server.world.upload(desk, period)
        assert (await server.post("/v1/batches", upload.encode())).status == 200
        server.world.sent(desk, upload, period)
    # The board is rebuilt when desks have had time to upload.
    server.clock.set_period(period, server.world.policy.collect + 1)
    await server.tick()


@asynccontextmanager
async def service(folder: Path, silent: frozenset[int] = frozenset(), quota: int = 8) -> AsyncIterator[Running]:
    """Three units that publish each period; the silent ones have published only the first batches."""
    world = make_world(quota)
    # A day's supply as in production, which two hundred visits of one machine do not use up.
    world.policy = replace(world.policy, period=86_400, collect=3_600, intake_per_period=100_000)
    now = int(time.time()) // world.policy.period
    clock = Clock(world)
    clock.set_period(now - BATCHES)
    async with running(folder, world, published=False, clock=clock) as server:
        await server.store.add_directory(1, world.sign_directory(period=now - BATCHES))
        for period in range(now - BATCHES + 1, now + 1):
            await publish(server, period, silent if period > now - BATCHES + 2 else frozenset())
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def honest(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """A service that these tests only read."""
    async with service(tmp_path_factory.mktemp("honest")) as server:
        yield server


def check(server: Running, address: str) -> tuple[int, str, str]:
    """What the command line says to a codename that has nothing on the board: exit code, output, errors."""
    words = ("check", "--service", address, "--anchor", server.config.anchor, "--json")
    return ask("dropbox-source", *words, stdin=f"{new_codename()}\n")


IN_FIREFOX = ("the unit's part left out", "a row changed", "the certificates swapped")
"""Page and worker are the same everywhere: these show what this browser could do otherwise."""
SEEN = (*IN_FIREFOX, "the signature changed")
"""One of each fault of a board: that every lie is found out, the vectors hold in both languages, and the flows."""
BROWSER_AND_LIE = [
    pytest.param(CHROMIUM, name, marks=[pytest.mark.chromium, *([] if name in SEEN else [pytest.mark.long])])
    for name in LIES
] + [pytest.param(FIREFOX, name, marks=[pytest.mark.firefox, pytest.mark.long]) for name in IN_FIREFOX]


@pytest.mark.parametrize(("browser", "name"), BROWSER_AND_LIE)
async def test_an_altered_board(honest: Running, launch: Launch, browser: str, name: str) -> None:
    """The page says in the open that answers of this unit are withheld or altered, and that it is proved; the command
    line gives the same warning; the visit goes on like any other."""
    async with lying_server(honest.address) as server:
        tell(server, honest, name, NORTH)
        context = await (await launch(browser)).new_context()
        source = SourcePage(await context.new_page(), server.address)
        assert await source.check(new_codename()) == []
        warnings = await source.warnings()
        await context.close()
        assert len(warnings) == 1
        assert f"Answers of “{NAMES[NORTH]}” are being held back or changed" in warnings[0]
        assert "This is certain" in warnings[0]
        assert [one.method for one in server.of_visits()] == ["GET", "GET", "GET", "POST"]
        told = json.loads((await asyncio.to_thread(check, honest, server.address))[1])
        assert [(one["code"], one["unit"]) for one in told["warnings"]] == [("replies-altered", "unit-1")]


async def test_a_report_to_a_unit_whose_board_is_altered(honest: Running, context: BrowserContext) -> None:
    """Nothing is sealed to it, a decoy goes instead, and no other unit is offered: who comes back at once would show
    whom the report was for."""
    async with lying_server(honest.address) as server:
        tell(server, honest, "the certificates swapped", NORTH)
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.walk_to_check(Report("to a unit that is held back"))
        await source.send(await source.take_codename())
        await expect(source.section("refused")).to_contain_text("The unit cannot receive anything now.")
        await expect(source.section("refused")).to_contain_text("Nothing of what you wrote has been sent.")
        assert len(server.of_visits()[-1].body) == 16_384
        await expect(source.section("refused")).to_contain_text("Do not send it again today")
        assert await source.page.get_by_role("button", name="intake desk").count() == 0
        assert any("held back or changed" in warning for warning in await source.warnings())


def _under_signed(answer: bytes) -> bytes:
    served = parse_signed_directory(answer)
    return replace(served, head=replace(served.head, signatures=served.head.signatures[:1])).encode()


def _altered(answer: bytes) -> bytes:
    served = parse_signed_directory(answer)
    return replace(served, body=flip(served.body, 40)).encode()


def _of_another_service(answer: bytes) -> bytes:
    other = make_world()
    return other.sign_directory(period=parse_signed_directory(answer).head.head.issued)


DIRECTORIES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "signed by one root": (_under_signed, "under-signed"),
    "another one than was signed": (_altered, "directory-mismatch"),
    "another service's": (_of_another_service, "wrong-service"),
    "cut short": (lambda answer: answer[:-9], "truncated"),
    "empty": (lambda answer: b"", "truncated"),
}


@pytest.mark.parametrize("name", short_of(DIRECTORIES, "signed by one root", "another service's"))
async def test_a_directory_that_is_not_believed(honest: Running, context: BrowserContext, name: str) -> None:
    """Nothing is posted, the page says that the service is not to be believed and what to do, the command line ends
    with 1 and a sentence."""
    change, _ = DIRECTORIES[name]
    async with lying_server(honest.address) as server:
        server.changes["/v1/directory"] = change
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("problem")).to_be_visible()
        said = " ".join((await source.section("problem").locator("[data-say]").inner_text()).split())
        assert len(said) > 30
        assert "You were only reading" in await source.section("problem").inner_text()
        assert "POST" not in [one.method for one in server.asked]
        code, out, complained = await asyncio.to_thread(check, honest, server.address)
        assert (code, out) == (1, "")
        assert len(complained.strip().splitlines()[-1]) > 30
        assert "POST" not in [one.method for one in server.asked]


async def test_a_rolled_back_directory(context: BrowserContext, tmp_path: Path) -> None:
    """An older directory than one that a unit has seen, with rows that name it, is asked for once more and then
    refused."""
    async with service(tmp_path) as honest, lying_server(honest.address) as server:
        old = (await honest.get("/v1/directory")).body
        await honest.publish(period=int(honest.clock.now) // honest.world.policy.period)
        await publish(honest, int(honest.clock.now) // honest.world.policy.period + 1)
        name = board_id(old, (await honest.get("/v1/board")).body)
        server.changes["/v1/directory"] = lambda _: old
        server.changes["/v1/rows"] = lambda rows: rows[:2] + name + rows[2 + len(name) :]
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("problem").locator("[data-say]")).to_have_text(HeadOlder.say)
        assert [one.path for one in server.of_visits()] == READING * 2
        assert (await asyncio.to_thread(check, honest, server.address))[0] == 1


async def test_a_service_that_is_held_back(context: BrowserContext, tmp_path: Path) -> None:
    """Board and directory that are days old, however whole: the page asks about the date and sends nothing before the
    person has confirmed; then the visit goes on. The command line stops unless told otherwise."""
    async with service(tmp_path) as honest, lying_server(honest.address) as server:
        page = await context.new_page()
        ahead = int(time.time() + 9 * honest.world.policy.period) * 1000
        # The worker takes the device's date.
        server.changes["/worker.js"] = lambda script: f"Date.now=()=>{ahead};".encode() + script
        source = SourcePage(page, server.address)
        await source.open()
        await source.come_back(new_codename())
        await expect(source.section("clock")).to_be_visible()
        assert any("date of this device seems wrong" in warning for warning in await source.warnings())
        assert "POST" not in [one.method for one in server.asked]
        await source.press("The date is right: go on")
        await source.arrive()
        await expect(source.section("messages")).to_be_visible()
        assert any("date of this device seems wrong" in warning for warning in await source.warnings())


async def test_a_unit_that_is_held_back(context: BrowserContext, tmp_path: Path) -> None:
    """A unit without a batch for longer than three periods is named as silent: in a fold when only reading, in the
    open, and with no other unit offered, when the report went to it. The command line says the same."""
    async with service(tmp_path, silent=frozenset({NORTH})) as honest, lying_server(honest.address) as server:
        source = SourcePage(await context.new_page(), server.address)
        await source.report(Report("to a silent unit"))
        assert any(f"Nothing has come from “{NAMES[NORTH]}”" in warning for warning in await source.warnings())
        assert await source.page.get_by_role("button", name="intake desk").count() == 0
        assert await source.check(new_codename()) == []
        fold = source.section("messages").locator("details")
        await expect(fold).to_be_visible()
        assert not await fold.locator(".govuk-warning-text").first.is_visible()
        await fold.locator("summary").click()
        await expect(fold).to_contain_text(f"Nothing has come from “{NAMES[NORTH]}”")
        told = json.loads((await asyncio.to_thread(check, honest, server.address))[1])
        assert [(one["code"], one["unit"]) for one in told["warnings"]] == [("silent", "unit-1")]


async def test_a_name_that_is_not_the_units(honest: Running, context: BrowserContext) -> None:
    """The page is served, not signed: when it names another unit than the signed directory does, the visit sends a
    decoy and the page shows the unit that would really get the report."""
    async with lying_server(honest.address) as server:
        server.changes["/"] = lambda page: page.replace(NAMES[NORTH].encode(), b"A friendly unit")
        source = SourcePage(await context.new_page(), server.address)
        await source.open()
        await source.walk_to_check(Report("to whom?"))
        assert await source.receiver() == "A friendly unit"
        await source.send(await source.take_codename())
        await expect(source.section("rerouted")).to_contain_text("A friendly unit")
        await expect(source.section("rerouted")).to_contain_text(NAMES[NORTH])
        assert len(server.of_visits()[-1].body) == 16_384
