# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposals that a second person approves by a signature of their own; the vault has a number that such a signature
names. Recovery codes. Security keys.

Members of before get their signing key when they sign in next.
"""

import os

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("members", sa.Column("signing", sa.LargeBinary, nullable=False, server_default=sa.text("x''")))
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("asker", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("decider", sa.String, nullable=False, server_default=""),
        sa.Column("answer", sa.String, nullable=False, server_default=""),
        sa.Column("decided", sa.Integer, nullable=False, server_default="0"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "recovery_codes",
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("member", "hash"),
    )
    op.create_table(
        "security_keys",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("credential", sa.LargeBinary, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_security_keys_member", "security_keys", ["member"])
    made = sa.text("INSERT INTO meta (name, value) VALUES ('vault_id', :value)")
    op.get_bind().execute(made, {"value": os.urandom(16).hex()})
