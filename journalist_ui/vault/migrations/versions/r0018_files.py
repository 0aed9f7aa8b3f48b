# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that messages brought. Those of messages that came before are not looked for: their blobs are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    case = ("number", sa.Integer, sa.ForeignKey("cases.number"))
    op.create_table(
        "files",
        sa.Column(*case, nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        sa.Column("message_id", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("period", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("number", "file"),
    )
    op.create_table(
        "file_blobs",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("file", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        sa.Column("stored", sa.String, nullable=False, server_default=""),
        sa.Column("sealed", sa.LargeBinary, nullable=False, server_default=sa.text("x''")),
        sa.PrimaryKeyConstraint("number", "file", "place"),
    )
    op.create_index("file_blobs_wanted", "file_blobs", ["blob"], sqlite_where=sa.text("blob != x''"))
