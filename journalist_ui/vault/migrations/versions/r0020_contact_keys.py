# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys for contact details, in halves of which two custodians hold one each."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _of(name: str, column: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String, sa.ForeignKey(column, ondelete="CASCADE"), nullable=False)


def _key() -> "sa.Column[bytes]":
    return sa.Column("hash", sa.LargeBinary, sa.ForeignKey("contact_keys.hash"), nullable=False)


def _proposal() -> "sa.Column[int]":
    return sa.Column("proposal", sa.Integer, sa.ForeignKey("proposals.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "contact_keys",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("holders", sa.Integer, nullable=False),
    )
    op.create_table(
        "contact_halves",
        *(_key(), _of("owner", "members.name"), _of("partner", "members.name")),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("hash", "owner", "partner"),
    )
    op.create_table(
        "contact_releases",
        *(_proposal(), _key(), _of("owner", "members.name"), _of("partner", "members.name")),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("proposal", "hash", "owner", "partner"),
    )
    op.create_table(
        "contact_reasons",
        *(_proposal(), _of("member", "members.name")),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("proposal", "member"),
    )
    op.create_table(
        "contact_asks",
        sa.Column("proposal", sa.Integer, sa.ForeignKey("proposals.id"), primary_key=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("message_id", sa.LargeBinary, nullable=False),
        sa.Column("field", sa.LargeBinary, nullable=False),
    )
