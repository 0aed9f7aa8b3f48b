# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who calls: the front's line, the marks of callers, and that nothing is believed where no setting asks for it."""

import asyncio
import ipaddress
import secrets
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dropbox.http_edge.callers import (
    HOUR,
    LONGEST_PROXY_LINE,
    SHARED,
    Callers,
    Kind,
    NoProxyLine,
    parse_front,
    plain_address,
    proxy_line,
)
from dropbox.server.config import ConfigRefused, parse_config
from tests.server.service import ENVELOPES, Running, make_config, parse_seen, post_bytes, running
from tests.server.world import World, random_envelope

CIRCUIT = b"PROXY TCP6 fc00:dead:beef:4dad::0:1a ::1 26 80\r\n"
ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def tell(callers: Callers, address: str):
    return callers.tell(plain_address(address))


@given(ADDRESSES, st.binary(max_size=50))
def test_a_line_gives_the_address_and_leaves_the_rest(address, rest: bytes) -> None:
    """Whatever the address; and a line that is not whole yet is waited for, byte by byte."""
    line = f"PROXY TCP{address.version} {address} {address} 1 65535\r\n".encode()
    assert proxy_line(line + rest) == (plain_address(str(address)), rest)
    for end in range(len(line)):
        assert proxy_line(line[:end]) is None


@given(st.binary(max_size=200))
def test_whatever_comes_is_a_line_or_refused(data: bytes) -> None:
    """No bytes make it fail otherwise, and none longer than a line are held."""
    with suppress(NoProxyLine):
        assert proxy_line(data) is not None or len(data) < LONGEST_PROXY_LINE


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1\r\n",
        b"PROXY UNKNOWN\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
        b"PROXY TCP4 192.0.2.300 192.0.2.2 1 2\r\n",
        b"PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
        b"proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
        b"PROXY TCP6 " + b"0" * 100,
    ],
)
def test_lines_that_are_refused(line: bytes) -> None:
    """Other forms of the protocol, and what is none, at once."""
    with pytest.raises(NoProxyLine):
        proxy_line(line)


def test_who_is_one_caller() -> None:
    """A circuit by its number; addresses by their prefix, 24 or 56 bits; this machine and a bare socket are shared."""
    callers = Callers(secrets.token_bytes, lambda: 0.0)
    assert callers.tell(None) == tell(callers, "127.0.0.1") == tell(callers, "::1") == SHARED
    assert tell(callers, "::ffff:127.0.0.1") == SHARED
    first, second = (tell(callers, f"fc00:dead:beef:4dad::0:{one}") for one in ("1a", "1b"))
    assert first.kind is Kind.CIRCUIT
    assert first == tell(callers, "fc00:dead:beef:4dad::0:1a") != second
    assert tell(callers, "192.0.2.1") == tell(callers, "192.0.2.254") != tell(callers, "192.0.3.1")
    assert tell(callers, "2001:db8:0:ff::1") == tell(callers, "2001:db8:0:1::9") != tell(callers, "2001:db8:0:100::1")
    assert tell(callers, "::ffff:192.0.2.7") == tell(callers, "192.0.2.1")
    # The number of a circuit is no prefix of an address.
    assert tell(callers, "0.0.0.26").mark != tell(callers, "fc00:dead:beef:4dad::0:1a").mark


def test_a_mark_lives_for_an_hour() -> None:
    """The same within it, another after it, another in another process; and no mark holds its address."""
    now = [0.0]
    callers = Callers(secrets.token_bytes, lambda: now[0])
    mark = tell(callers, "192.0.2.1").mark
    now[0] = HOUR - 1
    assert tell(callers, "192.0.2.1").mark == mark
    now[0] = HOUR
    assert tell(callers, "192.0.2.1").mark != mark
    now[0] = 0.0
    assert (
        len({mark, tell(callers, "192.0.2.1").mark, tell(Callers(secrets.token_bytes, lambda: 0.0), "192.0.2.1").mark})
        == 3
    )
    assert ipaddress.ip_address("192.0.2.1").packed not in mark


def test_the_setting_fits_the_listener(tmp_path: Path) -> None:
    """A Unix socket has Tor or nothing before it, a port an address or nothing; what else is written is refused."""
    text = make_config(tmp_path, World(), unix=True).encode()
    assert parse_config(text).announced is None
    front = parse_config(text.replace('front = ""', 'front = "unix"')).announced
    assert front is not None
    assert front.address is None
    for wrong in ("192.0.2.1", "tor", "unix:/x", "192.0.2.1:80"):
        with pytest.raises(ConfigRefused, match="front"):
            parse_config(text.replace('front = ""', f'front = "{wrong}"'))
    with pytest.raises(ConfigRefused, match="workers"):
        parse_config(text.replace("workers = 1", "workers = 0"))
    port = text.replace(f"unix:{tmp_path}/socket", "127.0.0.1:0")
    assert parse_config(port.replace('front = ""', 'front = "127.0.0.1"')).front == "127.0.0.1"
    with pytest.raises(ConfigRefused, match="front"):
        parse_config(port.replace('front = ""', 'front = "unix"'))
    assert parse_front("") is None


async def first_bytes(server: Running, data: bytes) -> bytes:
    reader, writer = await server.connect()
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(1 << 16), 5)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_the_line_is_required_where_it_is_read(tmp_path: Path) -> None:
    """With a front every connection begins with its line, in whatever pieces it comes; one that does not is closed
    without a word. Without a front the line is no HTTP."""
    request = b"GET /v1/intake HTTP/1.1\r\nhost: x\r\n\r\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with running(tmp_path / "a", World(), unix=True, front="unix") as server:
        assert parse_seen(await first_bytes(server, CIRCUIT + request)).status == 200
        assert await first_bytes(server, request) == b""
        assert await first_bytes(server, b"PROXY UNKNOWN\r\n" + request) == b""
        reader, writer = await server.connect()
        for byte in CIRCUIT + request:
            writer.write(bytes([byte]))
            await writer.drain()
        assert parse_seen(await asyncio.wait_for(reader.read(1 << 16), 5)).status == 200
        writer.close()
        envelope = post_bytes(ENVELOPES, random_envelope())
        assert parse_seen(await first_bytes(server, CIRCUIT + envelope)).status == 200
        assert server.service.waiting.turns.supply.firsts.spent == 1
        assert parse_seen(await first_bytes(server, CIRCUIT + post_bytes(ENVELOPES, random_envelope()))).status == 200
        assert server.service.waiting.turns.supply.common.spent == 1
    async with running(tmp_path / "b", World(), unix=True) as server:
        assert parse_seen(await first_bytes(server, CIRCUIT + request)).status == 400


async def test_only_the_named_front_is_heard(tmp_path: Path) -> None:
    """At a port, a connection from elsewhere than the front's address is closed, whatever it says."""
    request = b"PROXY TCP4 192.0.2.1 192.0.2.9 1 2\r\nGET /v1/intake HTTP/1.1\r\nhost: x\r\n\r\n"
    for folder, front, answered in ((tmp_path / "a", "127.0.0.1", True), (tmp_path / "b", "192.0.2.9", False)):
        folder.mkdir()
        async with running(folder, World(), front=front) as server:
            assert bool(await first_bytes(server, request)) is answered
