# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of a case: what became of each, and taking one out, which is written down first."""

import base64
import hashlib
import secrets

from dropbox.protocol.errors import ProtocolError
from journalist_ui.casework.cases import holds_case, open_case
from journalist_ui.casework.files import (
    CaseFile,
    CopyOfFile,
    SealedFiles,
    damage,
    read_files,
    record_export,
    whole_file,
)
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, NotWhole
from journalist_ui.shapes.files import LONGEST_WHY, FileLine, FileTaken, GetPiece, Piece, TakeFile
from journalist_ui.words.previews import in_record

from .desk import Desk
from .scanning import hold_back_unscanned, scan_of

DAMAGED = "damaged"
MOST_HASHES = 10_000


def hash_of(desk: Desk, one: CaseFile) -> str:
    """SHA-256 of a whole file in hex, every piece of it checked; "" where it is damaged. Remembered by the names under
    which it lies: they are random, and never another file's. What the disk did not give is asked of it again."""
    name = one.row.blobs[0][0]
    if name not in desk.hashes:
        if len(desk.hashes) >= MOST_HASHES:
            desk.hashes.clear()
        digest = hashlib.sha256()
        try:
            for piece in one.pieces(desk.read_stored, desk.engine.service_id):
                digest.update(piece)
            desk.hashes[name] = digest.hexdigest()
        except ProtocolError:
            desk.hashes[name] = ""
        except OSError:
            return ""
    return desk.hashes[name]


def file_lines(desk: Desk, sealed: SealedFiles) -> tuple[FileLine, ...]:
    """Of every file of a case."""
    lines = []
    for one in sealed.open():
        digest = hash_of(desk, one) if one.whole else ""
        state = DAMAGED if one.whole and not digest else one.row.state
        told = (one.row.file, one.message, one.file.name, one.file.media_type, one.file.size, state, digest)
        lines.append(FileLine(*told))
    return tuple(lines)


def said_reason(given: str) -> str:
    """Why a file is taken out, on one line. Raises BadInput."""
    reason = " ".join(given.split())
    if not 0 < len(reason) <= LONGEST_WHY:
        raise BadInput(f"Say why you take it out, in up to {LONGEST_WHY} letters. Nothing was taken out.")
    return reason


def take_file(desk: Desk, session: Session, asked: TakeFile) -> FileTaken:
    """Raises NoSuchCase, Undeclared, BadInput, NotWhole, HeldBack."""
    reason = said_reason(asked.reason)
    with desk.engine.vault.reading() as connection:
        sealed = read_files(connection, open_case(connection, session.holder, asked.case))
    one = whole_file(sealed.open(), asked.file)
    digest = hash_of(desk, one)
    if not digest:
        raise damage()
    scan = scan_of(desk, one)
    hold_back_unscanned(desk, scan)
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        known = f"{digest}, {in_record(scan.state, scan.found)}"
        record_export(connection, case, asked.file, known, reason, desk.engine.day)
    handle = secrets.token_hex(16)
    session.taking = (handle, one)
    told = (asked.case, asked.file, one.file.name, one.file.size, digest, len(one.file.blobs))
    return FileTaken(*told, handle)


def get_piece(desk: Desk, session: Session, asked: GetPiece) -> Piece:
    """Raises NotWhole, NoSuchCase."""
    handle, one = session.taking or ("", None)
    if not isinstance(one, CaseFile | CopyOfFile) or handle != asked.handle:
        raise NotWhole("This file is not being taken out any more. Begin again.")
    with desk.engine.vault.reading() as connection:
        holds_case(connection, session.member.name, one.number)
    if asked.piece >= one.piece_count:
        raise NotWhole("There is no such piece. Begin again.")
    try:
        data = one.piece(asked.piece, desk.read_stored, desk.engine.service_id)
    except (ProtocolError, OSError):
        raise damage() from None
    return Piece(base64.b64encode(data).decode())
