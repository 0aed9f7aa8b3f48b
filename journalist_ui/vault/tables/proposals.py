# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one member asks for and another approves."""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from .metadata import METADATA

proposals = Table(
    "proposals",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False),
    # The exact bytes that are approved; empty once it was refused or has expired.
    Column("content", LargeBinary, nullable=False),
    Column("reason", String, nullable=False),
    Column("asker", String, nullable=False),
    # The day of unix time on which it was asked.
    Column("day", Integer, nullable=False),
    Column("state", String, nullable=False),
    # Who approved or refused it, why, and on which day; empty and 0 before.
    Column("decider", String, nullable=False, server_default=""),
    Column("answer", String, nullable=False, server_default=""),
    Column("decided", Integer, nullable=False, server_default="0"),
    # A number is never given twice: a signature names it.
    sqlite_autoincrement=True,
)
