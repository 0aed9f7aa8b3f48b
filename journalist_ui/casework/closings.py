# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sources that close their conversation: what a case shows of it, and what its unit answers."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from journalist_ui.refusals import BadInput
from journalist_ui.vault import tables

from .cases import OpenedCase

NO_WISH = "The source of this case does not close the conversation. Nothing was sent."
WHICH = (
    'Where a source asks the unit to delete what it may, the answer is "deletes" or "keeps"; else it is "closing". '
    "Nothing was sent."
)


@dataclass(frozen=True)
class Closing:
    """In the period ``since`` a source closed its conversation, and did not write in it since. ``burn``: it asks the
    unit to delete what it may; ``closed``: it has come to its end."""

    since: int
    burn: bool
    closed: bool

    def check_answer(self, kind: str) -> None:
        """Raises BadInput for what is no answer to it."""
        if (kind == "closing") is self.burn:
            raise BadInput(WHICH)


def read_closing(connection: Connection, case: OpenedCase) -> Closing | None:
    """None where the source keeps it open."""
    rows = tables.conversations.c
    wanted = select(rows.closing, rows.burn, rows.closed).where(rows.pseudonym == case.row.pseudonym)
    row = connection.execute(wanted.where(rows.closing > 0, rows.closing >= rows.spoke)).first()
    return None if row is None else Closing(row.closing, row.burn, row.closed)
