# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever holds the desk key alters a row of the log, and makes every later hash anew."""

from sqlalchemy import select, update

from journalist_ui.vault import audit, tables
from journalist_ui.vault.database import Vault
from journalist_ui.vault.rows import AUDIT, AuditRow


def alter(vault: Vault, seq: int, key: bytes = b"") -> None:
    """Another day in a row; MACs too, its own and all later ones, where the keyring's ``key`` is at hand."""
    rows = tables.audit
    with vault.writing() as connection:
        before = select(rows.c.hash).where(rows.c.seq == seq - 1)
        previous = connection.execute(before).scalar_one()
        for found in connection.execute(AUDIT.where(rows.c.seq >= seq).order_by(rows.c.seq)).all():
            row = AuditRow._make(found)
            row = row._replace(day=row.day + 1) if row.seq == seq else row
            previous = audit._worked_out(previous, row) or b""
            values: dict[str, int | bytes] = {"day": row.day, "hash": previous}
            if key and row.salt is not None:
                values["mac"] = audit.row_mac(key, previous)
            connection.execute(update(rows).where(rows.c.seq == row.seq).values(values))
        assert audit.first_break(connection) == 0, "the chain itself shows nothing"
