# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of a member's reminders."""

from journalist_ui.shapes.reminders import Reminders

ABOUT = (
    "At each of these hours a mail says one of two sentences: “Please sign in.” where something waited for you when "
    "the day began, else “Nothing to do.” It always comes, and says nothing of what waits. What came in today counts "
    "tomorrow, so that no mail tells when a source wrote. It is no alarm: look into the inbox each day."
)
WHO_SEES = (
    "Whoever runs the mail of that address can read it, and so learns on which days something waited for you. Give no "
    "address whose mail is run by people whom reports may be about."
)


def hours(found: Reminders) -> str:
    """Of the desk."""
    if not found.hours:
        return "This desk sends no reminders: desk.toml sets no hours."
    return f"This desk sends reminders at {' and '.join(found.hours)} UTC, every day."


def goes(found: Reminders) -> str:
    """The member's own, whose address stays as it was given: whoever shows it keeps it inert."""
    return f"Yours go to {found.to}." if found.to else "None goes to you: you gave no address."
