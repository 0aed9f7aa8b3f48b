# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each member sets for themselves: where reminders go, and whether lists show the beginnings of reports.

Nobody of before is sent anything, and lists show what they showed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("reminder_to", sa.String, nullable=False, server_default=""))
    op.add_column("members", sa.Column("excerpts", sa.Boolean, nullable=False, server_default=sa.true()))
