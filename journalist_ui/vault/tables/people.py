# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members, where they signed in, and who tried to."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    false,
    text,
    true,
)

from .metadata import METADATA

members = Table(
    "members",
    METADATA,
    Column("name", String, primary_key=True),
    # Whether the passphrase is still the one that an administrator gave.
    Column("provisional", Boolean, nullable=False),
    Column("public", LargeBinary, nullable=False),
    # By which approvals are verified; empty until a member of before signs in.
    Column("signing", LargeBinary, nullable=False, server_default=text("x''")),
    Column("salt", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    # Whether new reports are opened to the member, and a JSON list of words by which a report may speak of them.
    Column("triage", Boolean, nullable=False, server_default=true()),
    Column("known_as", String, nullable=False, server_default="[]"),
    # JSON list of the newest steps whose codes were used.
    Column("used_steps", String, nullable=False, server_default="[]"),
    # The member's own settings: the address that reminders go to, empty for none; whether lists show beginnings of
    # reports.
    Column("reminder_to", String, nullable=False, server_default=""),
    Column("excerpts", Boolean, nullable=False, server_default=true()),
    # And whether pages of files are blurred until they ask for each.
    Column("welfare", Boolean, nullable=False, server_default=true()),
)

member_roles = Table(
    "member_roles",
    METADATA,
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    Column("role", String, nullable=False),
    # The day of unix time on which all members were told that it was given; 0 from the beginning.
    Column("day", Integer, nullable=False),
    PrimaryKeyConstraint("member", "role"),
)

known_browsers = Table(
    "known_browsers",
    METADATA,
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # The hash of what the browser holds, bound to the member.
    Column("hash", LargeBinary, nullable=False),
    # The last day on which it signed the member in.
    Column("day", Integer, nullable=False),
    PrimaryKeyConstraint("member", "hash"),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
    # The hash of a code that was not used yet, bound to the member.
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("member", "hash"),
)

security_keys = Table(
    "security_keys",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("member", String, ForeignKey("members.name", ondelete="CASCADE"), nullable=False, index=True),
    # Its attested credential: id and public key, as WebAuthn writes them.
    Column("credential", LargeBinary, nullable=False),
    # The newest count that it has shown; 0 for keys that do not count.
    Column("counter", Integer, nullable=False),
    Column("label", String, nullable=False),
    Column("day", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# Sign-ins that did not succeed, by the day: a stranger who tries without end adds no row.
wrong_tries = Table(
    "wrong_tries",
    METADATA,
    # Empty for all names together that are no member's.
    Column("member", String, nullable=False),
    Column("day", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    # Of them, those in which a stranger had the right passphrase and no right code.
    Column("codes", Integer, nullable=False),
    # Of them, those of which the member has been told.
    Column("told", Integer, nullable=False),
    # Whether the day is over and its count stands in the audit log.
    Column("logged", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("member", "day"),
)
