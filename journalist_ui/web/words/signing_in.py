# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why somebody stands before the sign-in page."""

from enum import Enum, unique


@unique
class Why(Enum):
    """Each with its sentence."""

    LOCKED = "The desk is locked."
    KEPT = (
        "The desk is locked: by you, or because nothing was done for a while. What you had begun to write is kept: "
        "sign in, and its case opens."
    )
    CARRIED = (
        "Your session is over. What you had begun to write waits in the desk's memory: sign in again in this "
        "browser, and it becomes your draft. Nobody else gets it."
    )
    LOST = "Your session is over, and what you had begun to write could not be kept. Sign in again."
    UNKEPT = "The desk is locked. What you had begun to write could not be kept."
    LATE = "Your session is over. Your text is kept: sign in, and its case opens."
    IDLE = "The desk locked itself, because nothing was done for a while."
    OVER = (
        "Your session is over: it was locked, nothing was done for a while, or the desk was started again. "
        "Sign in again."
    )
    PASSPHRASE = "Your passphrase is changed. Sign in with the new one."  # noqa: S105  # a sentence
    ROLES = "Your roles are changed. Sign in again."
    REFUSED = "The present passphrase was wrong. Nothing was changed, and the desk is locked."

    @property
    def code(self) -> str:
        """How an address says it."""
        return self.name.lower().replace("_", "-")
