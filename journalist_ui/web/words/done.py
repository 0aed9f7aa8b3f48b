# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says once of what was done."""

from enum import Enum, unique


@unique
class Done(Enum):
    """Each with its sentence."""

    SENT = "The text is stored and leaves with the next batches."
    AGAIN = "That text was stored before. Nothing was sent twice."
    DRAFT = "The draft is kept until you send it or empty it."
    EMPTIED = "The draft is gone."
    CARRIED = "This is what stood in your page before you signed in again. It is kept as your draft."
    CARRIED_NOT_YOURS = (
        "Another member had begun a text in this browser. It is not shown to you: it waits until they sign in here."
    )
    CARRIED_NOT_KEPT = (
        "What you had begun to write before you signed in could not be kept as a draft. It waits in "
        "the desk's memory: sign in again here to try once more."
    )
    TWO = "Another page of yours had kept a draft in this case. Neither replaced the other: choose below."
    NEWER = "Nothing was dropped: another page of yours has kept a newer draft, which stands below."
    CHOSEN = "This is your draft now."
    ADDED_SINCE = (
        "Not sent: the case changed after this page was drawn. Read what was added, then send or change your text."
    )
    STATE_NEW = "The case is marked as new, for all members."
    STATE_ASSESSING = "The case is marked as being assessed, for all members."
    COLLECTED = "Collected. Nothing new."
    RAN = "Collected."
    NEW = "Collected. There are new messages."
    ADDED = (
        "The member is added. They sign in with the first passphrase and no code, and make one of their own; "
        "until then nothing is open to them. Investigators get the older cases from whoever shares them after that."
    )
    ASKED = (
        "This takes two people: it waits under Proposals until another administrator approves it, within seven days. "
        "Until then nothing changes."
    )
    ALONE = (
        "It is done. It takes two people, and nobody else could approve it: all members are told that you did it alone."
    )
    ROLES = "The member's roles are changed. Their sessions are over."
    APPROVED = "Approved, and done."
    REFUSED = "Refused. Nothing was done."
    KEY_ADDED = "The security key is registered: it signs you in here in place of a one-time code."
    KEY_REMOVED = "The security key signs you in no more."
    REMOVED = "The member is removed. Cases that only they could open stay closed for good."
    SHARED = "The member can open every case that you can open."
    SHARED_ONE = "The member can open this case."
    PARTLY = "The member can open every case that you can open. Others stay closed to them."
    KEYS_ON = "Shortcuts of one key are on."
    KEYS_OFF = "Shortcuts of one key are off."

    @property
    def code(self) -> str:
        """How an address says it."""
        return self.name.lower().replace("_", "-")
