# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operation that plans a unit's batch (docs/protocol.md, section 6.7)."""

from dropbox.flows.desk.board_plan import MARK, Correspondent, PlannedText, Spans, plan_marks, plan_rows
from dropbox.protocol.board import entry_tag
from dropbox.protocol.constants import LANES
from dropbox.protocol.marks import mark_name, mark_value
from dropbox.protocol.sets import value_of
from tests.vectors.operations import Values, operation


def _correspondent(values: Values) -> Correspondent:
    fields = {name: value for name, value in values.items() if name != "beacon"}
    fields["pseudonym"] = bytes.fromhex(values["pseudonym"])
    fields["texts"] = tuple(PlannedText(**text) for text in values["texts"])
    return Correspondent(**fields)


@operation
def batch_plan(period: int, q: int, m: int, spans: Values, conversations: list[Values]) -> Values:
    """What stands on the batch of ``period``: rows as P_pk, text, part from 0 and lane; marks as P_pk, n and flag."""
    beacons = {bytes.fromhex(one["pseudonym"]): bytes.fromhex(one["beacon"]) for one in conversations}

    def value(pseudonym: bytes, lane: int) -> int:
        beacon = beacons[pseudonym]
        if lane == MARK:
            return mark_value(mark_name(beacon, pseudonym, period), m)
        return value_of(entry_tag(beacon, pseudonym, period, lane), q // LANES)

    everybody = [_correspondent(one) for one in conversations]
    rows = plan_rows(everybody, q, period, Spans(**spans), value)
    marks = plan_marks(everybody, rows, m, period, Spans(**spans), value)
    return {
        "rows": [[row.pseudonym.hex(), row.text, row.part, row.lane] for row in rows],
        "marks": [[mark.pseudonym.hex(), mark.collected, mark.more] for mark in marks],
    }
