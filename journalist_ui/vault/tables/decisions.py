# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members have decided where each case asks it of them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from .metadata import METADATA

# Only added to: the newest of a case and kind holds.
decisions = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # A day of unix time; the place in the case's running order up to which it was known to whoever decided.
    Column("day", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    # Which was asked, and yes or no.
    Column("what", String, nullable=False),
    Column("answer", String, nullable=False),
    # Who, and why.
    Column("sealed", LargeBinary, nullable=False),
    Index("decisions_case", "number", "id"),
    sqlite_autoincrement=True,
)
