# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case's keys by generations; from whom it is kept and who has declared; what is urgent, owned, noted, tagged.

Who has read in a case has said so by doing it: nobody is asked anew for cases of before. Whether somebody is at risk in
those is looked for when a member signs in.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SINCE = """
UPDATE cases SET since = (SELECT COALESCE(min(period), 0) FROM messages
 WHERE messages.number = cases.number AND complete > 0 AND place > cases.answered)
"""


def upgrade() -> None:
    op.add_column("cases", sa.Column("generation", sa.Integer, nullable=False, server_default="1"))
    for name, value in (
        ("urgent", sa.false()),
        ("examined", sa.true()),
        ("muted", sa.false()),
        ("all_named", sa.false()),
    ):
        op.add_column("cases", sa.Column(name, sa.Boolean, nullable=False, server_default=value))
    op.add_column("cases", sa.Column("shelf", sa.String, nullable=False, server_default=""))
    op.add_column("cases", sa.Column("since", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE cases SET examined = 0")
    op.execute(_SINCE)
    op.drop_index("cases_listed", "cases")
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"]
    op.create_index("cases_listed", "cases", [*listed, "urgent", "shelf", "muted", "examined", "all_named"])
    op.add_column("members", sa.Column("triage", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("members", sa.Column("known_as", sa.String, nullable=False, server_default="[]"))
    _case_keys()
    _of_members("declarations", sa.Column("day", sa.Integer, nullable=False))
    _of_members("withheld", sa.Column("why", sa.String, nullable=False))
    _of_members("owners")
    _written()
    op.execute("INSERT INTO declarations (number, member, day) SELECT number, member, 0 FROM progress")


def _member_of_case() -> list[sa.Column[Any]]:
    return [
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    ]


def _of_members(name: str, *more: sa.Column[Any]) -> None:
    op.create_table(name, *_member_of_case(), *more, sa.PrimaryKeyConstraint("number", "member"))


def _case_keys() -> None:
    """Made anew: a primary key cannot be changed in its place."""
    op.drop_index("case_keys_member", "case_keys")
    op.rename_table("case_keys", "case_keys_before")
    op.create_table(
        "case_keys",
        *_member_of_case(),
        sa.Column("generation", sa.Integer, nullable=False, server_default="1"),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", "member", "generation"),
    )
    op.execute(
        "INSERT INTO case_keys (number, member, generation, wrapped)"
        " SELECT number, member, 1, wrapped FROM case_keys_before"
    )
    op.drop_table("case_keys_before")
    op.create_index("case_keys_member", "case_keys", ["member", "number"])


def _written() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("corrects", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notes_case", "notes", ["number", "id"])
    op.create_table(
        "tags",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
