# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sources close their conversations. What they wrote before is no closing, and the newest of it is when they spoke."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("closing", "spoke"):
        op.add_column("conversations", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE conversations SET spoke = max(grown, opened)")
    for name in ("burn", "closed"):
        op.add_column("conversations", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
