# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each case asks its members to decide, and what was decided, in words."""

from collections.abc import Iterable

ASKED = {
    "referral": "Referral to IOPC, PIRC, Police Ombudsman or local policing body",
    "chis": "CHIS status of the source",
}
HINTS = {
    "referral": "By the end of the day after the report. Say in the reason to whom, or why to nobody.",
    "chis": (
        "Yes: the source is, or may become, a covert human intelligence source, and those who authorise that were "
        "told. No: it is not, and nothing that was asked of it makes it one."
    ),
}
SAID = {
    ("referral", "yes"): "Referred",
    ("referral", "no"): "Not referred",
    ("chis", "yes"): "CHIS status considered: yes",
    ("chis", "no"): "CHIS status considered: no",
}
PROMPTS = {
    "information-or-influence": "It may be serious corruption",
    "personal-advantage": "It may be serious corruption",
    "sexual-misconduct": "It may be abuse of position for a sexual purpose",
    "discrimination": "It may be conduct that discrimination aggravates",
}
"""By the category that the source chose: what is to be referred whatever else is decided."""
AHEAD = "It asks about what is to come. Once it is sent, the case asks for CHIS status to be considered."


def decided(what: str, answer: str) -> str:
    """What was decided, as one line."""
    return SAID.get((what, answer), f"{ASKED.get(what, what)}: {answer}")


def prompts(categories: Iterable[str]) -> list[str]:
    """What speaks for a referral, each once."""
    return list(dict.fromkeys(PROMPTS[one] for one in categories if one in PROMPTS))
