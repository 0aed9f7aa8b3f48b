# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case has an outcome: each setting of it a row, what holds now beside the case."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("kinds", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("outcomes_case", "outcomes", ["number", "id"])
    op.add_column("cases", sa.Column("outcomes", sa.String, nullable=False, server_default=""))
    op.drop_index("cases_listed", "cases")
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"]
    op.create_index("cases_listed", "cases", [*listed, "urgent", "shelf", "muted", "examined", "all_named", "outcomes"])
