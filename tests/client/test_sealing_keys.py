# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser looks at a unit's keys without sealing to them: it refuses what a sealing refuses, and nothing else."""

import json
import subprocess
from pathlib import Path

from tests.client.node_session import NODE

# Coefficients from the modulus on: two values in nine places. Points: five of small order, two that reduce to one of
# them, each with and without the bit that does not count. Three keys: short, long, and all zeros.
REFUSED = 2 * 9 + 2 * 7 + 3


def test_a_key_is_refused_exactly_where_a_sealing_refuses_it() -> None:
    """Coefficients about the modulus, points about those of small order, turned bits, other lengths."""
    script = Path(__file__).parent / "sealing_keys.js"
    done = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout)
    assert told["differ"] == []
    assert told["tried"] == 9 * 4 + 11 * 2 + 30 + 3
    assert told["refused"] >= REFUSED
