# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's tables. Everything is under the desk key; columns called ``sealed`` or ``wrapped`` are under more.

Days are period numbers. Nothing here is finer than a period but of members: the half minutes of the last codes
used, and when the next sign-in is allowed, in unix seconds. Every change of a table is a step in migrations/.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

SCHEMA_VERSION = 3
"""What the first releases look at, so that they refuse a vault that is newer than they are."""

METADATA = MetaData()

meta = Table("meta", METADATA, Column("name", String, primary_key=True), Column("value", String, nullable=False))

alembic_version = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))

# --- the ledger: what the daemon needs with nobody signed in ---

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
    Column("mark_due_since", Integer, nullable=False),
    Column("mark_period", Integer, nullable=False),
    Column("mark_count", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("set_aside", Boolean, nullable=False),
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
    # JSON list of hex strings; emptied once read or expired.
    Column("parts", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("first_posted", Integer, nullable=False),
    Column("copies", String, nullable=False),
    Column("state", String, nullable=False),
    # An id is never given twice, also not after the newest row is gone.
    sqlite_autoincrement=True,
)

# --- content: sealed to the case, opened only in a member's session ---

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

cases = Table(
    "cases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("pseudonym", LargeBinary, nullable=False, unique=True),
    Column("public", LargeBinary, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("state", String, nullable=False),
    # What the list of cases says, kept by whoever writes (counters.py): whole messages and the place of the newest one,
    # the place of the unit's newest text, its texts on their way, and whether the newest was given up.
    Column("whole", Integer, nullable=False, server_default="0"),
    Column("newest", Integer, nullable=False, server_default="0"),
    Column("answered", Integer, nullable=False, server_default="0"),
    Column("waiting", Integer, nullable=False, server_default="0"),
    Column("given_up", Boolean, nullable=False, server_default=false()),
    # All that a list says: a row with its keys is twenty times as long.
    Index("cases_listed", "number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up"),
    sqlite_autoincrement=True,
)

case_keys = Table(
    "case_keys",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "member"),
    Index("case_keys_member", "member", "number"),
)

messages = Table(
    "messages",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("parts", Integer, nullable=False),
    # The newest period any of its parts came in; its place among the complete ones, 0 before; the case's running order.
    Column("period", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("number", "message_id"),
    Index("messages_whole", "number", "place", sqlite_where=text("complete > 0")),
)

# Spelled out: a bound value would keep the index from being used.
IS_WHOLE = messages.c.complete > literal_column("0")
"""Of a message: all of its parts are there."""

parts = Table(
    "parts",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("message_id", LargeBinary, nullable=False),
    Column("part", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # Whether what proves it is sealed with it; what came before proofs were kept is listed in the audit log.
    Column("proved", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("number", "message_id", "part"),
)

answers = Table(
    "answers",
    METADATA,
    Column("text", Integer, ForeignKey("texts.id"), primary_key=True),
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("period", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("answers_place", "number", "place"),
)

shown = Table(
    "shown",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # The message that was shown.
    Column("message_id", LargeBinary, nullable=False),
    UniqueConstraint("number", "member", "message_id"),
)

progress = Table(
    "progress",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # How many messages the member was shown, and the place of the newest one.
    Column("shown", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("number", "member"),
)

drafts = Table(
    "drafts",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # Names this very text, so that a page that was drawn before it does not replace it.
    Column("version", String, nullable=False),
    # The place in the case's running order up to which its writer had read.
    Column("seen", Integer, nullable=False),
    # Each text behind its length: more than one while its writer has yet to choose.
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "member"),
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
