# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done, what opens its details, and what was published of it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from .metadata import METADATA

audit = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("day", Integer, nullable=False),
    # Who did what, and about what: plain where the desk itself did it or ``evidence.py`` looks it up, in rows of before
    # always; else empty, and in the detail.
    Column("member", String, nullable=False),
    Column("act", String, nullable=False),
    Column("about", String, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # The case that it is about, 0 for none: it is shown to whoever opens that one.
    Column("number", Integer, nullable=False, server_default="0"),
    # NULL marks a row of before, which was carried over as it was.
    Column("salt", LargeBinary),
    # The detail, and the name of the key that it is sealed with; NULL where all stands plain.
    Column("key", LargeBinary),
    Column("sealed", LargeBinary),
    # Under a key of the keyring; NULL where none was at hand.
    Column("mac", LargeBinary),
    Index("audit_about", "about"),
    Index("audit_number", "number", "seq"),
)

audit_keys = Table(
    "audit_keys",
    METADATA,
    # The hash of the sealed key.
    Column("key", LargeBinary, primary_key=True),
    # The case to whose key it is sealed; 0 for a key of the desk, which is of this generation.
    Column("number", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

audit_generations = Table(
    "audit_generations",
    METADATA,
    # The desk's own keys of the log: another whenever others may read it.
    Column("generation", Integer, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    # The hash of who they are and of their keys.
    Column("readers", LargeBinary, nullable=False),
)

audit_heads = Table(
    "audit_heads",
    METADATA,
    # What was told of the log with a batch of the period, or was about to be, and what opens it: the hash of the newest
    # row of that time, and 32 random bytes.
    Column("head", LargeBinary, primary_key=True),
    Column("period", Integer, nullable=False),
    Column("row", LargeBinary, nullable=False),
    Column("blind", LargeBinary, nullable=False),
)

own_manifests = Table(
    "own_manifests",
    METADATA,
    # Of every batch that was made, or that the board showed as this unit's, by its hash.
    Column("hash", LargeBinary, primary_key=True),
    Column("period", Integer, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
)

audit_readers = Table(
    "audit_readers",
    METADATA,
    Column("generation", Integer, ForeignKey("audit_generations.generation"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("generation", "member"),
)
