# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spine over Tor: an onion service from deploy/tor/torrc, and a source and a desk that reach it by SOCKS only."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from dropbox.protocol.constants import BODY_PART
from tests.desk.live import sockets_of
from tests.scenarios.over_tor import SLUG, OnionService, onion_service
from tests.scenarios.service import run, until

pytestmark = pytest.mark.tor
REPORT = "Two parts, over Tor. " + "é" * (BODY_PART // 2)
LISTENING = "0A"


@pytest.fixture(scope="module")
def onion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnionService]:
    """One network for this file."""
    with onion_service(tmp_path_factory.mktemp("tor")) as service:
        yield service


def send(onion: OnionService) -> str:
    """A source reports; the codename."""
    words = ("--unit", SLUG, "--category", "discrimination", "--text-file", "-")
    ran = onion.source("report", *words, stdin=REPORT)
    assert ran.code == 0, ran.err
    return str(ran.json()["codename"])


def messages(onion: OnionService, case: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = onion.desk_says("show", case, "--json").json()["messages"]
    return found


def test_a_report_is_collected_answered_and_read(onion: OnionService) -> None:
    """A report of two parts reaches the desk whole, the source reads the reply once it is on the board, and the desk
    sees that it was read: every byte of it through the onion address."""
    codename = onion.timed("a report of two parts over Tor, two visits", lambda: send(onion))
    cases = until(lambda: json.loads(onion.desk_says("cases", "--json").out))
    case = str(cases[0]["case"])
    assert until(lambda: [one["text"] for one in messages(onion, case)] == [REPORT])
    onion.desk_says("reply", case, "--text-file", "-", stdin="Thank you. It has arrived whole.")

    def read() -> bool:
        found = onion.timed("a check over Tor, one visit", lambda: onion.check(codename))["conversations"]
        return bool(found) and found[0]["collected"] == 1 and len(found[0]["messages"]) == 1

    assert until(read)
    assert onion.check(codename)["conversations"][0]["messages"][0]["text"] == "Thank you. It has arrived whole."
    assert onion.check(codename)["warnings"] == []
    assert until(lambda: [one["state"] for one in messages(onion, case) if one["from"] == "unit"] == ["read"])


def stream(onion: OnionService, user: str) -> socket.socket:
    """A stream to the onion service by that SOCKS user, on which the server has answered. Raises OSError."""
    host, _, port = onion.reached.socks.rpartition(":")
    name = onion.reached.onion.encode()
    one = socket.create_connection((host, int(port)), timeout=30)
    try:
        with one.makefile("rb") as said:
            # One after the other: Tor throws away what comes before it has answered.
            for asked, length in (
                (b"\x05\x01\x02", 2),
                (b"\x01" + bytes([len(user)]) + user.encode() + b"\x01x", 2),
                (b"\x05\x01\x00\x03" + bytes([len(name)]) + name + (80).to_bytes(2, "big"), 10),
            ):
                one.sendall(asked)
                answered = said.read(length)
            if answered[1:2] != b"\0":
                raise ConnectionError("the proxy refused")
            one.sendall(b"GET /v1/intake HTTP/1.1\r\nhost: x\r\nx-user: " + user.encode() + b"\r\n\r\n")
            if b" 200 " not in said.readline():
                raise ConnectionError("no answer")
    except BaseException:
        one.close()
        raise
    return one


def test_a_caller_is_a_circuit(onion: OnionService) -> None:
    """What deploy/tor/torrc has Tor say before each connection's first byte names the circuit: the same for two streams
    of one SOCKS user, another for each other user; every connection has such a line, of at most 107 bytes."""
    users = ["ann", "ann", "bob", "eve"]
    for user in users:
        stream(onion, user).close()
    lines = [bytes(sent).partition(b"\r\n") for sent in onion.tap.sent]
    assert all(line.startswith(b"PROXY TCP6 fc00:dead:beef:4dad::") and len(line) < 107 for line, _, _ in lines)
    told = {user: {line for line, _, rest in lines if f"x-user: {user}".encode() in rest} for user in users}
    assert [len(told[user]) for user in ("ann", "bob", "eve")] == [1, 1, 1]
    assert len(set.union(*told.values())) == 3


def test_a_circuit_that_opens_too_many_streams_is_closed(onion: OnionService) -> None:
    """Eight at once are served; the ninth costs its opener all of them."""
    with ExitStack() as stack:
        streams = [stack.enter_context(stream(onion, "greedy")) for _ in range(8)]
        with pytest.raises(OSError):  # noqa: PT011 - a refusal by the proxy, or an end
            stream(onion, "greedy").close()
        for one in streams:
            while one.recv(1 << 16):
                pass  # to the end, which the timeout of a stream would not be


def test_an_onion_address_without_tor_is_refused(onion: OnionService) -> None:
    """The name is never looked up: the command ends with one line that names --tor."""
    ran = run("dropbox-source", "units", *onion.pinned)
    assert ran.code == 1
    assert ran.out == ""
    assert "--tor" in ran.err.splitlines()[-1]


def test_the_server_listens_on_its_unix_socket_alone(onion: OnionService) -> None:
    """No TCP socket of the server's process listens, of either family; one Unix socket does, the one in Tor's hands."""
    held = sockets_of(onion.server_pid)
    for family in ("tcp", "tcp6"):
        rows = [line.split() for line in Path(f"/proc/{onion.server_pid}/net/{family}").read_text().splitlines()[1:]]
        assert all(row[9] not in held for row in rows if row[3] == LISTENING)
    rows = [line.split() for line in Path(f"/proc/{onion.server_pid}/net/unix").read_text().splitlines()[1:]]
    # Flag 0x10000: it accepts connections.
    named = [row[7] for row in rows if row[6] in held and row[3] == "00010000"]
    assert [Path(name).name for name in named] == ["server.sock"]
    # Were the reading wrong, nothing would be found for whoever does listen: Tor's client does.
    port = f"{int(onion.reached.socks.rpartition(':')[2]):04X}"
    assert any(line.split()[1].endswith(f":{port}") for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
