# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no request gets past: host, origin, the form's token, the session, sizes; and what every answer carries."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio

from journalist_ui.web import server
from journalist_ui.web.answers import POLICY
from journalist_ui.web.routes import LONGEST_BODY, LONGEST_FORM, ROUTES, Route
from journalist_ui.web.site import Site
from journalist_ui.web_address import WebAddress
from tests.desk_web.house import IDLE, ORIGIN, House, Officer, Page, open_house

SECRET = "nobody may see these words"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
}
SIGNED_IN = [route for route in ROUTES if route.signed_in]
FORMS = [route for route in SIGNED_IN if route.method == "POST"]


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route) -> str:
    places = {"asking": "safety", "part": "picture"}
    return re.sub(r"\{([a-z]+)\}", lambda found: places.get(found[1], "1"), route.path)


@pytest_asyncio.fixture
async def officer(house: House) -> AsyncIterator[Officer]:
    """ada, signed in, with one case that holds SECRET."""
    await house.report(1, SECRET)
    yield await house.officer()


def bare(page: Page) -> bool:
    """A sign-in page, and nothing of any case on it."""
    return page.title == "Sign in - Unit desk" and SECRET not in page.body and "Case" not in page.body


async def test_without_a_session_there_is_only_the_sign_in_page(house: House, officer: Officer) -> None:
    """No cookie, an invented one and one that was locked: every page but the public ones leads to the sign-in page."""
    old = officer.token
    await officer.post("/lock")
    shown: dict[str, bool] = {}
    for token in ("", "0" * 64, old):
        stranger = house.person()
        for route in SIGNED_IN:
            if token:
                stranger.browser.cookie_jar.update_cookies({_cookie(house): token})
            answer = await stranger.send(route.method, address(route), data=b"a=b", headers=FORM)
            shown[f"{name(route)} {token}"] = (
                answer.status == 200 and bare(answer) and answer.url.startswith("/sign-in")
            )
    assert shown == dict.fromkeys(shown, True)


FORM = ORIGIN | {"content-type": "application/x-www-form-urlencoded"}


def _cookie(house: House) -> str:
    return f"desk-{house.room.settings.unit_id.hex()[:12]}"


async def test_a_form_without_the_sessions_token_does_nothing(house: House, officer: Officer) -> None:
    """A missing token, one of another session, and an empty form are refused, whatever else they hold."""
    other = await house.officer("bob")
    foreign = (await other.get("/help")).field("csrf")
    members = (await officer.get("/members")).words
    fields = {"act": "send", "once": "1" * 32, "text": "forged", "name": "bob", "sure": "yes", "keys": "off"}
    for route in FORMS:
        for sent in (fields, fields | {"csrf": foreign}, fields | {"csrf": ""}, {"x": ""}):
            page = await officer.send("POST", address(route), data=sent, headers=ORIGIN)
            assert (page.status, page.title) == (403, "Not sent - Unit desk"), name(route)
        assert "forged" not in (await officer.get("/cases/1")).words, name(route)
        assert (await officer.get("/members")).words == members, name(route)


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"origin": "OWN"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "OWN"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "OWN"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "http://evil.example"}, False),
        ({"origin": "http://127.0.0.1:1"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
async def test_a_form_comes_from_this_desks_own_pages(
    house: House, officer: Officer, headers: dict[str, str], passes: bool
) -> None:
    """Signed in or signing in: a form from anywhere else, or that does not say from where, is refused."""
    own = {key: house.url.rstrip("/") if value == "OWN" else value for key, value in headers.items()}
    page = await officer.post("/collect", headers=own)
    assert page.status == (200 if passes else 403)
    fields = {"member": "bob", "passphrase": "wrong", "code": "1"}
    page = await house.person().send("POST", "/sign-in", data=fields, headers=own)
    assert page.status == (401 if passes else 403)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("north.localhost", 200),
        ("NORTH.localhost:80", 200),
        ("evil.example", 421),
        ("north.localhost.evil.example", 421),
        ("evil-north.localhost", 421),
        ("127.0.0.1.evil.example:80", 421),
        ("127.0.0.1@evil.example", 421),
        ("", 421),
    ],
)
async def test_a_name_that_was_pointed_at_the_desk_is_refused(
    house: House, officer: Officer, host: str, status: int
) -> None:
    """Against DNS rebinding: only the desk's own names are answered, also for static files."""
    for path in ("/sign-in", "/static/desk.js", "/", "/cases/1"):
        page = await officer.get(path, headers={"host": host})
        assert page.status == status, page.words
        assert (SECRET in page.body) == (status == 200 and path in ("/", "/cases/1"))


