# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text is on the newest batch or it is not: when it was written, last stood there, and was read; no copies of parts.

A text that is on its way and has more parts than a batch has lanes becomes two, of which the record has the first;
three where the longest one of all is cut before a character of several bytes.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PART = 884
_LONGEST = 8 * _PART


def upgrade() -> None:
    for name in ("written", "stood", "read"):
        op.add_column("texts", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for name in ("grown", "asked"):
        op.add_column("conversations", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE texts SET written = first_posted"))
    connection.execute(sa.text("UPDATE conversations SET grown = last_heard WHERE collected > 0"))
    for name in ("first_posted", "copies"):
        op.drop_column("texts", name)
    for name in ("mark_due_since", "mark_period", "mark_count"):
        op.drop_column("conversations", name)
    _divide(connection)


def _divide(connection: sa.Connection) -> None:
    long = connection.execute(sa.text("SELECT * FROM texts WHERE state IN ('waiting', 'published')")).mappings().all()
    for row in long:
        parts = [bytes.fromhex(part) for part in json.loads(row["parts"])]
        first, *later = _pieces(b"".join(parts))
        if later:
            connection.execute(
                sa.text("UPDATE texts SET parts = :parts WHERE id = :id"), {"id": row["id"], "parts": _encoded(first)}
            )
        for piece in later:
            new = {**row, "parts": _encoded(piece), "number": 0, "state": "waiting", "written": 0}
            names = [name for name in new if name != "id"]
            statement = f"INSERT INTO texts ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"  # noqa: S608 - columns
            connection.execute(sa.text(statement), {name: new[name] for name in names})


def _pieces(data: bytes) -> list[bytes]:
    """Each as long as a text may be, cut between two characters."""
    pieces = []
    while len(data) > _LONGEST:
        at = _LONGEST
        while data[at] & 0xC0 == 0x80:
            at -= 1
        pieces.append(data[:at])
        data = data[at:]
    return [*pieces, data]


def _encoded(data: bytes) -> str:
    return json.dumps([data[at : at + _PART].hex() for at in range(0, len(data), _PART)])
