# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's pages over a real socket: a real vault, keyring and gate; the service behind them lives in memory, and so do
the clocks, so that idleness and codes need no waiting."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from dropbox.flows.source.attached import Attached
from dropbox.flows.source.visit import Part
from dropbox.http_edge.callers import parse_front
from dropbox.protocol.attachments import seal_file
from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch
from dropbox.protocol.primitives import sha256
from journalist_ui.casework.drafts import Draft, find_draft
from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people import codes
from journalist_ui.vault import tables
from journalist_ui.vault.audit_sealing import share_reader_keys
from journalist_ui.verbs.desk import Desk
from journalist_ui.web.server import serving
from journalist_ui.web_address import WebAddress
from tests.desk.acts import holder_of
from tests.desk.room import ADMINISTRATOR, INVESTIGATOR, PASSPHRASE, Room, _secret, brief_stretch, entropy, make_room
from tests.ports import free_port

IDLE = 900.0
ORIGIN = {"sec-fetch-site": "same-origin"}


@dataclass
class Page:
    """An answer as a browser got it."""

    status: int
    url: str
    body: str
    headers: dict[str, str]
    cookies: list[str] = field(default_factory=list)
    """Those that it set."""

    @property
    def title(self) -> str:
        return unescape(re.findall(r"<title>(.*?)</title>", self.body, re.S)[0])

    @property
    def words(self) -> str:
        """What stands between the tags, spaces as they are."""
        return unescape(re.sub(r"<[^>]*>", "", self.body))

    def field(self, name: str) -> str:
        """The first hidden field of that name."""
        return unescape(re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', self.body)[0])


@dataclass
class Officer:
    """A browser of one person."""

    house: "House"
    browser: aiohttp.ClientSession
    known: dict[str, str] = field(default_factory=dict)
    """What a session's forms say of it, by the session's cookie: the same on each of its pages."""

    async def send(self, method: str, path: str, **options: Any) -> Page:
        """One request, redirects followed unless told otherwise."""
        async with self.browser.request(method, self.house.url + path.lstrip("/"), **options) as answer:
            body, set_cookies = (await answer.read()).decode(), answer.headers.getall("Set-Cookie", [])
            return Page(answer.status, str(answer.url.relative()), body, dict(answer.headers), set_cookies)

    async def get(self, path: str, **options: Any) -> Page:
        return await self.send("GET", path, **options)

    async def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Page:
        """A form of this desk's own pages, with the session's token."""
        token = self.token
        if token and token not in self.known:
            self.known[token] = (await self.get("/help")).field("csrf")
        known = {"csrf": self.known[token]} if token else {}
        options.setdefault("headers", ORIGIN)
        return await self.send("POST", path, data=known | (fields or {}), **options)

    @property
    def token(self) -> str:
        """The session's cookie."""
        return self.cookie("desk-")

    def cookie(self, part: str) -> str:
        """What the browser holds under a name of which this is a part; empty for nothing."""
        cookies = self.browser.cookie_jar.filter_cookies(URL(self.house.url))
        return next((one.value for name, one in cookies.items() if part in name), "")

    async def sign_in(self, name: str, passphrase: str = PASSPHRASE, code: str = "") -> Page:
        fields = {"member": name, "passphrase": passphrase, "code": code or self.house.code(name)}
        return await self.send("POST", "/sign-in", data=fields, headers=ORIGIN)


@dataclass
class House:
    """A running site and the clocks that it believes. ``wall`` moves the one-time codes, ``steady`` idleness."""

    room: Room
    desk: Desk
    url: str
    wall: list[float]
    steady: list[float]
    serves: AsyncExitStack
    start: Callable[[], tuple[Desk, AbstractAsyncContextManager[None]]]
    people: list[aiohttp.ClientSession] = field(default_factory=list)

    async def restart(self) -> None:
        """The desk's program ends and begins anew: nothing but what is on the disk, at the same address."""
        await self.serves.aclose()
        await asyncio.to_thread(self.room.reopen)
        self.desk, served = self.start()
        await self.serves.enter_async_context(served)
        await self.desk.engine.sync()

    def code(self, name: str) -> str:
        """A one-time code that was not used yet: half a minute passes first."""
        self.wall[0] += codes.STEP
        return codes.code_at(_secret(self.room.secrets[name]), int(self.wall[0] // codes.STEP))

    def person(self, **options: Any) -> Officer:
        """A new browser."""
        options.setdefault("cookie_jar", aiohttp.CookieJar(unsafe=True))
        self.people.append(aiohttp.ClientSession(**options))
        return Officer(self, self.people[-1])

    async def officer(self, name: str = "ada") -> Officer:
        """A new browser that is signed in."""
        officer = self.person()
        page = await officer.sign_in(name)
        assert page.status == 200, page.words
        return officer

    async def report(self, number: int, text: str, **fields: Any) -> int:
        """A source reports and the desk collects; the case's number."""
        await asyncio.to_thread(self.room.report, entropy(number), text, **fields)
        await self.desk.engine.sync()
        return max((line["case"] for line in await self._cases()), default=0)

    async def report_with(self, number: int, *files: bytes, name: str = "file.bin", kind: str = "image/jpeg") -> int:
        """A source reports with files, which have come when this ends; the case's number."""
        await asyncio.to_thread(self._send_files, number, files, name, kind)
        await self.desk.engine.sync()
        await self.period()
        return max((line["case"] for line in await self._cases()), default=0)

    def _send_files(self, number: int, contents: tuple[bytes, ...], name: str, kind: str) -> None:
        service, twin = self.room.service, self.room.service.twin
        files, blobs = [], []
        for data in contents:
            file, sealed = seal_file(name, kind, data, service.random(32), twin.service_id)
            files.append(file)
            blobs += sealed
        body = encode_body(Report("Look.", ("discrimination",), files=tuple(files)))
        part = Part("north", service.random(16), 1, 1, body, attached=Attached(blobs, service.random, lambda: 0))
        service.visit(stretch(entropy(number), twin.service_id), part)

    async def _cases(self) -> list[dict[str, Any]]:
        session = await asyncio.to_thread(self.room.sign_in, "ada")
        return [{"case": line.number} for line in await asyncio.to_thread(session.cases)]

    async def period(self) -> None:
        """The next period begins, and the desk does what is due."""
        self.room.service.twin.advance()
        self.wall[0] = max(self.wall[0], self.room.clock())
        await self.desk.engine.sync()

    def draft(self, name: str, case: int = 1) -> Draft | None:
        """What the vault holds of what a member has begun to write."""
        with self.room.vault.reading() as connection:
            return find_draft(connection, name, case)

    def drop_drafts(self, name: str) -> None:
        """As if the member had never begun."""
        with self.room.vault.writing() as connection:
            connection.execute(tables.drafts.delete().where(tables.drafts.c.member == name))
        self.desk.drafts.forget_member(name)

    def session_of(self, officer: Officer) -> Any:
        """What the desk holds of a browser's session; None when it is over."""
        return self.desk.sessions._open.get(sha256(officer.token.encode()))


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    idle: float = IDLE,
    demo: bool = False,
    steady: Callable[[], float] | None = None,
    front: str = "",
    real: bool = False,
) -> AsyncIterator[House]:
    """A desk called north. ada may do everything, bob investigates, eve administers only. Their passphrases are
    stretched briefly, unless all is to be ``real``, the pauses after wrong ones too: tests/desk measures the real
    stretch, and a hundred sign-ins need not wait for it. ``steady`` is a real clock of idleness in place of the house's
    own; ``front`` where a front connects from, which says who calls."""
    with nullcontext() if real else brief_stretch():
        async with _house(folder, idle, demo, steady, front) as house:
            yield house


@asynccontextmanager
async def _house(
    folder: Path, idle: float, demo: bool, steady: Callable[[], float] | None, front: str
) -> AsyncIterator[House]:
    room = await asyncio.to_thread(make_room, folder)
    room.add("bob", INVESTIGATOR)
    room.add("eve", ADMINISTRATOR)
    with room.vault.writing() as connection:
        # As at ada's last sign-in.
        share_reader_keys(connection, holder_of(room.vault, "ada", PASSPHRASE))
    room.settings = replace(room.settings, demo=demo)
    room.engine.settings = room.settings
    wall, still = [room.clock()], [0.0]
    port = free_port()
    at = WebAddress("127.0.0.1", port, "", frozenset({"127.0.0.1", "north.localhost"}), False, front=parse_front(front))

    def start() -> tuple[Desk, AbstractAsyncContextManager[None]]:
        book = SessionBook(room.engine.vault, idle, now=lambda: wall[0], idle=steady or (lambda: still[0]))
        desk = Desk(room.engine, book)
        return desk, serving(desk, at)

    desk, served = start()
    house = House(room, desk, f"http://127.0.0.1:{port}/", wall, still, AsyncExitStack(), start)
    try:
        async with house.serves:
            await house.serves.enter_async_context(served)
            await room.engine.sync()
            yield house
            house.desk.sessions.close()
    finally:
        for person in house.people:
            await person.close()
        room.vault.close()
