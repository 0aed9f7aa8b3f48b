# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk of some days' work, and what its log and its batches say of it."""

import asyncio

from sqlalchemy import select

from dropbox.protocol.batches import parse_upload
from dropbox.protocol.manifests import parse_manifest
from journalist_ui.daemon.audit_log import check
from journalist_ui.shapes.audit import AuditVerified
from journalist_ui.vault import audit, published, tables
from tests.desk.room import Room


def sync(room: Room) -> None:
    asyncio.run(room.engine.sync())


def days(room: Room, count: int, *, acts: bool = True) -> None:
    """So many periods, in each of which the case is opened before the batch leaves."""
    for _ in range(count):
        room.service.twin.advance()
        if acts:
            room.sign_in("ada").show(1, room.engine.day)
        sync(room)


def verify(room: Room) -> AuditVerified:
    """As the verb does it: by the board that the desk read last."""
    state = room.engine.state
    return check(room.vault, state.keyring, state.own_manifest, shown=True)


def newest(room: Room) -> int:
    with room.vault.reading() as connection:
        return audit.newest_number(connection)


def day_of_row(room: Room, seq: int) -> int:
    with room.vault.reading() as connection:
        return connection.execute(select(tables.audit.c.day).where(tables.audit.c.seq == seq)).scalar_one()


def told(room: Room) -> list[tuple[int, int]]:
    """Of each batch of this unit's own desk, its period and the number of the row that it told of."""
    found = []
    with room.vault.reading() as connection:
        places = {row.hash: row.seq for row in audit.rows_holding(connection)}
        for data in room.service.twin.uploads[room.settings.unit_id].values():
            manifest = parse_manifest(parse_upload(data).batch.manifest)
            if published.is_opened(connection, manifest):
                found.append((manifest.period, places[published.told_by(connection, manifest).row]))
    return sorted(found)
