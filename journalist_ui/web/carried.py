# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text whose writer the desk does not know any more is carried through the sign-in: it waits in the desk's memory,
under a key that the browser's ticket alone gives, and becomes a draft when the member signs in whose page it was."""

import json
import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass

from dropbox.protocol.constants import NONCE
from dropbox.protocol.primitives import aead_open, aead_seal, hkdf, sha256

MOST = 64
"""Texts at once; the oldest goes first. Whoever reaches the desk's address can bring some."""
LONGEST = 28_000
"""Characters of one: as much as a draft takes."""
_LABEL = b"desk-v1 carried text"


@dataclass(frozen=True)
class CarriedText:
    """What a page posted, and whose page it said it was; ``seen`` and ``base`` as in a draft that is kept."""

    writer: str
    case: int
    text: str
    seen: int
    base: str


def _key(ticket: str) -> bytes:
    return hkdf(ticket.encode("utf-8", "surrogatepass"), _LABEL)


class Carried:
    """The texts that wait, by the hash of their ticket."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[bytes, bytes] = OrderedDict()

    def take_in(self, posted: CarriedText) -> str:
        """The ticket of what is carried, 64 hexadecimal digits; empty when it is too long to be."""
        if len(posted.text) > LONGEST:
            return ""
        ticket = secrets.token_hex(32)
        name = sha256(ticket.encode())
        # The key is of this text alone.
        self._waiting[name] = aead_seal(_key(ticket), bytes(NONCE), json.dumps(asdict(posted)).encode(), name)
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)
        return ticket

    def look(self, ticket: str) -> CarriedText | None:
        """What waits under a ticket; None for nothing."""
        name = sha256(ticket.encode("utf-8", "surrogatepass"))
        sealed = self._waiting.get(name)
        if sealed is None:
            return None
        return CarriedText(**json.loads(aead_open(_key(ticket), bytes(NONCE), sealed, name)))

    def let_go(self, ticket: str) -> None:
        """It is a draft now."""
        self._waiting.pop(sha256(ticket.encode("utf-8", "surrogatepass")), None)
