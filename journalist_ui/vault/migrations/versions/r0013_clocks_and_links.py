# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is decided in a case, and what it still asks: referral, CHIS status at the third exchange. Which cases belong
together.

Cases of before ask it too. Which texts of before ask about what is to come nobody can say without a key: none does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The place of the source's first message behind a text of the unit's, twice: with the report it is the third turn.
_COUNT = """
UPDATE cases SET chis = coalesce((SELECT period FROM messages WHERE number = cases.number AND complete > 0 AND place =
 (SELECT min(place) FROM messages WHERE number = cases.number AND complete > 0 AND place >
  (SELECT min(place) FROM answers WHERE number = cases.number AND place >
   (SELECT min(place) FROM messages WHERE number = cases.number AND complete > 0 AND place >
    (SELECT min(place) FROM answers WHERE number = cases.number))))), 0)
"""


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("decisions_case", "decisions", ["number", "id"])
    op.create_table(
        "links",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("links_case", "links", ["number"])
    op.add_column("answers", sa.Column("ahead", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("referral_decided", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("chis", sa.Integer, nullable=False, server_default="0"))
    op.execute(_COUNT)
    op.drop_index("cases_listed", "cases")
    listed = ["number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"]
    listed += ["urgent", "shelf", "muted", "examined", "all_named", "outcomes", "referral_decided", "chis"]
    op.create_index("cases_listed", "cases", listed)
