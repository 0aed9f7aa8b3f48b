# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case asks of its members, and by when."""

OWED = {
    "declare": "declare first",
    "read": "read",
    "acknowledge": "acknowledge",
    "answer": "answer",
    "questions": "questions open",
    "referral": "decide on referral",
    "chis": "consider CHIS status",
    "tell": "outcome not told",
    "review": "look at it again",
}
NO_DUTY = "There is no out-of-hours duty: nobody looks at reports until somebody signs in."


def owed(act: str) -> str:
    """As a line begins."""
    said = OWED.get(act, act)
    return said[:1].upper() + said[1:]


def duty(out_of_hours: str) -> str:
    """Who is there when nobody sits at the desk."""
    return f"Out of hours: {out_of_hours}" if out_of_hours else NO_DUTY
