# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server or a network observer sees of a visit: the same bytes, but for what is inside the envelope."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dropbox.flows.drive import drive
from dropbox.flows.source.visit import visit
from dropbox.protocol.anchors import parse_signed_anchor, verify_first_anchor
from dropbox.protocol.armour import dearmour
from dropbox.protocol.constants import ENVELOPE
from dropbox.transport.source import SourceConnection
from tests.scenarios.carrier import Carrier
from tests.scenarios.service import Demo, run

CODENAMES = 200


@pytest.fixture
def watched(demo: Demo) -> Iterator[Carrier]:
    """The demo's service behind a port that keeps what visitors send."""
    carrier = Carrier(port=urlsplit(demo.service).port)
    yield carrier
    carrier.close()


def outside(sent: bytes) -> bytes:
    """What one connection sent, without the 16,384 bytes of its envelope."""
    at = sent.index(b"POST /v1/envelopes")
    body = sent.index(b"\r\n\r\n", at) + 4
    assert len(sent) == body + ENVELOPE
    return sent[:body]


@pytest.mark.timeout(240)
def test_every_command_sends_the_same_requests(demo: Demo, watched: Carrier) -> None:
    """A list of units, a report, an answer, a return with messages, a return with none, an unknown codename and an
    unknown unit: three requests on one connection, the same bytes outside the envelope."""
    address = f"http://127.0.0.1:{watched.port}"
    pinned = ("--service", address, "--anchor", demo.pinned[3])
    report = ("report", *pinned, "--category", "discrimination", "--text-file", "-", "--json")
    codename = demo.report("intake", "for the watched visits")["codename"]
    commands = (
        (("units", *pinned), ""),
        ((*report, "--unit", "intake"), "a report"),
        ((*report, "--unit", "nobody"), "to nobody"),
        (("check", *pinned), f"{codename}\n"),
        (("reply", *pinned, "--unit", "intake", "--text-file", "-"), f"{codename}\nmore"),
        (("reply", *pinned, "--text-file", "-"), "acid acorn acre acts afar affix aged agent\nx"),
    )
    for words, stdin in commands[:-1]:
        before = len(watched.sent)
        run("dropbox-source", *words, stdin=stdin)
        assert len(watched.sent) == before + 1
    assert len({outside(bytes(sent)).replace(str(watched.port).encode(), b"PORT") for sent in watched.sent}) == 1
    before = len(watched.sent)
    assert run("dropbox-source", *commands[-1][0], stdin=commands[-1][1]).code == 1
    assert len(watched.sent) == before


@pytest.mark.timeout(240)
def test_the_requests_of_many_codenames_are_identical(demo: Demo, watched: Carrier) -> None:
    """Over 200 codenames the bytes outside the envelope do not differ, and no envelope is like another."""
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
