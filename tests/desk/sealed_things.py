# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that is sealed to one case in a vault, as somebody with stolen keys would try it."""

from sqlalchemy import Connection, select

from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import SealingKey
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import (
    CaseKeys,
    answer_info,
    blob_key_info,
    decision_info,
    note_info,
    outcome_info,
    proved_part_info,
)


def is_opened(key: SealingKey | CaseKeys, sealed: bytes, info: bytes) -> bool:
    try:
        key.open(sealed, info)
    except NotForThisKey:
        return False
    return True


def sealed_things(connection: Connection, number: int) -> list[tuple[str, bytes, bytes]]:
    """Every part, text, note, outcome, decision and key of a stored blob of a case: which of them, sealed, and what it
    is bound to, so that only the key decides."""
    parts, answers, notes = tables.parts.c, tables.answers.c, tables.notes.c
    of_case = select(parts.message_id, parts.part, parts.sealed).where(parts.number == number)
    found = [
        ("part", sealed, proved_part_info(number, message_id, part))
        for message_id, part, sealed in connection.execute(of_case)
    ]
    texts = select(answers.text, answers.sealed).where(answers.number == number)
    found += [("text", sealed, answer_info(number, text)) for text, sealed in connection.execute(texts)]
    noted = select(notes.day, notes.corrects, notes.sealed).where(notes.number == number)
    found += [("note", sealed, note_info(number, day, corrects)) for day, corrects, sealed in connection.execute(noted)]
    rows = tables.outcomes.c
    outcomes = select(rows.day, rows.kinds, rows.sealed).where(rows.number == number)
    found += [
        ("outcome", sealed, outcome_info(number, day, kinds)) for day, kinds, sealed in connection.execute(outcomes)
    ]
    blobs = tables.file_blobs.c
    keys = select(blobs.file, blobs.place, blobs.sealed).where(blobs.number == number, blobs.stored != "")
    found += [("blob", sealed, blob_key_info(number, file, place)) for file, place, sealed in connection.execute(keys)]
    decided = select(tables.decisions).where(tables.decisions.c.number == number)
    return found + [
        ("decision", one.sealed, decision_info(number, one.day, one.place, f"{one.what} {one.answer}"))
        for one in connection.execute(decided)
    ]
