# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details: the unit's keys for them in halves, and what sources have left."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, text

from .metadata import METADATA

# Only added to: what was sealed to an older key may still come.
contact_keys = Table(
    "contact_keys",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    # The day of unix time on which it was made.
    Column("day", Integer, nullable=False),
    # Among how many custodians it was split, those who were added since among them.
    Column("holders", Integer, nullable=False),
)

# Of each pair of custodians each has a half, wrapped to them: the two together are the key's seed.
contact_halves = Table(
    "contact_halves",
    METADATA,
    Column("hash", LargeBinary, ForeignKey("contact_keys.hash"), nullable=False),
    Column("owner", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("partner", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("hash", "owner", "partner"),
)

# What a custodian who agreed to a proposal has handed to each who may agree as the second: their half of the pair.
contact_releases = Table(
    "contact_releases",
    METADATA,
    Column("proposal", Integer, ForeignKey("proposals.id"), nullable=False),
    Column("hash", LargeBinary, ForeignKey("contact_keys.hash"), nullable=False),
    Column("owner", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("partner", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("proposal", "hash", "owner", "partner"),
)

# Why contact details are to be opened, for each who is to agree or asked.
contact_reasons = Table(
    "contact_reasons",
    METADATA,
    Column("proposal", Integer, ForeignKey("proposals.id"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("proposal", "member"),
)

# What is to be opened, as its source sealed it, for whoever agrees and holds no key of the case; until it is decided.
contact_asks = Table(
    "contact_asks",
    METADATA,
    Column("proposal", Integer, ForeignKey("proposals.id"), primary_key=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("field", LargeBinary, nullable=False),
)

contacts = Table(
    "contacts",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # The message that brought them, and its period.
    Column("message_id", LargeBinary, nullable=False),
    Column("period", Integer, nullable=False),
    # left, opened, withdrawn; or withdrawal: this message takes back those of its period and before.
    Column("state", String, nullable=False),
    # What the source sealed, and what custodians have opened, each sealed to the case; empty before, and once gone.
    Column("sealed", LargeBinary, nullable=False, server_default=text("x''")),
    Column("opened", LargeBinary, nullable=False, server_default=text("x''")),
    # The day of unix time on which they were opened, or went; 0 before.
    Column("day", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("number", "message_id"),
    Index("contacts_period", "number", "period"),
)
