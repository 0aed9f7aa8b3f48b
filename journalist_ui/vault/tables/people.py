# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members, and the log of what they did."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from .metadata import METADATA

members = Table(
    "members",
    METADATA,
    Column("name", String, primary_key=True),
    Column("administrator", Boolean, nullable=False),
    Column("investigator", Boolean, nullable=False),
    # Whether the passphrase is still the one that an administrator gave.
    Column("provisional", Boolean, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("not_before", Integer, nullable=False),
    # JSON list of the newest steps whose codes were used.
    Column("used_steps", String, nullable=False, server_default="[]"),
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("member", String, nullable=False),
    Column("act", String, nullable=False),
    Column("about", String, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("audit_about", "about"),
)
