# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members do with a case: what they were shown, how far they have read, what they have begun to write."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, UniqueConstraint

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
