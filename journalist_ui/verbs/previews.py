# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking at a file of a case, behind a wall; one at a time at a desk."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dropbox.protocol.constants import BLOB_PLAIN
from journalist_ui.casework.cases import holds_case, open_case
from journalist_ui.casework.files import CaseFile, damage, read_files, record_preview, whole_file
from journalist_ui.people.session import Session
from journalist_ui.people.welfare import wants_welfare
from journalist_ui.previews.asking import looking
from journalist_ui.previews.frames import End, Frame, Picture, Seen, Text
from journalist_ui.previews.png import colour_png, grey_png, wav
from journalist_ui.previews.renderer.wire import RATE, Purpose, Why
from journalist_ui.refusals import NotWhole
from journalist_ui.shapes.previews import GetPreview, Preview, PreviewFile, PreviewPage, PreviewPiece

from .desk import Desk
from .files import hash_of
from .scanning import hold_back, scan_of
from .whole_files import whole_bytes

MOST_HELD = 16 << 20
"""Bytes of pages that a session holds, beyond its first."""


@dataclass(frozen=True)
class HeldPage:
    """What a member is handed, by its part."""

    page: PreviewPage
    parts: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class Held:
    """The pages of a file that a session has looked at last."""

    case: int
    file: int
    kind: str
    pages: int
    why: str
    shown: dict[int, HeldPage] = field(repr=False)


async def preview(desk: Desk, session: Session, asked: PreviewFile) -> Preview:
    """Raises NoSuchCase, Undeclared, NotWhole, HeldBack."""
    if not asked.page and not desk.engine.settings.scanner:
        # Nothing is looked at: nobody waits for what is.
        return await asyncio.to_thread(_preview, desk, session, asked)
    # One sandbox at a time: each may take 512 MiB. Whoever waits holds no thread.
    async with desk.looking:
        return await asyncio.to_thread(_preview, desk, session, asked)


def _preview(desk: Desk, session: Session, asked: PreviewFile) -> Preview:
    with desk.engine.vault.reading() as connection:
        sealed = read_files(connection, open_case(connection, session.holder, asked.case))
        blurred = wants_welfare(connection, session.member.name)
    one = whole_file(sealed.open(), asked.file)
    digest = hash_of(desk, one)
    if not digest:
        raise damage()
    scan = scan_of(desk, one)
    held = held_of(session, asked.case, asked.file)
    if asked.page and (held is None or asked.page not in held.shown):
        hold_back(desk, scan)
        _note(desk, session, asked)
        held = session.looking = _look(desk, one, asked)
    told = (asked.case, asked.file, one.file.name, one.file.media_type, one.file.size, digest, blurred)
    found = Preview(*told, scan=scan.state, found=scan.found)
    if held is None:
        return found
    shown = tuple(page.page for page in held.shown.values())
    return replace(found, kind=held.kind, pages=held.pages, shown=shown, why=held.why)


def held_of(session: Session, case: int, file: int) -> Held | None:
    """What a session holds of this file."""
    held = session.looking
    return held if isinstance(held, Held) and (held.case, held.file) == (case, file) else None


def _note(desk: Desk, session: Session, asked: PreviewFile) -> None:
    """Before anything is shown, once a session."""
    if (asked.case, asked.file) in session.looked:
        return
    with desk.engine.vault.writing() as connection:
        case = open_case(connection, session.holder, asked.case)
        record_preview(connection, case, asked.file, desk.engine.day)
    session.looked.add((asked.case, asked.file))


def _look(desk: Desk, one: CaseFile, asked: PreviewFile) -> Held:
    look = looking(desk.engine.settings.preview_socket)
    return _hold(asked, look(whole_bytes(desk, one), Purpose.VIEW, asked.page))


def code_of(name: str) -> str:
    """As it stands in answers."""
    return name.lower().replace("_", "-")


def _hold(asked: PreviewFile, frames: Iterator[Frame]) -> Held:
    kind, pages, why, size = "unknown", 0, Why.STOPPED, 0
    shown: dict[int, HeldPage] = {}
    for frame in frames:
        if isinstance(frame, Seen):
            kind, pages = code_of(frame.kind.name), frame.pages
        elif isinstance(frame, End):
            why = frame.why
        else:
            number = asked.page + len(shown)
            made = _made(number, frame)
            size += sum(map(len, made.parts.values()))
            if shown and size > MOST_HELD:
                why = Why.ALL
                break
            shown[number] = made
    if not shown and not why:
        why = Why.EMPTY
    return Held(asked.case, asked.file, kind, pages, "" if why is Why.ALL else code_of(why.name), shown)


def _made(number: int, frame: Picture | Text) -> HeldPage:
    if isinstance(frame, Text):
        return HeldPage(PreviewPage(number, text=frame.text), {})
    parts = {
        "picture": colour_png(frame.width, frame.height, frame.rgb),
        "veil": grey_png(frame.veil_width, frame.veil_height, frame.veil),
    }
    if frame.sound:
        parts["sound"] = wav(frame.sound, RATE)
    seconds = -(-len(frame.sound) // (2 * RATE))
    return HeldPage(PreviewPage(number, frame.width, frame.height, seconds), parts)


def get_preview(desk: Desk, session: Session, asked: GetPreview) -> PreviewPiece:
    """Raises NotWhole, NoSuchCase."""
    with desk.engine.vault.reading() as connection:
        holds_case(connection, session.member.name, asked.case)
    held = held_of(session, asked.case, asked.file)
    page = held.shown.get(asked.page) if held else None
    data = page.parts.get(asked.part, b"") if page else b""
    pieces = -(-len(data) // BLOB_PLAIN)
    if asked.piece >= pieces:
        raise NotWhole("This page is not being shown any more. Look at the file again.")
    part = data[asked.piece * BLOB_PLAIN : (asked.piece + 1) * BLOB_PLAIN]
    return PreviewPiece(base64.b64encode(part).decode(), pieces)
