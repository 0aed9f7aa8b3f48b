# SPDX-License-Identifier: AGPL-3.0-or-later
"""When an envelope leaves the browser (docs/protocol.md, 7.1.5)."""

import json
import subprocess
from pathlib import Path

from tests.client.moments import MOMENTS
from tests.client.node_session import NODE

STEADY = """
import { HttpTransport } from "%s";
const results = [];
for (const [judged, read] of %s) {
  let now = 0;
  globalThis.performance.now = () => now;
  globalThis.setTimeout = (act, milliseconds = 0) => {
    // The pauses pass at once; what would end the wait never comes.
    if (milliseconds < 5_000) { now += milliseconds; act(); }
    return 0;
  };
  globalThis.fetch = async (path) => {
    if (path.endsWith("envelopes")) results.push(now);
    return new Response(new Uint8Array(256), { headers: { "dropbox-board": "0".repeat(64) } });
  };
  const transport = new HttpTransport(() => undefined);
  await transport.answer({ ask: "rows" });
  now = judged;
  await transport.answer({ ask: "reading" });
  now = read;
  await transport.answer({ ask: "envelope", envelope: new Uint8Array(1) });
}
console.log(JSON.stringify(results));
"""


def test_the_moment_is_settled_when_judging_ends() -> None:
    """However long reading then takes within its half of a second, and in whole ones where it takes longer."""
    module = Path(__file__).parents[2] / "client" / "transport" / "http.js"
    script = STEADY % (module.as_uri(), json.dumps([[judged, read] for judged, read, _ in MOMENTS]))
    done = subprocess.run([NODE, "--input-type=module"], input=script, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [leaves for *_, leaves in MOMENTS]
