# SPDX-License-Identifier: AGPL-3.0-or-later
"""Browsers in which a member signed in are known again; sign-ins that did not succeed are counted by the day.

No member has a wait of their own any more, which a stranger could lengthen.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("member", "hash"),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("member", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("codes", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("logged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("member", "day"),
    )
    op.drop_column("members", "failures")
    op.drop_column("members", "not_before")
