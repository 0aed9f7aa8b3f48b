# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page says once of what was done."""

DONE = {
    "sent": "The text is stored and leaves with the next batches.",
    "again": "That text was stored before. Nothing was sent twice.",
    "draft": "The draft is kept until you send it or empty it.",
    "emptied": "The draft is gone.",
    "carried": "This is what stood in your page before you signed in again. It is kept as your draft.",
    "carried-not-yours": "Another member had begun a text in this browser. It is not shown to you: it waits until they "
    "sign in here.",
    "carried-not-kept": "What you had begun to write before you signed in could not be kept as a draft. It waits in "
    "the desk's memory: sign in again here to try once more.",
    "two": "Another page of yours had kept a draft in this case. Neither replaced the other: choose below.",
    "newer": "Nothing was dropped: another page of yours has kept a newer draft, which stands below.",
    "chosen": "This is your draft now.",
    "added-since": "Not sent: the case changed after this page was drawn. Read what was added, then send or change "
    "your text.",
    "state-new": "The case is marked as new, for all members.",
    "state-assessing": "The case is marked as being assessed, for all members.",
    "collected": "Collected. Nothing new.",
    "new": "Collected. There are new messages.",
    "added": "The member is added. They sign in with the first passphrase and no code, and make one of their own; "
    "until then nothing is open to them. Investigators get the older cases from whoever shares them after that.",
    "removed": "The member is removed. Cases that only they could open stay closed for good.",
    "shared": "The member can open every case that you can open.",
    "shared-one": "The member can open this case.",
    "partly": "The member can open every case that you can open. Others stay closed to them.",
    "keys-on": "Shortcuts of one key are on.",
    "keys-off": "Shortcuts of one key are off.",
}
