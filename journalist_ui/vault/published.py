# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was published of the audit log: of each batch its head and what opens it, and each own manifest.

::

    audit_head = H("desk-v1 head of the audit log" || period u32 || hash of the newest row 32 || blind 32)

The blind is drawn afresh for each batch, so that a head tells nothing to whoever reads the board, not even whether
anything was done since the one before. Heads of before were the hash of the newest row itself.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random
from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import Malformed
from dropbox.protocol.manifests import NO_HASH, Manifest, parse_manifest
from dropbox.protocol.primitives import sha256

from . import audit, labels, tables
from .audit import Told

BLIND = 32


def blinded(period: int, row: bytes, blind: bytes) -> bytes:
    """What a batch of a period tells of a log whose newest row has this hash; 32 bytes."""
    return sha256(labels.AUDIT_HEAD + u32(period) + row + blind)


def make_head(connection: Connection, period: int, random: Random) -> bytes:
    """Of the log as it is, for a batch of the period; what opens it is stored with the transaction."""
    row, blind = audit.head(connection), random(BLIND)
    head = blinded(period, row, blind)
    connection.execute(insert(tables.audit_heads).values(head=head, period=period, row=row, blind=blind))
    return head


def keep_manifest(connection: Connection, manifest: Manifest) -> None:
    """For good; one that is kept stays as it is."""
    data = manifest.encode()
    row = {"hash": sha256(data), "period": manifest.period, "manifest": data}
    connection.execute(upsert(tables.own_manifests).values(**row).on_conflict_do_nothing())


def find_manifest(connection: Connection, hashed: bytes) -> Manifest | None:
    """A kept one of that hash; None where there is none, or it is not what it was."""
    rows = tables.own_manifests.c
    data = connection.execute(select(rows.manifest).where(rows.hash == hashed)).scalar()
    if data is None or sha256(data) != hashed:
        return None
    try:
        return parse_manifest(data)
    except Malformed:
        return None


def manifests_before(connection: Connection, newest: Manifest) -> Iterator[Manifest]:
    """The newest and, as far as they are kept, those that it follows, each named by the hash in the one after it."""
    found: Manifest | None = newest
    while found is not None:
        yield found
        found = find_manifest(connection, found.prev_hash) if found.prev_hash != NO_HASH else None


def is_opened(connection: Connection, manifest: Manifest) -> bool:
    """Whether what opens its head is kept."""
    return _opening(connection, manifest) is not None


def told_by(connection: Connection, manifest: Manifest) -> Told:
    """What it told of the log: the row that its head was made of, or where nothing opens that, the head itself, as one
    of before."""
    return Told(manifest.period, _opening(connection, manifest) or manifest.audit_head)


def _opening(connection: Connection, manifest: Manifest) -> bytes | None:
    rows = tables.audit_heads.c
    kept = connection.execute(select(rows.row, rows.blind).where(rows.head == manifest.audit_head)).first()
    if kept is None or blinded(manifest.period, kept.row, kept.blind) != manifest.audit_head:
        return None
    return bytes(kept.row)
