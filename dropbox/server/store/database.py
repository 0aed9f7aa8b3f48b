# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a transaction runs, how it is made durable, and how traces of order are wiped, whatever the database."""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from .arrivals import Arrival, Kept

P = ParamSpec("P")
R = TypeVar("R")
Operation = Callable[Concatenate[Connection, P], R]


class Database(Protocol):
    """Runs operations, each in a transaction of its own. ``shared``: several processes may add envelopes."""

    shared: bool

    async def write(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run and commit; durable when it returns."""

    async def read(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run without holding up writers."""

    async def keep(self, arrivals: Sequence[Arrival], counted: dict[int, int]) -> Kept:
        """``put_envelopes`` in a transaction, durable when it returns."""

    async def scrub(self) -> None:
        """Wipe what the files still show of deleted rows and of the order in which rows came."""

    async def claim(self) -> bool:
        """Be the one server of this database until ``dispose``. False when another one is."""

    async def dispose(self) -> None:
        """Let go of every connection."""
