# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server or a network observer sees of a visit: the same bytes, but for what is inside the envelope."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from dropbox.flows.drive import drive
from dropbox.flows.source.visit import visit
from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.codename import encode_codename
from dropbox.protocol.constants import ENVELOPE
from dropbox.transport.source import SourceConnection
from dropbox.words import codename_words
from tests.browser.lying_server import Asked, Way, drip, half, late, lying_server, try_later
from tests.long_form import LONG
from tests.scenarios.carrier import Carrier
from tests.scenarios.service import Demo, asked, run

CODENAMES = 200 if LONG else 50
DIRECTORY, BOARD, ROWS, ENVELOPE_PATH = "/v1/directory", "/v1/board", "/v1/rows", "/v1/envelopes"
UNKNOWN = " ".join(encode_codename(bytes(12), codename_words()))
REAL = "VISITS" in os.environ
"""`make visits`: under the limits of a release and a wait of a minute. Otherwise they are shortened."""
WAIT = 60.0 if REAL else 3.0
LIMITS = {
    "transport.limits": {"PATIENCE": 2.0, "FIRST_PAUSE": 0.05, "GRACE": 5.0},
    "source_cli.service": {"AFTER_BOARD": 0.1},
    "source_cli.sending": {"PAUSE": 0.5},
}
COMMAND = """
import sys
from importlib import import_module
for name, limits in %r.items():
    for limit, seconds in limits.items():
        assert hasattr(import_module(f"dropbox.{name}"), limit)
        setattr(import_module(f"dropbox.{name}"), limit, seconds)
from dropbox.source_cli.commands import main
sys.exit(main())
"""
SLACK = 60.0 if REAL else 10.0
"""Seconds: what a busy machine adds to a pause."""


@pytest.fixture
def watched(demo: Demo) -> Iterator[Carrier]:
    """The demo's service behind a port that keeps what visitors send."""
    carrier = Carrier(port=urlsplit(demo.service).port)
    yield carrier
    carrier.close()


