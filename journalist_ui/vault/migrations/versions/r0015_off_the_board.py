# SPDX-License-Identifier: AGPL-3.0-or-later
"""Since when cases are set aside; nothing is posted to one that is. Boxes that the cases of a flooded day share.

Cases that were set aside before count from the day of this step: nobody wrote down an earlier one.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SOURCES = (
    "UPDATE conversations SET set_aside = 1 WHERE pseudonym IN (SELECT pseudonym FROM cases WHERE shelf = 'junk')"
)
_DAYS = sa.text("INSERT INTO junked (number, day) SELECT number, :day FROM cases WHERE shelf = 'junk'")


def upgrade() -> None:
    op.create_table(
        "junked",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
    )
    op.create_table(
        "boxes",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False, unique=True),
    )
    op.add_column("cases", sa.Column("box", sa.Integer, nullable=False, server_default="0"))
    op.create_index("cases_box", "cases", ["box"], sqlite_where=sa.text("box > 0"))
    op.execute(_SOURCES)
    op.get_bind().execute(_DAYS, {"day": context.config.attributes["day"]})
