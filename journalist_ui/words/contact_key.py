# SPDX-License-Identifier: AGPL-3.0-or-later
"""How it stands with the unit's keys for contact details, in sentences; and what is left in a case."""

from journalist_ui.shapes.contact_key import ContactKeyList

NO_KEY = "There is no key for contact details: sources are offered none, and their pages say so."
UNLISTED = (
    "The signed list does not have the newest key: give its file to whoever keeps the roots. Until then sources seal "
    "to an older key, or are offered nothing."
)
STRANGE = (
    "The signed list has a key that this desk does not know: what sources leave now can be opened by nobody here. Give "
    "the file of the newest key to whoever keeps the roots at once."
)
LOST = "No two custodians are left who open with the newest key. Make a new one."
DUE = (
    "A new key is due: a custodian who held halves has left, or the key is over a year old. Make one, and have it put "
    "into the next signed list."
)
STATES = {
    "none": "The source has left no contact details.",
    "left": "The source has left contact details. They are sealed: two custodians open them, with a reason, and the "
    "source is told.",
    "opened": "Two custodians have opened the contact details that the source left. The source was told.",
    "withdrawn": "The source left contact details and took them back. They are gone.",
}
BROUGHT = {
    "left": "With it came contact details, which stand apart and sealed.",
    "withdrawal": "The source takes back the contact details that it left until then.",
}
ERASED = (
    "Contact details went from it at the wish of its source. Its signature covers them, so that it cannot be shown any "
    "more who wrote it; until they went it could, as the record of acts says."
)
OPENED = "The desk has told the source that its contact details were opened."


def codes(found: ContactKeyList) -> list[str]:
    """What is wrong, by its code."""
    if not found.keys:
        return ["contact-key-strange"] if found.listed else []
    newest = found.keys[0]
    wrong = {
        "contact-key-strange": found.listed and not any(one.listed for one in found.keys),
        "contact-key-unlisted": not newest.listed,
        "contact-key-lost": not newest.usable,
        "contact-key-due": newest.usable and newest.due,
    }
    return [code for code, is_so in wrong.items() if is_so]


WORDS = {
    "contact-key-strange": STRANGE,
    "contact-key-unlisted": UNLISTED,
    "contact-key-lost": LOST,
    "contact-key-due": DUE,
}


def says(found: ContactKeyList) -> list[str]:
    """What to do, where there is anything."""
    said = [WORDS[code] for code in codes(found)]
    return said if said or found.keys else [NO_KEY]
