# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a file out as it came, or as a clean copy made of what it shows."""

import asyncio
import hashlib
import secrets

from dropbox.protocol.constants import BLOB_PLAIN
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.files import CaseFile, CopyOfFile, damage, read_files, record_copy, whole_file
from journalist_ui.people.session import Session
from journalist_ui.previews.asking import looking
from journalist_ui.previews.copies import MOST_COPY, Copy, NoCopy, make_copy
from journalist_ui.previews.renderer.wire import CLEAN_PAGES, Kind, Purpose, Why
from journalist_ui.refusals import NotWhole
from journalist_ui.shapes.files import FileTaken, TakeFile
from journalist_ui.words.previews import WHY

from .desk import Desk
from .files import hash_of, said_reason, take_file
from .previews import code_of
from .scanning import hold_back, scan_of
from .whole_files import whole_bytes


async def take(desk: Desk, session: Session, asked: TakeFile) -> FileTaken:
    """Raises NoSuchCase, Undeclared, BadInput, NotWhole, HeldBack."""
    if not asked.clean:
        return await asyncio.to_thread(take_file, desk, session, asked)
    # One sandbox at a time, as for previews.
    async with desk.looking:
        return await asyncio.to_thread(_take_copy, desk, session, asked)


def _take_copy(desk: Desk, session: Session, asked: TakeFile) -> FileTaken:
    reason = said_reason(asked.reason)
    with desk.engine.vault.reading() as connection:
        sealed = read_files(connection, open_case(connection, session.holder, asked.case))
    one = whole_file(sealed.open(), asked.file)
    original = hash_of(desk, one)
    if not original:
        raise damage()
    hold_back(desk, scan_of(desk, one))
    copy = _copy(desk, one)
    digest = hashlib.sha256(copy.data).hexdigest()
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        record_copy(connection, case, asked.file, original, digest, reason, desk.engine.day)
    handle = secrets.token_hex(16)
    session.taking = (handle, CopyOfFile(asked.case, copy.data))
    pieces = -(-len(copy.data) // BLOB_PLAIN)
    name = f"case-{asked.case}-file-{asked.file}-copy.{copy.ending}"
    return FileTaken(asked.case, asked.file, name, len(copy.data), digest, pieces, handle, original)


def _copy(desk: Desk, one: CaseFile) -> Copy:
    """Raises NotWhole."""
    look = looking(desk.engine.settings.preview_socket)
    try:
        return make_copy(look(whole_bytes(desk, one), Purpose.CLEAN, 1))
    except NoCopy as error:
        raise NotWhole(f"{_why_none(error)} No copy was made.") from None


def _why_none(error: NoCopy) -> str:
    if error.why is not Why.ALL:
        return WHY[code_of(error.why.name)]
    if error.kind is Kind.FILM:
        return "A film has no clean copy: its stills are in its preview."
    if error.pages > CLEAN_PAGES:
        return f"It has {error.pages:,} pages, and a clean copy has up to {CLEAN_PAGES}."
    return f"A clean copy of it would have more than {MOST_COPY >> 20} MiB."
