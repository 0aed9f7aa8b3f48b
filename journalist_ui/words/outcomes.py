# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case, in words."""

from collections.abc import Iterable

KINDS = {
    "investigation": "Investigation",
    "safeguarding": "Safeguarding",
    "recorded": "Recorded",
    "not-for-us": "Not for us",
}
MEANS = {
    "investigation": "it is being investigated, here or by another body",
    "safeguarding": "somebody is being kept safe",
    "recorded": "it is kept on record, and nothing further is done now",
    "not-for-us": "it is no matter for this unit; stands alone",
}
TAKEN_BACK = "Outcome taken back, to be assessed again"


def outcome(kinds: Iterable[str]) -> str:
    """All that hold, as one line; "" for none."""
    return ", ".join(KINDS.get(one, one) for one in kinds)
