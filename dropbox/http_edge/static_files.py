# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file that is read once and served from memory, packed for those that can read it packed."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from .answers import Answer


@dataclass(frozen=True)
class StaticFile:
    """One body, plain and packed. ``packed`` maps content encodings, the best first."""

    plain: bytes
    packed: Mapping[str, bytes]
    content_type: str
    policy: str

    def answer(self, request: web.BaseRequest, status: int = 200, extra: tuple[str, ...] = ()) -> Answer:
        """The smallest body that this client says it can read."""
        wanted = accepted(request.headers.get("accept-encoding", ""))
        for encoding, body in self.packed.items():
            if encoding in wanted:
                lines = (f"content-encoding: {encoding}", *extra)
                return Answer(body, self.content_type, status, self.policy, lines)
        return Answer(self.plain, self.content_type, status, self.policy, extra)


def accepted(header: str) -> set[str]:
    """The encodings of an ``accept-encoding`` header, without those that it weighs with nothing."""
    found = set()
    for part in header.lower().split(","):
        name, *settings = (piece.strip() for piece in part.split(";"))
        if not any(one.startswith("q=0") and not one.strip("q=0.") for one in settings):
            found.add(name)
    return found
