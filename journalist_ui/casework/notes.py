# SPDX-License-Identifier: AGPL-3.0-or-later
"""What members note in a case, for each other: only added to, sealed to the case."""

import json
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.sealing import note_info

from .cases import OpenedCase

LONGEST_NOTE = 14_000
"""Letters."""


@dataclass(frozen=True)
class Note:
    """``day`` is one of unix time; ``corrects`` the id of the note that it corrects, 0 for none."""

    id: int
    day: int
    corrects: int
    by: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class SealedNote:
    """A row as it stands in the vault."""

    id: int
    day: int
    corrects: int
    sealed: bytes


def add_note(connection: Connection, case: OpenedCase, text: str, day: int, corrects: int = 0) -> int:
    """Its id. Raises BadInput, also where there is no such note in the case to correct."""
    if not text.strip() or len(text) > LONGEST_NOTE:
        raise BadInput(f"A note is a text of up to {LONGEST_NOTE:,} letters.")
    rows = tables.notes
    of_case = select(rows.c.id).where(rows.c.number == case.number)
    if corrects and connection.execute(of_case.where(rows.c.id == corrects)).scalar() is None:
        raise BadInput("There is no note of that number in this case.")
    words = json.dumps({"by": case.reader, "text": text}).encode()
    sealed = hpke_seal(case.key.public, words, note_info(case.number, day, corrects))
    values = {"number": case.number, "day": day, "corrects": corrects, "sealed": sealed}
    added = connection.execute(insert(rows).values(values).returning(rows.c.id)).scalar_one()
    audit.record(connection, day, case.reader, "note", case=case.number)
    return int(added)


def read_notes(connection: Connection, number: int) -> list[SealedNote]:
    """Of a case, in order."""
    rows = tables.notes.c
    columns = select(rows.id, rows.day, rows.corrects, rows.sealed).where(rows.number == number).order_by(rows.id)
    return [SealedNote(*row) for row in connection.execute(columns)]


def open_notes(case: OpenedCase, sealed: list[SealedNote]) -> list[Note]:
    """One that does not open says so in its place: it was altered, or sealed to a key of before."""
    return [_open(case, one) for one in sealed]


def _open(case: OpenedCase, one: SealedNote) -> Note:
    try:
        words = json.loads(case.key.open(one.sealed, note_info(case.number, one.day, one.corrects)))
        by, text = str(words["by"]), str(words["text"])
    except (NotForThisKey, ValueError, KeyError, TypeError):
        by, text = "", ""
    return Note(one.id, one.day, one.corrects, by, text)
