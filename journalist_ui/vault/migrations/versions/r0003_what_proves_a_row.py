# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each part of a source's message keeps what proves it; drafts lie on the disk; codes are remembered one by one.

What was stored before has no proof beside it: every such row is listed with its hash in the audit log, so that a row
which claims to be of before and is not listed is known. A state that an opening had set was set by nobody.
"""

import hashlib
import json

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = "kept before proofs"
_PARTS = (
    "SELECT parts.number, parts.message_id, part, parts.sealed, messages.parts, pseudonym FROM parts"
    " JOIN messages ON messages.number = parts.number AND messages.message_id = parts.message_id"
    " JOIN cases ON cases.number = parts.number ORDER BY 1, 2, 3"
)


def upgrade() -> None:
    _columns()
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE cases SET state = 'new' WHERE state = 'assessing'"))
    connection.execute(sa.text("UPDATE members SET used_steps = '[' || last_step || ']' WHERE last_step > 0"))
    op.drop_column("members", "last_step")
    connection.execute(
        sa.text(
            "UPDATE incoming SET period = COALESCE((SELECT messages.period FROM messages JOIN cases"
            " ON cases.number = messages.number WHERE cases.pseudonym = incoming.pseudonym"
            " AND messages.message_id = incoming.message_id), 0)"
        )
    )
    _list_what_is_there(connection)
    connection.execute(sa.text("UPDATE meta SET value = '3' WHERE name = 'schema'"))


def _columns() -> None:
    op.add_column("members", sa.Column("used_steps", sa.String, nullable=False, server_default="[]"))
    op.add_column("parts", sa.Column("proved", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("incoming", sa.Column("period", sa.Integer, nullable=False, server_default="0"))
    op.create_index("audit_about", "audit", ["about"])
    op.create_table(
        "drafts",
        sa.Column("number", sa.Integer, sa.ForeignKey("cases.number"), nullable=False),
        sa.Column("member", sa.String, sa.ForeignKey("members.name", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", "member"),
    )


def _list_what_is_there(connection: sa.Connection) -> None:
    """One row of the audit log for each part, text and member's key, then one that closes the list."""
    log = _Log(connection, int(context.config.attributes["day"]))
    for row in connection.execute(sa.text(_PARTS)):
        hashed = hashlib.sha256(row.pseudonym + row.sealed).hexdigest()
        log.add(KEPT, f"part {row.number} {row.message_id.hex()} {row.part}/{row.parts} {hashed}")
    for row in connection.execute(sa.text("SELECT number, text, sealed FROM answers ORDER BY text")):
        log.add(KEPT, f"text {row.number} {row.text} {hashlib.sha256(row.sealed).hexdigest()}")
    for row in connection.execute(sa.text("SELECT * FROM members ORDER BY name")):
        may = ((row.administrator, "a"), (row.investigator, "i"), (row.provisional, "p"))
        signs = "".join(sign for held, sign in may if held)
        log.add(KEPT, f"key {row.name} {signs} {hashlib.sha256(row.public).hexdigest()}")
    log.add("vault migrated", "0003")


class _Log:
    """The audit log as this release writes it."""

    def __init__(self, connection: sa.Connection, day: int) -> None:
        self._connection, self._day = connection, day
        newest = connection.execute(sa.text("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")).first()
        self._seq: int = newest.seq if newest else 0
        self._hash: bytes = newest.hash if newest else bytes(32)

    def add(self, act: str, about: str) -> None:
        self._seq += 1
        row = json.dumps([self._seq, self._day, "", act, about], separators=(",", ":"), ensure_ascii=True)
        self._hash = hashlib.sha256(b"desk-v1 audit" + self._hash + row.encode()).digest()
        values = {"seq": self._seq, "day": self._day, "act": act, "about": about, "hash": self._hash}
        self._connection.execute(
            sa.text(
                "INSERT INTO audit (seq, day, member, act, about, hash) VALUES (:seq, :day, '', :act, :about, :hash)"
            ),
            values,
        )
