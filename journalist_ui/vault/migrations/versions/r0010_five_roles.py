# SPDX-License-Identifier: AGPL-3.0-or-later
"""Roles are a list of their own, each with the day on which all members were told of it.

What members held before counts at once: its day is 0. Nobody gains a role.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_roles",
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("member", "role"),
    )
    connection = op.get_bind()
    for role in ("administrator", "investigator"):
        given = f"INSERT INTO member_roles (member, role, day) SELECT name, '{role}', 0 FROM members WHERE {role}"  # noqa: S608 - columns
        connection.execute(sa.text(given))
        op.drop_column("members", role)
