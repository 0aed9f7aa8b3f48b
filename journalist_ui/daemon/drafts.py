# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have begun to write: on the disk, sealed to the case; and in memory, who did so within the hour."""

from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from journalist_ui.casework.drafts import Draft, Written, delete_draft, keep_draft
from journalist_ui.log import log
from journalist_ui.vault.database import Vault

from .sessions import since_boot

LATELY = 3600.0
"""Seconds for which a colleague is said to be writing after a draft was kept."""
TYPING = 20.0
"""Seconds of the same after a page last said that its member was typing: nothing may be kept yet."""


class Drafts:
    """One draft a member and case. It outlives the session and the desk's program, and only a session of that member
    opens it again. Members' threads use it at once. ``clock`` gives steady seconds."""

    def __init__(self, vault: Vault, clock: Callable[[], float] = since_boot) -> None:
        self.clock = clock
        self._vault = vault
        self._kept: dict[tuple[str, int], float] = {}
        self._typing: dict[tuple[str, int], float] = {}

    def keep(self, member: str, written: Written, *, beside: bool = True) -> tuple[Draft, bool]:
        """As casework.drafts.keep_draft."""
        with self._vault.writing() as connection:
            kept = keep_draft(connection, member, written, self._vault.random, beside=beside)
        self._kept[member, written.case] = self.clock()
        return kept

    def drop(self, member: str, case: int, version: str | None = None) -> None:
        """That version, or whatever there is. No page of the log keeps it."""
        with self._vault.writing() as connection:
            found = delete_draft(connection, member, case, version)
        if found:
            self.gone(member, case)

    def gone(self, member: str, case: int) -> None:
        """It is dropped or sent: what is done is done, so a log that cannot be emptied now is emptied later."""
        self._kept.pop((member, case), None)
        self._typing.pop((member, case), None)
        try:
            self._vault.truncate_wal()
        except (OSError, SQLAlchemyError) as error:
            log("error", "draft", type(error).__name__)

    def forget_member(self, member: str) -> None:
        """Removed: what they had begun went with them."""
        for noted in (self._kept, self._typing):
            for key in [key for key in list(noted) if key[0] == member]:
                noted.pop(key, None)

    def note_typing(self, member: str, case: int) -> None:
        """A page of the member's says so this moment."""
        now = self.clock()
        for key in [key for key, at in list(self._typing.items()) if at <= now - TYPING]:
            self._typing.pop(key, None)
        self._typing[member, case] = now

    def writing(self, case: int, reader: str) -> list[str]:
        """Who else has kept an unsent draft in the case within the last hour, or is typing there."""
        now, found = self.clock(), set[str]()
        for noted, seconds in ((self._kept, LATELY), (self._typing, TYPING)):
            for (name, number), at in list(noted.items()):
                if number == case and name != reader and at > now - seconds:
                    found.add(name)
        return sorted(found)
