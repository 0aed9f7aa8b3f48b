# SPDX-License-Identifier: AGPL-3.0-or-later
"""JSON that has one form: what is read is written again, and must be the very bytes (docs/protocol.md, step 5.6)."""

import json
from typing import Any

from .errors import BadBody, BadText


def write_json(value: object) -> bytes:
    """No white space, and nothing escaped but what JSON demands. Raises BadText for half a character."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise BadText("form") from None


def read_json(data: bytes, most: int) -> Any:  # whatever JSON holds
    """What at most so many bytes hold, in whatever form. Raises BadBody."""
    if len(data) > most:
        raise BadBody("size")
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadBody("json") from None


def as_list(value: object) -> list[object]:
    """Raises BadBody."""
    if not isinstance(value, list):
        raise BadBody("fields")
    return value


def as_text(value: object) -> str:
    """Raises BadBody."""
    if not isinstance(value, str):
        raise BadBody("fields")
    return value
