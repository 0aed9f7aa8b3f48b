# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's own setting: whether pages of files are blurred until they ask for each. On for everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("welfare", sa.Boolean, nullable=False, server_default=sa.true()))
