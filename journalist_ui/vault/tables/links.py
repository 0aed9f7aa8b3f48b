# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table

from .metadata import METADATA

# Only added to: two rows each time, one of either case.
links = Table(
    "links",
    METADATA,
    # Drawn: the order of the rows would pair them.
    Column("id", Integer, primary_key=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # To this case: the other one's number and, sealed to that, who, when and why.
    Column("sealed", LargeBinary, nullable=False),
    Index("links_case", "number"),
)
