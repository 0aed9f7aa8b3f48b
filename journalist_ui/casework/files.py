# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a case: what its messages say of them, proved, and their bytes, checked piece by piece as they are read.

Nothing is held whole: whoever reads gets one piece after another, of at most 262,128 bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from dropbox.protocol.attachments import open_piece
from dropbox.protocol.body import File
from dropbox.protocol.constants import BLOB_PLAIN
from journalist_ui.refusals import NotWhole
from journalist_ui.vault import audit, tables
from journalist_ui.vault.evidence import Proof
from journalist_ui.vault.files import WHOLE, decrypt_blob
from journalist_ui.vault.sealing import blob_key_info

from .cases import OpenedCase
from .conversation import Sealed, SourceMessage, read_places

EXPORT, PREVIEW, COPY = "file export", "file preview", "file copy"
ReadStored = Callable[[str], bytes]
"""What lies in the desk's folder under a name of its own. Raises OSError."""
_files, _blobs, _messages = tables.files.c, tables.file_blobs.c, tables.messages.c


@dataclass(frozen=True)
class FileRow:
    """``file`` counts those of a case from 1; ``at`` is its place in its message, from 0. ``blobs`` are the names of
    what lies in the desk's folder, each with its key, sealed to the case."""

    file: int
    message_id: bytes
    at: int
    state: str
    blobs: tuple[tuple[str, bytes], ...] = field(repr=False)


@dataclass(frozen=True)
class SealedFiles:
    """What was read of a case's files and not opened yet."""

    case: OpenedCase
    rows: tuple[FileRow, ...]
    messages: Sealed

    def open(self) -> list["CaseFile"]:
        """Those of messages that are proved to be the source's; it takes milliseconds for each message."""
        found = {one.message_id: one for one in self.messages.open().messages if isinstance(one, SourceMessage)}
        opened = []
        for row in self.rows:
            message = found.get(row.message_id)
            brought = message.report.files if message and message.report else ()
            if message and message.proof is not Proof.UNPROVED and row.at < len(brought):
                opened.append(CaseFile(self.case, row, brought[row.at], message.number))
        return opened


@dataclass(frozen=True)
class CaseFile:
    """A file as its message says; ``message`` is the number of that."""

    case: OpenedCase
    row: FileRow
    file: File = field(repr=False)
    message: int

    @property
    def whole(self) -> bool:
        """Whether all of it came."""
        return self.row.state == WHOLE and len(self.row.blobs) == len(self.file.blobs)

    @property
    def number(self) -> int:
        """Of its case."""
        return self.case.number

    @property
    def piece_count(self) -> int:
        return len(self.file.blobs)

    def piece(self, place: int, read: ReadStored, service_id: bytes) -> bytes:
        """One piece, checked: it is what the message names, and opens as it must. Raises ProtocolError, OSError."""
        name, sealed = self.row.blobs[place]
        key = self.case.key.open(sealed, blob_key_info(self.case.number, self.row.file, place))
        return open_piece(self.file, place, decrypt_blob(name, read(name), key), service_id)

    def pieces(self, read: ReadStored, service_id: bytes) -> Iterator[bytes]:
        """All of them in order."""
        return (self.piece(place, read, service_id) for place in range(len(self.file.blobs)))


@dataclass(frozen=True)
class CopyOfFile:
    """A clean copy of one of a case's files, handed out in pieces as a file is."""

    number: int
    data: bytes = field(repr=False)

    @property
    def piece_count(self) -> int:
        return -(-len(self.data) // BLOB_PLAIN)

    def piece(self, place: int, read: ReadStored, service_id: bytes) -> bytes:
        """One piece; nothing is read for it."""
        return self.data[place * BLOB_PLAIN : (place + 1) * BLOB_PLAIN]


def read_files(connection: Connection, case: OpenedCase) -> SealedFiles:
    """All files of a case, in the order in which they came."""
    mine = select(_files.file, _files.message_id, _files.at, _files.state).where(_files.number == case.number)
    rows = connection.execute(mine.order_by(_files.file)).all()
    held: defaultdict[int, list[tuple[str, bytes]]] = defaultdict(list)
    if rows:
        blobs = select(_blobs.file, _blobs.stored, _blobs.sealed).where(_blobs.number == case.number)
        for row in connection.execute(blobs.order_by(_blobs.file, _blobs.place)):
            held[row.file].append((row.stored, row.sealed))
    of_these = select(_messages.place).where(_messages.number == case.number)
    ids = {row.message_id for row in rows}
    places = connection.execute(of_these.where(_messages.message_id.in_(ids))).scalars().all() if ids else ()
    found = tuple(FileRow(row.file, row.message_id, row.at, row.state, tuple(held[row.file])) for row in rows)
    return SealedFiles(case, found, read_places(connection, case, places))


def whole_file(files: list[CaseFile], number: int) -> CaseFile:
    """The one of this number. Raises NotWhole where it is not there to be read."""
    for one in files:
        if one.row.file == number:
            if one.whole:
                return one
            raise NotWhole(
                "This file has not come whole, so there is nothing to take out. `dropbox-desk show` says why."
            )
    raise NotWhole("There is no file of that number in this case. `dropbox-desk show` lists them.")


def record_export(connection: Connection, case: OpenedCase, number: int, digest: str, reason: str, day: int) -> None:
    """By its reader, on a ``day`` of unix time, before anybody gets it; ``digest`` with what a scanner said. What is
    said of it is sealed to the case."""
    audit.record(connection, day, case.reader, EXPORT, f"file {number}, SHA-256 {digest}: {reason}", case=case.number)


def record_copy(
    connection: Connection, case: OpenedCase, number: int, original: str, copy: str, reason: str, day: int
) -> None:
    """As an export, with SHA-256 of both."""
    about = f"file {number}, SHA-256 {original}, copy SHA-256 {copy}: {reason}"
    audit.record(connection, day, case.reader, COPY, about, case=case.number)


def record_preview(connection: Connection, case: OpenedCase, number: int, day: int) -> None:
    """By its reader, on a ``day`` of unix time, before anything of it is shown."""
    audit.record(connection, day, case.reader, PREVIEW, f"file {number}", case=case.number)


def damage() -> NotWhole:
    """What is told of a file that cannot be read."""
    return NotWhole(
        "This file is damaged: its source sealed it wrongly, or this machine's disk has changed it. Nothing was taken "
        "out."
    )
