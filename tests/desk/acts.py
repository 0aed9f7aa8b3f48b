# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of a desk's log, opened by whoever may read their details."""

from sqlalchemy import Connection

from dropbox.protocol.primitives import SealingKey
from journalist_ui.people.members import read_member
from journalist_ui.people.passphrases import open_secrets
from journalist_ui.vault import tables
from journalist_ui.vault.audit_sealing import Detail, Details, open_reader_key
from journalist_ui.vault.case_keys import read_case_keys
from journalist_ui.vault.database import Vault
from journalist_ui.vault.rows import AUDIT, AuditRow
from journalist_ui.vault.sealing import CaseKeys, Holder


def acts_in(connection: Connection, holder: Holder) -> list[tuple[AuditRow, Detail | None]]:
    """Each row, oldest first, with what the holder opens of it."""
    keys = read_case_keys(connection, holder.name)

    def key_for(number: int, generation: int) -> CaseKeys | SealingKey | None:
        if number:
            mine = [one.open(holder) for place, one in sorted(keys.items(), reverse=True) if place[0] == number]
            return CaseKeys(tuple(mine)) if mine else None
        return open_reader_key(connection, holder, generation)

    details = Details(connection, key_for)
    rows = map(AuditRow._make, connection.execute(AUDIT.order_by(tables.audit.c.seq)))
    return [(row, details.open(row)) for row in rows]


def acts(vault: Vault, holder: Holder) -> list[Detail]:
    """What the holder can read, oldest first."""
    with vault.reading() as connection:
        return [detail for _, detail in acts_in(connection, holder) if detail]


def holder_of(vault: Vault, name: str, passphrase: str) -> Holder:
    """A member's key by their passphrase alone: no code is used up."""
    with vault.reading() as connection:
        row = read_member(connection, name)
    opened = row and open_secrets(name, row.salt, row.sealed, passphrase)
    assert opened
    return Holder(name, opened.key)
