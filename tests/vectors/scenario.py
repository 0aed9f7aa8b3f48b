# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a scenario is: name, claim, operation, input, and the expected output (empty: whatever comes out)."""

from collections.abc import Iterable
from typing import Any

Values = dict[str, Any]
Scenario = tuple[str, str, str, Values, Values]


def refuse(name: str, claim: str, operation: str, values: Values, code: str) -> Scenario:
    """A scenario that ends in an error."""
    return name, claim, operation, values, {"error": code}


def bend(data: bytes, at: int, new: bytes) -> bytes:
    """``data`` with ``new`` written over it from ``at`` (negative: from the end)."""
    start = at if at >= 0 else len(data) + at
    return data[:start] + new + data[start + len(new) :]


def flip(data: bytes, at: int) -> bytes:
    """``data`` with one bit of one byte turned."""
    return bend(data, at, bytes([data[at] ^ 1]))


def bent(
    prefix: str, operation: str, field: str, rows: Iterable[tuple[str, str, bytes, str]], **more: Any
) -> list[Scenario]:
    """A refusal for each row (name, claim, bytes of ``field``, code)."""
    return [
        refuse(f"{prefix}-{name}", claim, operation, {field: data.hex(), **more}, code)
        for name, claim, data, code in rows
    ]
