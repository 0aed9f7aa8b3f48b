# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the list of cases says is kept beside each case; how far a member has read, beside the member.

Whole messages of a case are found by their places, texts too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COUNT = """
UPDATE cases SET
 whole = (SELECT count(*) FROM messages WHERE messages.number = cases.number AND complete > 0),
 newest = (SELECT COALESCE(max(place), 0) FROM messages WHERE messages.number = cases.number AND complete > 0),
 answered = (SELECT COALESCE(max(place), 0) FROM answers WHERE answers.number = cases.number),
 waiting = (SELECT count(*) FROM answers JOIN texts ON texts.id = answers.text
  WHERE answers.number = cases.number AND texts.state IN ('waiting', 'published')),
 given_up = COALESCE((SELECT texts.state = 'expired' FROM answers JOIN texts ON texts.id = answers.text
  WHERE answers.number = cases.number ORDER BY answers.place DESC LIMIT 1), 0)
"""
_PROGRESS = """
INSERT INTO progress (number, member, shown, place)
 SELECT shown.number, shown.member, count(*), max(messages.place) FROM shown
 JOIN messages ON messages.number = shown.number AND messages.message_id = shown.message_id
 GROUP BY shown.number, shown.member
"""


def upgrade() -> None:
    for name in ("whole", "newest", "answered", "waiting"):
        op.add_column("cases", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("given_up", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "progress",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", "member"),
    )
    op.create_index("messages_whole", "messages", ["number", "place"], sqlite_where=sa.text("complete > 0"))
    op.create_index("answers_place", "answers", ["number", "place"])
    op.drop_index("ix_answers_number", "answers")
    op.create_index("case_keys_member", "case_keys", ["member", "number"])
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up"]
    op.create_index("cases_listed", "cases", listed)
    connection = op.get_bind()
    connection.execute(sa.text(_COUNT))
    connection.execute(sa.text(_PROGRESS))
