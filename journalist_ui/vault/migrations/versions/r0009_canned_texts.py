# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit keeps texts ready for any source, every version of each."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canned",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("member", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", "version"),
    )
