# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready for any source: every version of each. None is about a case."""

from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String, Table

from .metadata import METADATA

canned = Table(
    "canned",
    METADATA,
    # Those that come with the program have numbers of their own, below those that a unit adds.
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("text", String, nullable=False),
    # Empty for all categories.
    Column("category", String, nullable=False),
    # Who wrote this version, and on which day of unix time.
    Column("member", String, nullable=False),
    Column("day", Integer, nullable=False),
    # Whether this version is that there is none any more.
    Column("gone", Boolean, nullable=False),
    PrimaryKeyConstraint("number", "version"),
)
