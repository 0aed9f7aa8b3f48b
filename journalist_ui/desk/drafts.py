# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have begun to write, kept while the desk runs: sealed to the case at once, in memory alone."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Draft:
    """``once`` names this very text, so that exactly it is sent, and once; ``seen`` is the number of the newest message
    of the source that its writer had before them."""

    once: str
    seen: int
    sealed: bytes


class Drafts:
    """One draft a member and case. It outlives a locked session, and only a session of that member opens it again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Draft] = {}
        self._sent: dict[tuple[str, int], str] = {}

    def keep(self, member: str, case: int, sealed: bytes, seen: int) -> None:
        self._kept[member, case] = Draft(secrets.token_hex(16), seen, sealed)

    def find(self, member: str, case: int) -> Draft | None:
        return self._kept.get((member, case))

    def drop(self, member: str, case: int) -> None:
        self._kept.pop((member, case), None)

    def sent(self, member: str, case: int) -> None:
        """The draft is stored as a text, and no draft any more."""
        self._sent[member, case] = self._kept.pop((member, case)).once

    def was_sent(self, member: str, case: int, once: str) -> bool:
        return self._sent.get((member, case)) == once

    def drop_member(self, member: str) -> None:
        self._kept = {key: draft for key, draft in self._kept.items() if key[0] != member}
        self._sent = {key: once for key, once in self._sent.items() if key[0] != member}
