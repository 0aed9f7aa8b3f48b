# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text whose writer the desk does not know any more is carried through the sign-in: it waits in the desk's memory,
under a key that the browser's ticket alone gives, and becomes a draft when the member signs in whose page it was."""

import json
import secrets
from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass

from dropbox.protocol.constants import NONCE
from dropbox.protocol.primitives import aead_open, aead_seal, hkdf, sha256
from journalist_ui.shapes.drafts import LONGEST_DRAFT

MOST = 64
"""Texts at once. Whoever reaches the desk's address can bring some: then one of theirs goes, and none of a browser in
which its writer has signed in, as long as there is another."""
_LABEL = b"desk-v1 carried text"


@dataclass(frozen=True)
class CarriedText:
    """What a page posted, and whose page it said it was; ``seen`` and ``base`` as in a draft that is kept."""

    writer: str
    case: int
    text: str
    seen: int
    base: str


@dataclass(frozen=True)
class Bringer:
    """Who brings a text: a ``known`` browser of its writer's, or a peer of the pages; ``name`` tells them apart."""

    known: bool
    name: str


def _key(ticket: str) -> bytes:
    return hkdf(ticket.encode("utf-8", "surrogatepass"), _LABEL)


class Carried:
    """The texts that wait, by the hash of their ticket."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[bytes, tuple[Bringer, bytes]] = OrderedDict()

    def take_in(self, posted: CarriedText, bringer: Bringer) -> str:
        """The ticket of what is carried, 64 hexadecimal digits; empty when it is not: too long, or no room."""
        if len(posted.text) > LONGEST_DRAFT:
            return ""
        ticket = secrets.token_hex(32)
        name = sha256(ticket.encode())
        # The key is of this text alone.
        sealed = aead_seal(_key(ticket), bytes(NONCE), json.dumps(asdict(posted)).encode(), name)
        self._waiting[name] = (bringer, sealed)
        if len(self._waiting) > MOST:
            del self._waiting[self._first_to_go()]
        return ticket if name in self._waiting else ""

    def _first_to_go(self) -> bytes:
        """The oldest of whoever has brought most, strangers before known browsers."""
        brought = Counter(bringer for bringer, _ in self._waiting.values())
        most = max(brought, key=lambda bringer: (not bringer.known, brought[bringer]))
        return next(name for name, (bringer, _) in self._waiting.items() if bringer == most)

    def look(self, ticket: str) -> CarriedText | None:
        """What waits under a ticket; None for nothing."""
        name = sha256(ticket.encode("utf-8", "surrogatepass"))
        if name not in self._waiting:
            return None
        _, sealed = self._waiting[name]
        return CarriedText(**json.loads(aead_open(_key(ticket), bytes(NONCE), sealed, name)))

    def let_go(self, ticket: str) -> None:
        """It is a draft now."""
        self._waiting.pop(sha256(ticket.encode("utf-8", "surrogatepass")), None)
