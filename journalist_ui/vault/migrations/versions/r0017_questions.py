# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of questions, and beside each case whether its source was asked some that are open.

No release of before could ask any: none are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_sets",
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("questions", sa.String, nullable=False),
        sa.Column("member", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("slug", "version"),
    )
    op.add_column("cases", sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("cases_listed", "cases")
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"]
    listed += ["urgent", "shelf", "muted", "examined", "all_named", "outcomes", "referral_decided", "chis", "told"]
    op.create_index("cases_listed", "cases", [*listed, "asked"])
