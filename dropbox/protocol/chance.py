# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random bytes are an argument everywhere; this is the argument's type, and a fair draw from it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Choice = TypeVar("Choice")
Random = Callable[[int], bytes]
"""So many random bytes; ``os.urandom`` in every command."""


def draw(choices: Sequence[Choice], random: Random) -> Choice:
    """One of the choices, each as likely as the others (64 bits over a few hundred: the bias is below 2^-54)."""
    return choices[int.from_bytes(random(8), "big") % len(choices)]
