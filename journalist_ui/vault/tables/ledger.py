# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the vault is, and what the daemon needs with nobody signed in."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, false

from .metadata import METADATA

meta = Table("meta", METADATA, Column("name", String, primary_key=True), Column("value", String, nullable=False))

alembic_version = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))

roots = Table(
    "roots", METADATA, Column("period", Integer, primary_key=True), Column("root", LargeBinary, nullable=False)
)

conversations = Table(
    "conversations",
    METADATA,
    Column("pseudonym", LargeBinary, primary_key=True),
    Column("beacon", LargeBinary, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("collected", Integer, nullable=False),
    Column("acknowledged", Integer, nullable=False),
    Column("last_heard", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("set_aside", Boolean, nullable=False),
    Column("grown", Integer, nullable=False, server_default="0"),
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("closing", Integer, nullable=False, server_default="0"),
    Column("burn", Boolean, nullable=False, server_default=false()),
    Column("spoke", Integer, nullable=False, server_default="0"),
    Column("closed", Boolean, nullable=False, server_default=false()),
)

incoming = Table(
    "incoming",
    METADATA,
    Column("pseudonym", LargeBinary, nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("parts", Integer, nullable=False),
    # A bit for each part that came: part 1 is bit 0.
    Column("have", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    # Of its newest part.
    Column("period", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("pseudonym", "message_id"),
)

texts = Table(
    "texts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pseudonym", LargeBinary, nullable=False, index=True),
    Column("type", Integer, nullable=False),
    # JSON list of hex strings; emptied once expired, or read and not to be read again.
    Column("parts", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("written", Integer, nullable=False, server_default="0"),
    Column("stood", Integer, nullable=False, server_default="0"),
    Column("read", Integer, nullable=False, server_default="0"),
    # An id is never given twice, also not after the newest row is gone.
    sqlite_autoincrement=True,
)
