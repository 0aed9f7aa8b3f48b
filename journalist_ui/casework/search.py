# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search in what a session opens: words in memory, made from what the vault holds and never written to it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from journalist_ui.vault import tables
from journalist_ui.vault.database import read_meta
from journalist_ui.vault.first_look import folded
from journalist_ui.vault.seen import CaseWords, Mark

from .cases import ASKED, ASKS

MOST_WORDS, LONGEST_WORD = 20, 100


def read_marks(connection: Connection, member: str) -> dict[int, Mark]:
    """Of each case that a member may look into."""
    cases, keys, tags, notes = tables.cases.c, tables.case_keys.c, tables.tags.c, tables.notes.c
    outcomes, decisions = tables.outcomes.c, tables.decisions.c
    declared = tables.declarations.c
    mine = select(keys.number).where(keys.number == cases.number, keys.member == member).exists()
    version = select(tags.version).where(tags.number == cases.number).scalar_subquery()
    note = select(func.max(notes.id)).where(notes.number == cases.number).scalar_subquery()
    outcome = select(func.max(outcomes.id)).where(outcomes.number == cases.number).scalar_subquery()
    decision = select(func.max(decisions.id)).where(decisions.number == cases.number).scalar_subquery()
    kept = (func.coalesce(one, 0) for one in (version, note, outcome, decision))
    found = select(cases.number, cases.newest, cases.answered, *kept).where(mine, cases.whole > 0)
    if read_meta(connection, ASKS, "") == ASKED:
        said = select(declared.number).where(declared.number == cases.number, declared.member == member)
        found = found.where(said.exists())
    return {number: Mark(*mark) for number, *mark in connection.execute(found).all()}


def words_of(written: Iterable[str]) -> str:
    """As they are looked for: what both sides wrote in a whole conversation, notes, reasons and tags."""
    return folded("\n".join(written))


def find(known: Mapping[int, CaseWords], wanted: str) -> set[int]:
    """The cases in which each word that is wanted stands, also as a part of one. None for no words."""
    words = [word[:LONGEST_WORD] for word in folded(wanted).split()][:MOST_WORDS]
    return {number for number, one in known.items() if words and all(word in one.words for word in words)}
