# SPDX-License-Identifier: AGPL-3.0-or-later
"""The worker's requests to a service that drips, stops or says nothing: as those of tests/cli/test_slow_service.py."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.client.dripping import ENOUGH, GRACE, LONG, SIZE, SLOW, Say, keeps_the_rate, service
from tests.client.node_session import NODE

MODULE = (Path(__file__).parents[2] / "client" / "transport" / "http.js").as_uri()
SCRIPT = """
import { HttpTransport } from "%s";
const [asked, how] = process.argv.slice(1).map((one) => JSON.parse(one));
const results = asked.map(async (ask) => {
  const transport = new HttpTransport(() => undefined, how);
  const begun = performance.now();
  const request = { ask, envelope: new Uint8Array(%d) };
  const told = await transport.answer(request).catch((error) => ({ code: error.code }));
  const { code, reason, perhaps, length } = told;
  return { code: code ?? reason?.code, perhaps, length, seconds: (performance.now() - begun) / 1000 };
});
process.stdout.write(JSON.stringify(await Promise.all(results)));
"""


async def told_by(say: Say, *asked: str) -> list[dict[str, Any]]:
    """How each of these requests ended, all made at once."""
    async with service(say) as url:
        how = {"service": url, "grace": GRACE * 1000, "afterBoard": 1}
        arguments = ("--input-type=module", "-e", SCRIPT % (MODULE, SIZE), json.dumps(asked), json.dumps(how))
        node = await asyncio.create_subprocess_exec(NODE, *arguments, stdout=asyncio.subprocess.PIPE)
        said, _ = await node.communicate()
        found: list[dict[str, Any]] = json.loads(said)
        return found


@pytest.mark.parametrize("say", SLOW)
async def test_nobody_waits_longer_than_the_bytes_may_take(say: Say) -> None:
    """Within the grace and the bytes at the least rate, retries and all: directory and board are then as a broken
    connection, and an envelope may be stored."""
    told = await told_by(say, "directory", "board", "envelope")
    assert [one["code"] for one in told] == ["unreachable"] * 3
    assert told[2]["perhaps"] is True
    assert max(one["seconds"] for one in told) < ENOUGH


async def test_what_keeps_the_least_rate_comes_through() -> None:
    """However long it takes."""
    (told,) = await told_by(keeps_the_rate, "board")
    assert told["length"] == LONG
    assert told["seconds"] > 4 * GRACE
