# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases that this unit refers to others, what those answer, and referrals that came here."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from .metadata import METADATA

referrals = Table(
    "referrals",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False, index=True),
    # The other unit, by its slug.
    Column("slug", String, nullable=False),
    Column("force", String, nullable=False),
    # Under which the desk writes to the other unit, as a source does under its codename.
    Column("secret", LargeBinary, nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    # What leaves; emptied once the other unit has it. The secret goes when its answers are not looked for any more.
    Column("body", LargeBinary, nullable=False),
    # A day of unix time, and the period in which the service took it last, 0 before.
    Column("day", Integer, nullable=False),
    Column("sent", Integer, nullable=False, server_default="0"),
    # The code for which it could not be sent at the last try; empty for none.
    Column("refused", String, nullable=False, server_default=""),
    # Who referred it and what it says.
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

referral_answers = Table(
    "referral_answers",
    METADATA,
    Column("referral", Integer, ForeignKey("referrals.id"), nullable=False),
    Column("msg_no", Integer, nullable=False),
    # In which it stood on the other unit's board.
    Column("period", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("referral", "msg_no"),
)

# Messages that name a referral: it came with one, or its source says so; in the order in which they came.
referral_names = Table(
    "referral_names",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # A hash of the reference.
    Column("name", LargeBinary, nullable=False),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # The id of the answer that names it.
    Column("kind", String, nullable=False),
    Index("referral_names_name", "name"),
    Index("referral_names_case", "number"),
)
