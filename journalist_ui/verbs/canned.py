# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready: listed, shown with their versions, written, removed."""

from journalist_ui.casework import canned
from journalist_ui.casework.canned import Canned
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.canned import (
    LONGEST_CANNED,
    LONGEST_TITLE,
    CannedKept,
    CannedList,
    CannedRemoved,
    CannedText,
    CannedTexts,
    CannedVersions,
    KeepCanned,
    RemoveCanned,
    ShowCanned,
)

from .desk import Desk
from .moments import DAY


def list_canned(desk: Desk, session: Session, asked: CannedTexts) -> CannedList:
    with desk.engine.vault.reading() as connection:
        found = canned.list_canned(connection)
    return CannedList(tuple(map(_shown, found)))


def show(desk: Desk, session: Session, asked: ShowCanned) -> CannedVersions:
    """Raises NoSuchCanned."""
    with desk.engine.vault.reading() as connection:
        found = canned.versions(connection, asked.number)
    return CannedVersions(tuple(map(_shown, found)))


def _shown(one: Canned) -> CannedText:
    return CannedText(
        *(one.number, one.version, one.title, one.text, one.category, one.member),
        day=iso_day(one.day, DAY) if one.day else "",
        shipped=one == canned.shipped().get(one.number),
        gone=one.gone,
    )


def keep(desk: Desk, session: Session, asked: KeepCanned) -> CannedKept:
    """Raises NoSuchCanned, BadInput."""
    title, text = asked.title.strip(), asked.text.replace("\r\n", "\n").strip()
    if not 0 < len(title) <= LONGEST_TITLE or not title.isprintable():
        raise BadInput(f"A title is one line of at most {LONGEST_TITLE} letters.")
    if not 0 < len(text) <= LONGEST_CANNED:
        raise BadInput(f"A canned text has at most {LONGEST_CANNED:,} letters, and at least one.")
    new = Canned(asked.number or 0, asked.base, title, text, asked.category, session.member.name, desk.engine.day)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("The text holds half a letter, which cannot be kept. Write it again.") from None
    with desk.engine.vault.writing() as connection:
        kept = canned.keep_canned(connection, new)
    return CannedKept(kept.number, kept.version)


def remove(desk: Desk, session: Session, asked: RemoveCanned) -> CannedRemoved:
    """Raises NoSuchCanned."""
    with desk.engine.vault.writing() as connection:
        canned.remove_canned(connection, asked.number, session.member.name, desk.engine.day)
    return CannedRemoved(asked.number)