def outside(sent: bytes) -> bytes:
    """What one connection sent, without the 16,384 bytes of its envelope. The demo's board changes every few seconds:
    a visit that falls into that moment fetches everything once more, which counts once."""
    at = sent.index(b"POST /v1/envelopes")
    body = sent.index(b"\r\n\r\n", at) + 4
    assert len(sent) == body + ENVELOPE
    fetched = sent[:at]
    once = fetched[: at // 2]
    return (once if fetched == 2 * once else fetched) + sent[at:body]


def test_every_command_sends_the_same_requests(demo: Demo, watched: Carrier, tmp_path: Path) -> None:
    """A list of units, a report, an answer, a return with messages, a return with none, an unknown codename, an unknown
    unit, contact details that are left, taken back, and not taken: four requests on one connection, the same bytes
    outside the envelope."""
    details = ("--contact-file", str(tmp_path / "contact"))
    (tmp_path / "contact").write_text("By night alone.")
    address = f"http://127.0.0.1:{watched.port}"
    pinned = ("--service", address, "--anchor", demo.pinned[3])
    report = ("report", *pinned, "--category", "discrimination", "--text-file", "-", "--json")
    codename = demo.report("intake", "for the watched visits")["codename"]
    commands = (
        (("units", *pinned), ""),
        ((*report, "--unit", "intake"), "a report"),
        ((*report, "--unit", "nobody"), "to nobody"),
        ((*report, "--unit", "intake", *details), "a report"),
        ((*report, "--unit", "demo-south", *details), "to a unit that takes none"),
        (("contact", "--withdraw", *pinned, "--unit", "intake"), f"{codename}\n"),
        (("check", *pinned), f"{codename}\n"),
        (("reply", *pinned, "--unit", "intake", "--text-file", "-"), f"{codename}\nmore"),
        (("reply", *pinned, "--text-file", "-"), "acid acorn acre acts afar affix aged agent\nx"),
    )
    for words, stdin in commands[:-1]:
        before = len(watched.sent)
        # The first in a process of its own, which sends what the others do.
        (run if words == commands[0][0] else asked)("dropbox-source", *words, stdin=stdin)
        assert len(watched.sent) == before + 1
    assert len({outside(bytes(sent)).replace(str(watched.port).encode(), b"PORT") for sent in watched.sent}) == 1
    before = len(watched.sent)
    assert asked("dropbox-source", *commands[-1][0], stdin=commands[-1][1]).code == 1
    assert len(watched.sent) == before


def test_the_requests_of_many_codenames_are_identical(demo: Demo, watched: Carrier) -> None:
    """Over many codenames the bytes outside the envelope do not differ, and no envelope is like another."""
    anchor = verify_first_anchor(parse_signed_anchor(dearmour("ANCHOR", Path(demo.pinned[3]).read_bytes())))

    async def one() -> None:
        flow = visit(anchor, secrets.token_bytes(32), None, int(time.time()), secrets.token_bytes)
        async with SourceConnection(f"http://127.0.0.1:{watched.port}") as transport:
            await drive(flow, transport.answer)

    async def many() -> None:
        for _ in range(CODENAMES):
            await one()

    asyncio.run(many())
    sent = [bytes(one) for one in watched.sent]
    assert len(sent) == CODENAMES
    assert len({outside(one) for one in sent}) == 1
    assert len({one[-ENVELOPE:] for one in sent}) == CODENAMES


def _fetched_once(asked: list[Asked]) -> list[Asked]:
    """The same of requests, one after the other."""
    fetch, paths = [DIRECTORY, BOARD, ROWS], [one.path for one in asked]
    again = [at + place for at in range(len(asked)) if paths[at : at + 6] == 2 * fetch for place in range(3)]
    return [one for at, one in enumerate(asked) if at not in again]


def _command(*words: str, stdin: str) -> None:
    """One of ``dropbox-source``, in a process of its own, however it ends."""
    program = COMMAND % ({} if REAL else LIMITS)
    run = [sys.executable, "-c", program, *words]
    ended = subprocess.run(run, input=stdin.encode(), capture_output=True, check=False)
    assert b"Traceback" not in ended.stderr, ended.stderr


async def _watched(demo: Demo, ways: dict[str, list[Way]], words: tuple[str, ...], stdin: str) -> list[Asked]:
    """What a server was asked that answered in these ways."""
    async with lying_server(demo.service) as server:
        server.ways.update({path: list(way) for path, way in ways.items()})
        pinned = ("--service", server.address, "--anchor", demo.pinned[3])
        await asyncio.to_thread(_command, words[0], *pinned, *words[1:], stdin=stdin)
        return _fetched_once(server.asked)


def _outside(one: Asked) -> tuple[object, ...]:
    """All but what is inside, and the port, which each of these servers has to itself."""
    return one.method, one.path, [pair for pair in one.headers if pair[0].lower() != b"host"], len(one.body)


async def refuse_late(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """As a server without a turn to give."""
    await asyncio.sleep(WAIT)
    return await try_later(request, answer)


FIRST_PAUSE, GRACE, AFTER_BOARD, AGAIN = (0.5, 120.0, 1.0, 5.0) if REAL else (0.05, 5.0, 0.1, 0.5)
LOADS: dict[str, tuple[dict[str, list[Way]], list[str], list[float]]] = {
    "drips, refuses, cuts, then lets wait": (
        {DIRECTORY: [drip(0.1)], ENVELOPE_PATH: [try_later, half, late(WAIT)]},
        [DIRECTORY, DIRECTORY, BOARD, ROWS, *[ENVELOPE_PATH] * 3],
        [GRACE + AGAIN, 0, 0, AFTER_BOARD, FIRST_PAUSE, 2 * FIRST_PAUSE],
    ),
    "lets wait and then takes nothing": (
        {ENVELOPE_PATH: [refuse_late] * 3},
        [DIRECTORY, BOARD, ROWS, ENVELOPE_PATH] * 3,
        [0, 0, AFTER_BOARD, WAIT + AGAIN, 0, 0, AFTER_BOARD, WAIT + AGAIN, 0, 0, AFTER_BOARD],
    ),
}
"""How the server answers, which requests follow, and the least pause between two."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("load", LOADS)
async def test_a_loaded_server_sees_the_same_of_every_visit(demo: Demo, load: str) -> None:
    """A report, an answer, a return and an unknown codename: whatever the server makes them wait for, the same requests
    of the same sizes after the same pauses."""
    ways, paths, least = LOADS[load]
    codename = (await asyncio.to_thread(demo.report, "intake", "for the loaded visits"))["codename"]
    report = ("report", "--unit", "intake", "--category", "discrimination", "--text-file", "-", "--json")
    reply = ("reply", "--unit", "intake", "--text-file", "-")
    kinds = ((report, "a report"), (reply, f"{codename}\nmore"), (("check",), codename), (("check",), UNKNOWN))
    traces = await asyncio.gather(*(_watched(demo, ways, *kind) for kind in kinds))
    for trace in traces:
        assert [one.path for one in trace] == paths
        assert [_outside(one) for one in trace] == [_outside(one) for one in traces[0]]
        pauses = [later.at - earlier.at for earlier, later in pairwise(trace)]
        late_by = [pause - at_least for pause, at_least in zip(pauses, least, strict=True)]
        assert min(late_by) >= -0.02, pauses
        assert max(late_by) < SLACK, pauses