async def raw(house: House, data: bytes) -> bytes:
    """What a plain socket gets for these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rstrip("/").rpartition(":")[2]))
    writer.write(data)
    async with asyncio.timeout(120):
        answer = await reader.read(1 << 20)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "data",
    [
        b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
        b"GET /sign-in HTTP/1.0\r\n\r\n",
        b"GET http://127.0.0.1/sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"GET /%73ign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"HEAD / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        b"not http at all\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"x" * 17_000 + b"\r\nconnection: close\r\n\r\n",
        b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\ntransfer-encoding: chunked\r\n"
        b"content-type: application/x-www-form-urlencoded\r\nconnection: close\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
    ],
)
async def test_what_no_browser_sends_is_refused_in_our_own_words(house: House, data: bytes) -> None:
    """Contradictory hosts, foreign forms of an address, broken HTTP: refused, and no answer names a program."""
    answer = await raw(house, data)
    assert re.match(rb"HTTP/1\.1 4\d\d Refused, bye\r\n", answer), answer
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"server:" not in head
    assert b"python" not in answer.lower()
    assert b"aiohttp" not in answer.lower()
    assert b"cache-control: no-store" in head


async def test_bodies_are_bounded_and_whole(house: House, officer: Officer) -> None:
    """The largest form of a route passes, one byte more is refused before it is read; other types and broken forms
    are refused."""
    csrf = (await officer.get("/help")).field("csrf")
    start = f"csrf={csrf}&act=draft&text=x&more="
    fits = start + "x" * (LONGEST_BODY - len(start))
    assert (await officer.send("POST", "/cases/1/reply", data=fits, headers=FORM)).status == 200
    assert (await officer.send("POST", "/cases/1/reply", data=fits + "x", headers=FORM)).status == 413
    small = f"csrf={csrf}&keys=on&more="
    small += "x" * (LONGEST_FORM - len(small))
    assert (await officer.send("POST", "/keys", data=small, headers=FORM)).status == 200
    assert (await officer.send("POST", "/keys", data=small + "x", headers=FORM)).status == 413
    json = ORIGIN | {"content-type": "application/json"}
    assert (await officer.send("POST", "/collect", data="{}", headers=json)).status == 415
    parts = aiohttp.FormData({"csrf": csrf})
    parts.add_field("file", b"x", filename="x")
    assert (await officer.send("POST", "/collect", data=parts, headers=ORIGIN)).status == 415
    for broken in ("", "csrf", "a=%ff%fe", "&".join(f"x{number}=1" for number in range(33)), "a=é".encode()):
        assert (await officer.send("POST", "/collect", data=broken, headers=FORM)).status == 400, broken


async def test_a_form_that_does_not_arrive_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a body and silence: refused after a while."""
    monkeypatch.setattr("dropbox.http_edge.pace.WITHIN", 0.2)
    answer = await raw(
        house,
        b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nsec-fetch-site: same-origin\r\ncontent-length: 100\r\n"
        b"content-type: application/x-www-form-urlencoded\r\n\r\na=b",
    )
    assert answer.startswith(b"HTTP/1.1 408 Refused")


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/cases/1", "/cases/99", "/no-such", "/static/desk.css", "/static/desk.js", "/static/x"]
)
async def test_every_answer_carries_the_headers(house: House, officer: Officer, path: str) -> None:
    """Pages, faults, redirects and files alike; nothing that names a program, a time or a version."""
    for someone in (officer, house.person()):
        answer = await someone.get(path, allow_redirects=False)
        assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS
        assert not {"Server", "Date", "ETag", "Last-Modified", "X-Powered-By"} & {key.title() for key in answer.headers}
        assert "Access-Control-Allow-Origin" not in answer.headers
    answer = await officer.send("DELETE", path)
    assert answer.status in (404, 405)
    assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS


async def test_the_cookie_is_this_hosts_alone(house: House) -> None:
    """HttpOnly, Strict, no domain, no lifetime; a new token at each sign-in, and the one before it dies."""
    officer = house.person()
    await officer.sign_in("ada")
    first = officer.token
    fields = {"member": "ada", "passphrase": "four plain words together", "code": house.code("ada")}
    answer = await officer.send("POST", "/sign-in", data=fields, headers=ORIGIN, allow_redirects=False)
    assert re.fullmatch(
        rf"{_cookie(house)}=[0-9a-f]{{64}}; Path=/; HttpOnly; SameSite=Strict", answer.headers["Set-Cookie"]
    )
    assert officer.token != first
    stranger = house.person()
    stranger.browser.cookie_jar.update_cookies({_cookie(house): first})
    assert bare(await stranger.get("/"))


@pytest.mark.parametrize(
    "foreign", ['a={"x":1, "y"}', 'b="unclosed', "c[1]=2", "d@e=f", "=", ";;", "g", "ü=ä", "h=" + "x" * 8_000]
)
async def test_a_foreign_cookie_of_the_host_signs_nobody_out(house: House, officer: Officer, foreign: str) -> None:
    """Whatever another program of the same host has set, before ours or after it, ours is found."""
    ours = f"{_cookie(house)}={officer.token}"
    for cookies in (f"{foreign}; {ours}", f"{ours}; {foreign}"):
        data = f"GET /cases/1 HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookies}\r\nconnection: close\r\n\r\n"
        answer = await raw(house, data.encode())
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert SECRET.encode() in answer


