# SPDX-License-Identifier: AGPL-3.0-or-later
"""What both sides wrote: sealed to the case, opened only in a member's session."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    false,
    literal_column,
    text,
    true,
)

from .metadata import METADATA

LISTED = (
    *("number", "state", "opened", "whole", "newest", "answered", "waiting", "given_up", "since"),
    *("urgent", "shelf", "muted", "examined", "all_named", "outcomes"),
    *("referral_decided", "chis", "told", "asked"),
)
"""What the list of cases reads of a case: the columns of one index, so that no row is read whole."""

cases = Table(
    "cases",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("pseudonym", LargeBinary, nullable=False, unique=True),
    # Of the newest of its keys, which are counted from 1: who was let go of it has none of the later ones.
    Column("public", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("opened", Integer, nullable=False),
    Column("state", String, nullable=False),
    # What the list of cases says, kept by whoever writes (counters.py): whole messages and the place of the newest one,
    # the place of the unit's newest text, its texts on their way, whether the newest was given up, and the period of
    # the source's first message behind the unit's newest text, 0 for none.
    Column("whole", Integer, nullable=False, server_default="0"),
    Column("newest", Integer, nullable=False, server_default="0"),
    Column("answered", Integer, nullable=False, server_default="0"),
    Column("waiting", Integer, nullable=False, server_default="0"),
    Column("given_up", Boolean, nullable=False, server_default=false()),
    Column("since", Integer, nullable=False, server_default="0"),
    # Its report speaks of everybody who takes new ones.
    Column("all_named", Boolean, nullable=False, server_default=false()),
    # Somebody is at risk, by the source's answers or by a person's word; whether all whole messages were looked at for
    # that. Where a person has put the case ("" for the inbox), and whether it gives no notice.
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("examined", Boolean, nullable=False, server_default=true()),
    Column("shelf", String, nullable=False, server_default=""),
    Column("muted", Boolean, nullable=False, server_default=false()),
    # The outcomes that hold, with blanks between.
    Column("outcomes", String, nullable=False, server_default=""),
    # Kept as the counters are: whether it was decided if the case is referred, and the period of the oldest occasion
    # to consider CHIS status behind the newest decision on it, 0 for none.
    Column("referral_decided", Boolean, nullable=False, server_default=false()),
    Column("chis", Integer, nullable=False, server_default="0"),
    # Whether the source was sent the outcome that holds.
    Column("told", Boolean, nullable=False, server_default=false()),
    # Kept as the counters are: whether the source was asked something that it has neither answered nor passed by.
    Column("asked", Boolean, nullable=False, server_default=false()),
    # Of one that shares a box, the number of that: it is sealed to the box's key, and no key is wrapped under its own.
    Column("box", Integer, nullable=False, server_default="0"),
    Index("cases_box", "box", sqlite_where=text("box > 0")),
    # All that a list says: a row with its keys is twenty times as long.
    Index("cases_listed", *LISTED),
    sqlite_autoincrement=True,
)

case_keys = Table(
    "case_keys",
    METADATA,
    Column("number", Integer, ForeignKey("cases.number"), nullable=False),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("generation", Integer, nullable=False, server_default="1"),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("number", "member", "generation"),
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
    # It asks about what is to come.
    Column("ahead", Boolean, nullable=False, server_default=false()),
    Index("answers_place", "number", "place"),
)
