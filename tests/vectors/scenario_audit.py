# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scenarios of a desk's record of acts: rows that follow one another, and what a batch tells of the newest."""

from dropbox.protocol.constants import HASH
from journalist_ui.vault.audit import row_hash
from tests.vectors.scenario import Scenario
from tests.vectors.small_service import noise

DAY = 20_000


def audit_scenarios() -> list[Scenario]:
    """All of this file."""
    nothing, salts = bytes(HASH), [noise(f"salt {at}", 32) for at in range(2)]
    details = [b"", noise("detail", 200)]
    first = row_hash(nothing, 1, salts[0], DAY, details[0])
    second = row_hash(first, 2, salts[1], DAY + 1, details[1])
    blind, other = noise("blind", 32), noise("other blind", 32)
    rows = [
        ("first", "The first row follows 32 zeros; an empty detail.", nothing, 1, 0, DAY),
        ("second", "A row follows the hash of the one before it.", first, 2, 1, DAY + 1),
    ]
    heads = [
        ("empty", "A log without a row.", 1, nothing, blind),
        ("row", "The newest row of a log, in the batch of a period.", DAY, second, blind),
        ("other-blind", "The same row and period: another blind, another head.", DAY, second, other),
        ("next-period", "The same row and blind in the next period.", DAY + 1, second, blind),
    ]
    found: list[Scenario] = [
        (
            f"audit-row-{name}",
            claim,
            "audit-row",
            {"previous": before.hex(), "seq": seq, "salt": salts[at].hex(), "day": day, "detail": details[at].hex()},
            {},
        )
        for name, claim, before, seq, at, day in rows
    ]
    found += [
        (f"audit-head-{name}", claim, "audit-head", {"period": at, "row": row.hex(), "blind": blinding.hex()}, {})
        for name, claim, at, row, blinding in heads
    ]
    return found
