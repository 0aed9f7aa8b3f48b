# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who came to the server is in no file, log or status of it, and no core of it is written."""

import asyncio
import os
import signal
import subprocess
import sys
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from socket import AF_UNIX, socket

import pytest

from bench.flood_house import House, honest_visits, make_house
from bench.flood_tor import circuit_line
from tests.server.world import random_envelope

BIN = Path(sys.executable).parent
CIRCUIT = 0x5EED_CA5E
ADDRESSES = ("203.0.113.77", "2001:db8:5eed:ca5e:1:2:3:4")
"""Planted: of a front that passes on addresses."""


def lines() -> list[bytes]:
    """A line of Tor's, and one of a front's for each kind of address."""
    fronts = [f"PROXY TCP{ip_address(one).version} {one} ::1 51966 443\r\n".encode() for one in ADDRESSES]
    return [circuit_line(CIRCUIT), fronts[0].replace(b"::1", b"127.0.0.1"), fronts[1]]


def marks() -> list[bytes]:
    """Every form in which a caller could have been written down, long enough that chance does not make it."""
    circuit = IPv6Address(circuit_line(CIRCUIT).split()[2].decode())
    long = [circuit, *(ip_address(one) for one in ADDRESSES if ":" in one)]
    texts = [*ADDRESSES, "203.0.113", str(circuit), "dead:beef", "2001:db8:5eed", str(CIRCUIT), f"{CIRCUIT:x}", "51966"]
    packed = [part for one in long for part in (one.packed, one.packed[:7])]
    return [text.encode() for text in texts] + packed + [one.exploded.encode() for one in long]


def say(house: House, line: bytes, request: bytes) -> bytes:
    with socket(AF_UNIX) as one:
        one.settimeout(20)
        one.connect(str(house.socket))
        one.sendall(line + request)
        return one.recv(1 << 16)


def post(body: bytes) -> bytes:
    head = "POST /v1/envelopes HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def test_nobody_who_came_is_written_down(tmp_path: Path) -> None:
    """After envelopes, requests that are no HTTP and half ones from planted circuits and addresses: no file of the
    service, nothing that it logged, and neither `status` nor `doctor` holds any form of them."""
    house = make_house(tmp_path, quotas=[8])
    with house.serving():
        for line in lines():
            assert b" 200 " in say(house, line, post(random_envelope())).split(b"\r\n")[0]
            assert b" 400 " in say(house, line, b"nonsense\r\n\r\n").split(b"\r\n")[0]
        asyncio.run(honest_visits(house, 2))
        config = tmp_path / "server.toml"
        said = [
            subprocess.run([BIN / "dropbox-admin", verb, "--config", config, "--json"], capture_output=True)
            for verb in ("status", "doctor")
        ]
    found = {str(one.relative_to(tmp_path)): one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    assert {"server.log", "data/server.sqlite"} <= set(found)
    found |= {one.args[1]: one.stdout + one.stderr for one in said}
    assert [(name, mark) for name, data in found.items() for mark in marks() if mark in data] == []


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_no_core_is_written(tmp_path: Path, number: int) -> None:
    """Of a server that a signal ends, whatever its starter allows, and even if the limit is lifted again."""
    make_house(tmp_path, quotas=[8])
    place = tmp_path / "cores"
    place.mkdir()
    command = f"ulimit -c unlimited && cd {place} && exec "
    serve = f"{BIN / 'dropbox'} serve --config {tmp_path / 'server.toml'}"
    with subprocess.Popen(["bash", "-c", command + serve], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        began = running.stdout.readline()
        limits = Path(f"/proc/{running.pid}/limits").read_text().splitlines()
        # Where this user may, so that the process's own word alone holds.
        subprocess.run(["prlimit", f"--pid={running.pid}", "--core=unlimited"], capture_output=True)
        running.send_signal(number)
        # Without waiting for it in the way that forgets whether there was a core.
        ended = os.waitid(os.P_PID, running.pid, os.WEXITED)
    assert began.startswith(b"listening on ")
    assert [line.split()[4:6] for line in limits if line.startswith("Max core file size")] == [["0", "0"]]
    assert ended is not None
    assert (ended.si_code, ended.si_status) == (os.CLD_KILLED, number)  # and not CLD_DUMPED
    assert list(place.iterdir()) == []
