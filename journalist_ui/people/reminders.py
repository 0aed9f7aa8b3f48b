# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where each member's reminders go: an address that they gave themselves, kept beside them in the vault."""

from sqlalchemy import Connection, select, update

from journalist_ui.mail_address import check_mail_address
from journalist_ui.vault import audit, tables

_rows = tables.members


def read_address(connection: Connection, member: str) -> str:
    """Empty for none."""
    return str(connection.execute(select(_rows.c.reminder_to).where(_rows.c.name == member)).scalar() or "")


def set_address(connection: Connection, member: str, address: str, day: int) -> None:
    """From now on, on a ``day`` of unix time; "" for none. Raises BadInput."""
    if address:
        check_mail_address(address, "Where reminders go")
    connection.execute(update(_rows).where(_rows.c.name == member).values(reminder_to=address))
    # The address stands beside the member alone.
    audit.record(connection, day, member, "reminders on" if address else "reminders off")


def list_addresses(connection: Connection) -> list[tuple[str, str]]:
    """Members with a passphrase of their own who gave an address, and it, in order of name."""
    given = (~_rows.c.provisional, _rows.c.reminder_to != "")
    found = connection.execute(select(_rows.c.name, _rows.c.reminder_to).where(*given).order_by(_rows.c.name))
    return [(row.name, row.reminder_to) for row in found]
