# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that messages brought, as far as the daemon knows them: which blobs are wanted, and under which names of the
desk's own they lie. What is in one it cannot read: the file's key stands in the message, which is sealed to the case.

Each blob that came is encrypted once more under a key of its own, which is sealed to the case too, so that the disk
does not show which of everybody's blobs were this unit's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select, update

from dropbox.protocol.body import File
from dropbox.protocol.chance import Random
from dropbox.protocol.constants import BLOB, KEY, NONCE
from dropbox.protocol.primitives import aead_open, aead_seal, hpke_seal

from . import labels, tables
from .sealing import blob_key_info

ARRIVING, WHOLE, LOST, REFUSED = "arriving", "whole", "lost", "refused"
"""Of a file: its blobs may still come; all are there; some have not come in time; none, or not so much, is
taken."""
THROUGH = "blobs_through"
"""Of the vault: the newest period whose blobs were fetched, or given up."""
MOST_OF_CASE = (1 << 30) // BLOB
"""Blobs of the files of one case, those that have not come among them: beyond it a file is refused."""
NOT_BELIEVED = "blobs_refused"
"""Of the vault: periods up to THROUGH whose blobs were not what they must be, and are asked for again."""
_NAME = 16
_files, _blobs = tables.files.c, tables.file_blobs.c


@dataclass(frozen=True)
class Place:
    """Where a wanted blob belongs: the ``place``-th of a file of a case, whose key is ``public``."""

    number: int
    file: int
    place: int
    public: bytes = field(repr=False)


@dataclass(frozen=True)
class Stored:
    """A blob under a name of the desk's own: what lies there, and its key, sealed to the case."""

    name: str
    data: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


def note_files(connection: Connection, number: int, message_id: bytes, period: int, files: Sequence[File]) -> None:
    """A message of a case has become whole that brings these."""
    known = select(_files.file).where(_files.number == number, _files.message_id == message_id)
    if connection.execute(known).first() is not None:
        return
    last = connection.execute(select(func.max(_files.file)).where(_files.number == number)).scalar() or 0
    rows = select(func.count()).select_from(tables.file_blobs).where(_blobs.number == number)
    held = connection.execute(rows).scalar_one()
    for at, one in enumerate(files):
        fits = held + len(one.blobs) <= MOST_OF_CASE
        row = {"number": number, "file": last + 1 + at, "message_id": message_id, "at": at}
        connection.execute(insert(tables.files), row | {"period": period, "state": ARRIVING if fits else REFUSED})
        if not fits:
            continue
        held += len(one.blobs)
        wanted = [
            {"number": number, "file": last + 1 + at, "place": place, "blob": blob}
            for place, blob in enumerate(one.blobs)
        ]
        connection.execute(insert(tables.file_blobs), wanted)


def wanted_blobs(connection: Connection) -> dict[bytes, list[Place]]:
    """By the ids of those that have not come, where each belongs."""
    public = tables.cases.c.public
    rows = select(_blobs.number, _blobs.file, _blobs.place, _blobs.blob, public).join(
        tables.cases, tables.cases.c.number == _blobs.number
    )
    rows = rows.order_by(_blobs.number, _blobs.file, _blobs.place)
    found: defaultdict[bytes, list[Place]] = defaultdict(list)
    for row in connection.execute(rows.where(_blobs.blob != b"")):
        found[row.blob].append(Place(row.number, row.file, row.place, row.public))
    return found


def encrypt_blob(place: Place, blob: bytes, random: Random) -> Stored:
    """For the disk. A key serves one blob, so that its nonce may be zeros."""
    name, key = random(_NAME).hex(), random(KEY)
    data = aead_seal(key, bytes(NONCE), blob, labels.STORED_BLOB + name.encode())
    return Stored(name, data, hpke_seal(place.public, key, blob_key_info(place.number, place.file, place.place)))


def decrypt_blob(name: str, data: bytes, key: bytes) -> bytes:
    """Inverse, for whoever opened the key. Raises NotForThisKey."""
    return aead_open(key, bytes(NONCE), data, labels.STORED_BLOB + name.encode())


def keep_blob(connection: Connection, place: Place, stored: Stored) -> None:
    """What was wanted lies in the desk's folder by now."""
    this = update(tables.file_blobs).where(_blobs.number == place.number, _blobs.file == place.file)
    connection.execute(
        this.where(_blobs.place == place.place).values(blob=b"", stored=stored.name, sealed=stored.sealed)
    )


def settle_files(connection: Connection, through: int, *, takes: bool) -> None:
    """Say of what was arriving what became of it, with the blobs of all periods up to ``through`` at hand. What is not
    whole then is lost: what came of it goes. ``takes``: whether this desk takes files."""
    missing = select(_blobs.file).where(_blobs.number == _files.number, _blobs.file == _files.file, _blobs.blob != b"")
    arriving = _files.state == ARRIVING
    connection.execute(update(tables.files).where(arriving, ~missing.exists()).values(state=WHOLE))
    over = arriving & (_files.period <= through) if takes else arriving
    for number, file in connection.execute(select(_files.number, _files.file).where(over)).all():
        _forget_blobs(connection, number, file)
    connection.execute(update(tables.files).where(over).values(state=LOST if takes else REFUSED))


def _forget_blobs(connection: Connection, number: int, file: int) -> None:
    connection.execute(delete(tables.file_blobs).where(_blobs.number == number, _blobs.file == file))


def refuse_file(connection: Connection, place: Place) -> None:
    """Nothing more of it is taken; what came goes."""
    _forget_blobs(connection, place.number, place.file)
    this = update(tables.files).where(_files.number == place.number, _files.file == place.file)
    connection.execute(this.values(state=REFUSED))


def stored_names(connection: Connection) -> set[str]:
    """What the vault knows of in the desk's folder."""
    return set(connection.execute(select(_blobs.stored).where(_blobs.stored != "")).scalars())


def reseal_keys(connection: Connection, number: int, sealed: Iterable[tuple[int, int, bytes]]) -> None:
    """A case got another key: of each file and place the blob's key, sealed to it."""
    for file, place, one in sealed:
        this = update(tables.file_blobs).where(_blobs.number == number, _blobs.file == file)
        connection.execute(this.where(_blobs.place == place).values(sealed=one))
