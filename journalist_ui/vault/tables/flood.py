# SPDX-License-Identifier: AGPL-3.0-or-later
"""Boxes that the cases of a flooded day share: the number under which the key of each is wrapped."""

from sqlalchemy import Column, ForeignKey, Integer, Table

from .metadata import METADATA

boxes = Table(
    "boxes",
    METADATA,
    # Of a row of cases that has no message of its own: it carries the key.
    Column("number", Integer, ForeignKey("cases.number"), primary_key=True),
    # The desk's day of unix time.
    Column("day", Integer, nullable=False, unique=True),
)
