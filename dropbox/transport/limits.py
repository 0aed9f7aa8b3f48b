# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long a client waits and how often it asks again (docs/protocol.md, 7.1.6), in seconds; the browser's too."""

PATIENCE = 20.0
"""The next try of a request begins within this of the first."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SILENCE = 120.0
"""Without a byte for so long a connection is a broken one. An envelope may wait for its turn for half of it."""
GRACE = 120.0
"""What one part of a visit may take besides its bytes, from its first try to its end."""
LEAST_RATE = 8_192
"""Bytes a second that a part must come at in the long run: a server that drips is a server that is down."""
BUSY_AFTER = 5.0
"""Without a receipt for so long, a person is told that the service is busy."""
TRY_AGAIN = ("fault", "not-ready", "too-slow", "try-later")
"""Refusals that pass by themselves."""
