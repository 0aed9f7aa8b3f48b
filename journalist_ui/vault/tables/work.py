# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members do with a case: whether they may, what they were shown, how far they have read, what they write."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from .metadata import METADATA

shown = Table(
    "shown",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # The message that was shown.
    Column("message_id", LargeBinary, nullable=False),
    UniqueConstraint("number", "member", "message_id"),
)

progress = Table(
    "progress",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # How many messages the member was shown, and the place of the newest one.
    Column("shown", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

drafts = Table(
    "drafts",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # Names this very text, so that a page that was drawn before it does not replace it.
    Column("version", String, nullable=False),
    # The place in the case's running order up to which its writer had read.
    Column("seen", Integer, nullable=False),
    # Each text behind its length: more than one while its writer has yet to choose.
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

# Who has said that nothing keeps them from a case: before that they see nothing of it.
declarations = Table(
    "declarations",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # A day of unix time.
    Column("day", Integer, nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

# From whom a case is kept, and why: named (in it), declared (a conflict), excluded.
withheld = Table(
    "withheld",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("why", String, nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

owners = Table(
    "owners",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

# Only added to: a correction names the note that it corrects.
notes = Table(
    "notes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("day", Integer, nullable=False),
    # The note that it corrects; 0 for none.
    Column("corrects", Integer, nullable=False, server_default="0"),
    Column("sealed", LargeBinary, nullable=False),
    Index("notes_case", "number", "id"),
    sqlite_autoincrement=True,
)

# Cases that are set aside, and since which day of unix time: nothing is posted to them.
junked = Table(
    "junked",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True),
    Column("day", Integer, nullable=False),
)

# All tags of a case, sealed as one.
tags = Table(
    "tags",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True),
    # How often they were changed.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("sealed", LargeBinary, nullable=False),
)
