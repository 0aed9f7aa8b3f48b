# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets of questions that a unit keeps ready for any source, in every version; under the desk key alone."""

from sqlalchemy import Boolean, Column, Integer, PrimaryKeyConstraint, String, Table

from .metadata import METADATA

question_sets = Table(
    "question_sets",
    METADATA,
    Column("slug", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", String, nullable=False),
    # "" for any.
    Column("category", String, nullable=False),
    # In the form in which a source gets them.
    Column("questions", String, nullable=False),
    Column("member", String, nullable=False),
    # A day of unix time.
    Column("day", Integer, nullable=False),
    # This version is that it was removed.
    Column("gone", Boolean, nullable=False),
    PrimaryKeyConstraint("slug", "version"),
)
