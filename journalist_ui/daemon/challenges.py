# SPDX-License-Identifier: AGPL-3.0-or-later
"""What security keys sign: random, of this run of the desk, of the last quarter of an hour, and good once. Whoever asks
for one costs the desk no memory: only those that a key has signed are remembered."""

import secrets
from collections.abc import Callable

from dropbox.protocol.constants import HASH, KEY
from dropbox.protocol.encoding import u32
from dropbox.protocol.primitives import mac, same

GOOD = 900
"""Seconds."""
_RANDOM = 16


class Challenges:
    """``clock`` gives steady seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(KEY)
        self._used: dict[bytes, int] = {}

    def new(self) -> bytes:
        """52 bytes: random, when, and a code of both under a key of this run."""
        begun = secrets.token_bytes(_RANDOM) + u32(int(self._clock()))
        return begun + mac(self._key, begun)

    def is_ours(self, challenge: bytes) -> bool:
        """Whether it is one of these, still good, and not used."""
        begun, code = challenge[:-HASH], challenge[-HASH:]
        made = int.from_bytes(begun[_RANDOM:], "big")
        fresh = len(begun) == _RANDOM + 4 and same(mac(self._key, begun), code) and self._clock() - made <= GOOD
        return fresh and challenge not in self._used

    def use(self, challenge: bytes) -> bool:
        """After a key has signed it: whether it was still good, which it is no more."""
        if not self.is_ours(challenge):
            return False
        now = int(self._clock())
        self._used = {one: until for one, until in self._used.items() if until >= now}
        self._used[challenge] = now + GOOD
        return True
