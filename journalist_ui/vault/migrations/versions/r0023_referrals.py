# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases are referred. No release of before could send, or read, a referral."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("force", sa.String, nullable=False),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("secret", "message_id", "body")),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False, server_default="0"),
        sa.Column("refused", sa.String, nullable=False, server_default=""),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_referrals_number", "referrals", ["number"])
    op.create_table(
        "referral_answers",
        sa.Column("referral", sa.Integer, sa.ForeignKey("referrals.id"), nullable=False),
        sa.Column("msg_no", sa.Integer, nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("referral", "msg_no"),
    )
    op.create_table(
        "referral_names",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
    )
    op.create_index("referral_names_name", "referral_names", ["name"])
    op.create_index("referral_names_case", "referral_names", ["number"])
