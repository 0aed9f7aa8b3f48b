# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of cases: every setting of it, and by which text its source was told."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from .metadata import METADATA

# Only added to: the newest of a case holds.
outcomes = Table(
    "outcomes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # A day of unix time.
    Column("day", Integer, nullable=False),
    # Words with blanks between; empty where it was taken back.
    Column("kinds", String, nullable=False),
    # Who, why, and what the source is to be told.
    Column("sealed", LargeBinary, nullable=False),
    Index("outcomes_case", "number", "id"),
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    METADATA,
    Column("text", Integer, ForeignKey("texts.id"), primary_key=True),
    Column("outcome", Integer, ForeignKey("outcomes.id"), nullable=False, index=True),
    # A day of unix time.
    Column("day", Integer, nullable=False),
)