async def test_silent_connections_leave_room_for_others(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """One prefix of addresses, as a front tells them apart, holds half of all and no more: those that have waited
    longest are closed for newer ones, another prefix is answered, and nothing of it is a fault."""
    async with open_house(tmp_path_factory.mktemp("silent") / "desk", front="127.0.0.1") as house:
        silent = [await _from(house, f"198.51.100.{number}") for number in range(90)]
        # Those that go are waited for; then the others are looked at once more.
        assert all(await asyncio.gather(*(_is_closed(reader, 60) for reader, _ in silent[:26])))
        assert not any(await asyncio.gather(*(_is_closed(reader, 0.5) for reader, _ in silent[26:])))
        for _, writer in silent:
            writer.close()
        other = await _from(house, "203.0.113.5")
        other[1].write(b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        assert (await other[0].read()).startswith(b"HTTP/1.1 200 ")
        other[1].close()
        gc.collect()
        await asyncio.sleep(0)
        assert [record.message for record in caplog.records if record.name == "asyncio"] == []


async def _from(house: House, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of which the front says that it comes from there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rstrip("/").rpartition(":")[2]))
    writer.write(f"PROXY TCP4 {address} 127.0.0.1 40000 443\r\n".encode())
    await writer.drain()
    return reader, writer


async def _is_closed(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Whether it closes within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


async def test_locking_ends_the_session_everywhere(house: House, officer: Officer) -> None:
    """The cookie goes, the cache is cleared, a copy of the cookie opens nothing; other members stay signed in."""
    bob = await house.officer("bob")
    copy = house.person()
    copy.browser.cookie_jar.update_cookies({_cookie(house): officer.token})
    assert SECRET in (await copy.get("/cases/1")).body
    answer = await officer.post("/lock", allow_redirects=False)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert officer.token == ""
    assert bare(await copy.get("/cases/1"))
    assert SECRET in (await bob.get("/cases/1")).body


async def test_an_idle_session_is_over(house: House, officer: Officer) -> None:
    """A second before the time it lives, and each request prolongs it; a second after there is the sign-in page."""
    for _ in range(3):
        house.steady[0] += IDLE - 1
        assert SECRET in (await officer.get("/cases/1")).body
    house.steady[0] += IDLE + 1
    page = await officer.get("/cases/1")
    assert bare(page)
    assert "Your session is over" in page.words
    assert officer.token == ""


async def test_public_pages_prolong_nothing(house: House, officer: Officer) -> None:
    """Sign-in page and files, asked for again and again: the session ends on time."""
    for path in ("/sign-in", "/sign-in?why=idle", "/static/desk.js", "/no-such"):
        house.steady[0] += IDLE / 3
        await officer.get(path)
    assert bare(await officer.get("/"))


async def test_titles_and_addresses_hold_no_word_of_a_case(house: House) -> None:
    """Every page of a case whose each field holds a marker: the marker is in no title, no address, no header."""
    await house.report(2, "MARKER text", force="marker", answers={"marker": "MARKER answer"})
    officer = await house.officer()
    fields = {"text": "MARKER reply", "act": "preview"}
    pages = [await officer.get(path) for path in ("/", "/cases/1", "/members", "/audit", "/status", "/help")]
    pages.append(await officer.post("/cases/1/reply", fields))
    pages.append(await officer.post("/cases/1/reply", fields | {"act": "send", "once": pages[-1].field("once")}))
    pages.append(await officer.post("/cases/1/reply", fields | {"act": "draft"}))
    assert "MARKER" in pages[1].body
    for page in pages:
        assert "marker" not in (page.title + page.url + str(page.headers)).lower()


async def test_under_https_the_cookie_says_so(house: House) -> None:
    """Where browsers come by https the cookie is Secure and bound to the host by its name."""
    address = WebAddress("127.0.0.1", 1, "https://north.example/", frozenset({"north.example"}), secure=True)
    _, value = Site(house.desk, address).set_cookie("1")
    assert value == f"__Host-{_cookie(house)}=1; Path=/; HttpOnly; SameSite=Strict; Secure"


async def test_a_demo_says_so_on_every_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The banner stands on each page and fault, and on none of a real desk."""
    for demo in (True, False):
        async with open_house(tmp_path_factory.mktemp("demo") / "desk", demo=demo) as house:
            await house.report(3, "x")
            officer = await house.officer()
            for path in (
                "/sign-in",
                "/",
                "/cases/1",
                "/members",
                "/passphrase",
                "/audit",
                "/status",
                "/help",
                "/no-such",
            ):
                assert ("Demonstration." in (await officer.get(path)).words) == demo, path


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nhost: 127.0"])
async def test_a_request_that_never_ends_is_let_go(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    """A silent connection and half a head: closed after a while, so that nobody holds all connections."""
    monkeypatch.setattr(server, "_LIMITS", replace(server._LIMITS, head_within=0.3, idle_within=0.3))
    monkeypatch.setattr("dropbox.http_edge.places._FLUSH", 0.0)
    async with open_house(tmp_path_factory.mktemp("slow") / "desk") as house:
        assert await raw(house, data) == b""
