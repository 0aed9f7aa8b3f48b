# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only a unit gets, it signs for: two headers, and the key that is valid at the server's period."""

from collections.abc import Callable

from aiohttp import web

from dropbox.protocol.constants import SIGNATURE
from dropbox.protocol.errors import ProtocolError

from .error_answers import Refused
from .shelf import Shelf

UNIT_HEADER = "dropbox-unit"
SIGNATURE_HEADER = "dropbox-signature"
Verify = Callable[[bytes, bytes, bytes, bytes], None]
"""By public key, signature, service_id and unit_id. Raises ProtocolError."""


def check_unit_signature(request: web.BaseRequest, shelf: Shelf, period_now: int, verify: Verify) -> None:
    """Raises Refused."""
    try:
        unit_id = bytes.fromhex(request.headers.get(UNIT_HEADER, ""))
        signature = bytes.fromhex(request.headers.get(SIGNATURE_HEADER, ""))
    except ValueError:
        raise Refused("unsigned") from None
    place = shelf.listed.place(unit_id)
    if place is None or len(signature) != SIGNATURE:
        raise Refused("unsigned")
    key = place.unit.key_at(period_now)
    if key is None:
        raise Refused("unsigned")
    try:
        verify(key, signature, shelf.ready.service_id, unit_id)
    except ProtocolError:
        raise Refused("unsigned") from None
