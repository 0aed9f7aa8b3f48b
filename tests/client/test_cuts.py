# SPDX-License-Identifier: AGPL-3.0-or-later
"""A board or its rows that are cut, or replaced, on their way: both sources go on where they were, and nowhere else."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dropbox.flows.requests import GetBoard, GetRows
from dropbox.transport.errors import TransportFailed
from dropbox.transport.source import SourceConnection
from tests.client.node_session import NODE, NodeSession
from tests.client.test_transport import BURST, UNKNOWN, check
from tests.client.twin_server import CUT, Answer, TwinServer, cut, hang_up, refused

MODULE = (Path(__file__).parents[2] / "client" / "transport" / "http.js").as_uri()
SCRIPT = """
import { HttpTransport } from "%s";
const [service, ask, patience] = process.argv.slice(1);
const transport = new HttpTransport(() => undefined, { service, patience: Number(patience) });
const told = await transport.answer({ ask }).catch((error) => error.code);
process.stdout.write(JSON.stringify(typeof told === "string" ? [told] : [...told]));
"""
PATIENCE = 2
"""Seconds: the first pause is half of one."""


def by_browser(url: str, ask: str) -> bytes | str:
    """What the browser's transport answers: bytes, or the code of what it throws."""
    command = [NODE, "--input-type=module", "-e", SCRIPT % MODULE, url, ask, str(1_000 * PATIENCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    return told[0] if isinstance(told[0], str) else bytes(told)


def by_command_line(url: str, ask: str) -> bytes | str:
    """The same of the command line's."""

    async def fetch() -> bytes | str:
        async with SourceConnection(url, patience=PATIENCE) as connection:
            try:
                answer = await connection.answer(GetBoard() if ask == "board" else GetRows())
            except TransportFailed as failed:
                return failed.code
            assert isinstance(answer, bytes)
            return answer

    return asyncio.run(fetch())


Fetch = Callable[[str, str], bytes | str]
BOTH = pytest.mark.parametrize("fetch", [by_browser, by_command_line])


@BOTH
@pytest.mark.parametrize("ask", ["board", "rows"])
def test_a_cut_answer_is_gone_on_with_from_its_last_byte(server: TwinServer, fetch: Fetch, ask: str) -> None:
    """Behind the first byte, in the middle, before the last one, and where nothing came at all: no byte is asked for
    twice."""
    twin, name = server.service.twin, server.board_id
    whole = twin.board if ask == "board" else twin.rows
    server.faults[f"/v1/{ask}"] = [cut(1), cut(0), cut(700), hang_up, cut(len(whole) - 702)]
    same = fetch(server.url, ask) == whole
    assert same
    starts = [1, 1, 701, 701, len(whole) - 1]
    assert server.paths() == [f"/v1/{ask}", *(f"/v1/{ask}/{name}/{start}" for start in starts)]


@BOTH
def test_what_is_shown_no_more_is_begun_again(server: TwinServer, fetch: Fetch) -> None:
    """Another board took its place while the line was down."""
    first = server.board_id

    def replace(honest: Answer) -> Answer:
        server.service.tick(2)
        return CUT, honest[1][:100]

    server.faults["/v1/rows"] = [replace]
    came = fetch(server.url, "rows")
    # Not compared by assert: what differs would be printed whole.
    same = came == server.service.twin.rows
    assert same
    assert server.board_id != first
    assert server.paths() == ["/v1/rows", f"/v1/rows/{first}/100", "/v1/rows"]


@BOTH
@pytest.mark.parametrize("named", ["1" * 64, "1" * 63, "A" * 64, ""])
def test_the_rest_of_another_board_is_none_of_the_services(server: TwinServer, fetch: Fetch, named: str) -> None:
    """Nothing is put together from two boards, nor where nobody says of which one it is."""

    def lie(honest: Answer) -> Answer:
        server.board = named or "none"
        return honest

    server.faults["/v1/rows"] = [cut(100), lie]
    assert fetch(server.url, "rows") == "bad-answer"


@BOTH
def test_a_service_that_sends_nothing_more_is_given_up(server: TwinServer, fetch: Fetch) -> None:
    """A cut that brought something begins patience anew, and none that did not."""
    server.faults["/v1/rows"] = [cut(100), *[hang_up] * 99]
    assert fetch(server.url, "rows") == "unreachable"
    assert len(server.paths()) < 8


@BOTH
def test_a_rest_that_is_refused_otherwise_is_a_refusal(server: TwinServer, fetch: Fetch) -> None:
    """Only what is shown no more is begun again, and that once what had come is forgotten."""
    server.faults["/v1/rows"] = [cut(100), refused(400, "malformed")]
    assert fetch(server.url, "rows") == "refused"
    server.faults["/v1/rows"] = [refused(410, "board-gone")]
    assert fetch(server.url, "rows") == "refused"


def test_a_board_that_was_replaced_meanwhile_is_asked_for_once_more(server: TwinServer, session: NodeSession) -> None:
    """Its rows are of another one by then; twice is not believed, and nothing is posted."""

    def replace(answer: Answer) -> Answer:
        server.service.tick(2)
        return answer

    server.faults["/v1/board"] = [replace]
    assert check(session, UNKNOWN).done["warnings"] == []
    assert server.paths() == [*BURST[:3], *BURST]
    server.asked.clear()
    server.faults["/v1/board"] = [replace, replace]
    assert check(session, UNKNOWN).failed["code"] == "rows-mismatch"
    assert server.paths() == BURST[:3] * 2


SLOW = """
import { HttpTransport } from "%s";
const [size, piece, rate] = [8_000_000, 100_000, 16_384];
let [now, cuts] = [0, 0];
globalThis.performance.now = () => now;
const timers = new Set();
globalThis.setTimeout = (act, milliseconds = 0) => {
  const timer = { act, at: now + milliseconds };
  timers.add(timer);
  // A pause between tries passes at once; what would end a try waits for its time.
  if (milliseconds <= 30_000) { now += milliseconds; timers.delete(timer); act(); }
  return timer;
};
globalThis.clearTimeout = (timer) => timers.delete(timer);
const pass = (bytes) => {
  now += (1_000 * bytes) / rate;
  for (const timer of [...timers]) if (timer.at <= now) { timers.delete(timer); timer.act(); }
};
globalThis.fetch = async (path, { signal }) => {
  const start = Number(path.split("/")[4] ?? 0);
  let sent = 0;
  const body = new ReadableStream({
    pull: (to) => {
      if (signal.aborted) return to.error(new Error("aborted"));
      if (sent >= piece) { cuts += 1; return to.error(new Error("cut")); }
      const bytes = Math.min(10_000, size - start - sent);
      pass(bytes);
      sent += bytes;
      if (bytes) to.enqueue(new Uint8Array(bytes));
      if (start + sent === size) to.close();
    },
  }, { highWaterMark: 0 });
  const headers = { "content-length": String(size - start), "dropbox-board": "0".repeat(64) };
  return new Response(body, { headers });
};
const came = await new HttpTransport(() => undefined).answer({ ask: "rows" });
process.stdout.write(JSON.stringify([came.length, cuts, Math.round(now / 1_000)]));
"""


def test_a_slow_line_that_is_cut_again_and_again_finishes() -> None:
    """8 MB at 16 kB a second with a cut every 100 kB: within the grace and what the bytes take at the least rate."""
    command = [NODE, "--input-type=module", "-e", SLOW % MODULE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    size, cuts, seconds = json.loads(done.stdout)
    assert (size, cuts) == (8_000_000, 79)
    assert 488 <= seconds < 600
