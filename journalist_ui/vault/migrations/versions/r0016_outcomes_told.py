# SPDX-License-Identifier: AGPL-3.0-or-later
"""An outcome is released to its source: by which text, and beside the case that the one that holds was.

No release of before could: nobody was told.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("text", sa.Integer, sa.ForeignKey("texts.id"), primary_key=True),
        sa.Column("outcome", sa.Integer, sa.ForeignKey("outcomes.id"), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_index("ix_releases_outcome", "releases", ["outcome"])
    op.add_column("cases", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("cases_listed", "cases")
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"]
    listed += ["urgent", "shelf", "muted", "examined", "all_named", "outcomes", "referral_decided", "chis", "told"]
    op.create_index("cases_listed", "cases", listed)
