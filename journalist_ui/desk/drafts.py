# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have begun to write, kept while the desk runs: sealed to the case at once, in memory alone."""


class Drafts:
    """One draft a member and case. It outlives a locked session, and only a session of that member opens it again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], bytes] = {}

    def keep(self, member: str, case: int, sealed: bytes) -> None:
        self._kept[member, case] = sealed

    def find(self, member: str, case: int) -> bytes | None:
        return self._kept.get((member, case))

    def drop(self, member: str, case: int) -> None:
        self._kept.pop((member, case), None)

    def drop_member(self, member: str) -> None:
        self._kept = {key: sealed for key, sealed in self._kept.items() if key[0] != member}
