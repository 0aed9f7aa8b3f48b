# SPDX-License-Identifier: AGPL-3.0-or-later
"""The server's tables. None holds an address, a user agent, or a time finer than a period."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table

METADATA = MetaData()

OPEN_ENVELOPES = Table(
    "open_envelopes",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("period", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Envelopes whose period has not closed, in the order of their ids: a row number would tell the order of arrival."""

CLOSED_IDS = Table(
    "closed_ids",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("period", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""Ids of the envelopes in closed segments, so that an envelope sent again gets its first receipt."""

OPEN_BLOBS = Table(
    "open_blobs",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("period", BigInteger, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""Blobs of files whose period has not closed, in the order of their ids."""

CLOSED_BLOB_IDS = Table(
    "closed_blob_ids",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("period", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""Ids of the blobs of closed periods, so that a blob sent again gets its first receipt."""

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("period", BigInteger, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("blobs", Integer, nullable=False, server_default="0"),
)
"""Closed segments. One without envelopes has no file, and a period without ``blobs`` none of those."""

BATCHES = Table(
    "batches",
    METADATA,
    Column("unit_id", LargeBinary, primary_key=True),
    Column("period", BigInteger, primary_key=True, autoincrement=False),
    Column("certs", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Batches as uploaded; certificates only of each unit's newest (empty for older ones)."""

DIRECTORIES = Table(
    "directories",
    METADATA,
    Column("dir_version", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
"""Signed directories as served: the newest, and the one before it for its quotas."""

COUNTERS = Table(
    "counters",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""``sealed``: the last period that takes no more envelopes. ``before``: the period before the store's first.
``confirmed``: what a person says the period is. ``flooded``: 1 while senders are kept waiting. ``skipped-N``: how many
periods before N passed without a server. ``restoring``: a restore is not whole yet. ``lost-through``: the last period
of which a unit's batch may have been lost with the machine that was restored."""

SEALED = "sealed"
BEFORE = "before"
CONFIRMED = "confirmed"
FLOODED = "flooded"
SKIPPED = "skipped-"
RESTORING = "restoring"
LOST_THROUGH = "lost-through"
