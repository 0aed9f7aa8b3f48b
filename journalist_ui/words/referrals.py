# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referrals in words."""

from journalist_ui.shapes.referrals import AcceptsLine, ReferralLine, ReferredLine

_REFUSED = {
    "unit-cannot-receive": "the other unit cannot receive anything now",
    "unknown-unit": "the signed list has no such unit any more",
    "unit-conflicted": "the signed list keeps such reports from it",
}


def became(one: ReferralLine) -> str:
    """What became of it."""
    if one.state == "collected":
        return "the other unit has it"
    if one.state == "sent":
        return "the service has it, and the other unit has not said yet that it does"
    why = _REFUSED.get(one.refused, one.refused)
    return f"not sent yet: {why}. It is tried again" if why else "it leaves with one of the next visits"


def came(one: ReferredLine) -> str:
    """Where a case came from, and who says to be its source."""
    known = f"This case was referred by the unit {one.by}, as its signature shows: what stands in it is that unit's."
    unknown = "This case says that another unit refers it. NOT PROVED: no unit of the signed list has signed that."
    accepted = f" Its source writes in case {one.accepted[0]}, as they say." if one.accepted else ""
    more = one.accepted[1:]
    dispute = f" DISPUTED: case {', '.join(map(str, more))} says so too." if more else ""
    return f"{known if one.proved else unknown}{accepted}{dispute}"


def accepts(one: AcceptsLine) -> str:
    """Of a source who says to be the one of a referral."""
    which = f"the referral of case {one.case}" if one.case else "a referral that you cannot open, or that has not come"
    said = f"Says that they are the source of {which}; the unit that referred it could have written this."
    return said if one.first else f"DISPUTED: somebody said so before. {said}"
