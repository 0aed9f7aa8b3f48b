# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that messages brought: how far each is, and where its blobs lie. Names, sizes and keys stand in the message."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, text

from .metadata import METADATA

files = Table(
    "files",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    # Counted from 1 in the case; its place among the files of its message, from 0.
    Column("file", Integer, nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("at", Integer, nullable=False),
    # Until the blobs of this period are there they may still come.
    Column("period", Integer, nullable=False),
    Column("state", String, nullable=False),
    PrimaryKeyConstraint("number", "file"),
)

file_blobs = Table(
    "file_blobs",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("file", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    # By which it is found among everybody's, until it is: empty from then on, since it is public.
    Column("blob", LargeBinary, nullable=False),
    # Its name in the desk's own folder, and the key of what lies there, sealed to the case; empty before.
    Column("stored", String, nullable=False, server_default=""),
    Column("sealed", LargeBinary, nullable=False, server_default=text("x''")),
    PrimaryKeyConstraint("number", "file", "place"),
    Index("file_blobs_wanted", "blob", sqlite_where=text("blob != x''")),
)
