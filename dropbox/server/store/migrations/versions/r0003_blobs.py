# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blobs of files wait as envelopes do, and go with their period."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_blobs",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("period", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "closed_blob_ids",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("period", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    for table in ("open_blobs", "closed_blob_ids"):
        op.create_index(f"ix_{table}_period", table, ["period"])
    op.add_column("segments", sa.Column("blobs", sa.Integer, nullable=False, server_default="0"))
