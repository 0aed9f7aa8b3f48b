# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details that messages brought. What came before stands in its message still, and nothing asks for it: no list
of units had a key for it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("message_id", sa.LargeBinary, nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False, server_default=sa.text("x''")),
        sa.Column("opened", sa.LargeBinary, nullable=False, server_default=sa.text("x''")),
        sa.Column("day", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("number", "message_id"),
    )
    op.create_index("contacts_period", "contacts", ["number", "period"])
