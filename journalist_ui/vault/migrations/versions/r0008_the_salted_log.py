# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the audit log are salted and their details sealed from now on; those that are there stay, and have no salt.

Of each it is said which case it is about. What was published of the log is kept with what opens it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PLACES = {"show": 0, "state new": 0, "state assessing": 0, "reply": 1}


def upgrade() -> None:
    op.add_column("audit", sa.Column("number", sa.Integer, nullable=False, server_default="0"))
    for name in ("salt", "key", "sealed", "mac"):
        op.add_column("audit", sa.Column(name, sa.LargeBinary))
    op.create_index("audit_number", "audit", ["number", "seq"])
    _tables()
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT seq, act, about FROM audit")).all()
    found = [{"seq": row.seq, "number": number} for row in rows if (number := _case(row.act, row.about))]
    if found:
        connection.execute(sa.text("UPDATE audit SET number = :number WHERE seq = :seq"), found)


def _case(act: str, about: str) -> int:
    place = 1 if about.startswith(("part ", "text ")) else _PLACES.get(act)
    words = about.split(" ")
    found = words[place] if place is not None and place < len(words) else ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 10 else 0


def _tables() -> None:
    op.create_table(
        "audit_keys",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_generations",
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("readers", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_heads",
        sa.Column("head", sa.LargeBinary, primary_key=True),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("row", sa.LargeBinary, nullable=False),
        sa.Column("blind", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "own_manifests",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("manifest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_readers",
        sa.Column("generation", sa.Integer, sa.ForeignKey("audit_generations.generation"), nullable=False),
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("generation", "member"),
    )
