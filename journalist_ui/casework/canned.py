# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready for any source. Some come with the program; every version that a member makes of one is
kept in the vault, under the desk key alone, since none is about a case."""

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from sqlalchemy import Connection, func, insert, select

from dropbox.protocol.constants import CATEGORIES
from journalist_ui.refusals import BadInput, NoSuchCanned
from journalist_ui.vault import audit, tables
from journalist_ui.vault.versions import read_newest, read_versions

OWN = 1_000
"""The first number that a unit's own text may have: a release has room for texts of its own below."""
NO_CANNED = "There is no canned text of that number. `dropbox-desk canned list` lists them."
CHANGED = "This text was changed meanwhile. Nothing was kept: look at it again."


@dataclass(frozen=True)
class Canned:
    """One version. ``category`` is "" for all; ``member`` wrote it on a ``day`` of unix time, "" and 0 as it came with
    the program. ``gone``: it is removed from this version on."""

    number: int
    version: int
    title: str
    text: str
    category: str
    member: str = ""
    day: int = 0
    gone: bool = False


@cache
def shipped() -> dict[int, Canned]:
    """What comes with this release, each as its version 1."""
    read = json.loads((resources.files(__package__) / "shipped_texts.json").read_text(encoding="utf-8"))
    return {one["number"]: Canned(version=1, **one) for one in read}


def versions(connection: Connection, number: int) -> list[Canned]:
    """Of one text, the newest first. Raises NoSuchCanned."""
    rows = tables.canned
    kept = [Canned(**row._mapping) for row in read_versions(connection, rows, rows.c.number, number)]
    if number in shipped():
        kept.append(shipped()[number])
    if not kept:
        raise NoSuchCanned(NO_CANNED)
    return kept


def list_canned(connection: Connection) -> list[Canned]:
    """The newest version of each that was not removed, by number."""
    rows = tables.canned
    found = (Canned(**row._mapping) for row in read_newest(connection, rows, rows.c.number))
    texts = shipped() | {one.number: one for one in found}
    return [texts[number] for number in sorted(texts) if not texts[number].gone]


def keep_canned(connection: Connection, new: Canned) -> Canned:
    """The next version of a text, or, with number 0, a new text. ``new.version`` is the one that its writer saw, 0
    where they do not say. Raises NoSuchCanned, BadInput."""
    if new.category and new.category not in CATEGORIES:
        raise BadInput(f"A category is one of {', '.join(CATEGORIES)}, or none for all.")
    if not new.number:
        newest = connection.execute(select(func.max(tables.canned.c.number))).scalar() or 0
        return _store(connection, replace(new, number=max(newest + 1, OWN), version=1))
    held = versions(connection, new.number)[0]
    if new.version and new.version != held.version:
        raise BadInput(CHANGED)
    return _store(connection, replace(new, version=held.version + 1))


def remove_canned(connection: Connection, number: int, member: str, day: int) -> None:
    """It is offered no more. Raises NoSuchCanned, also where it is removed already."""
    held = versions(connection, number)[0]
    if held.gone:
        raise NoSuchCanned(NO_CANNED)
    _store(connection, replace(held, version=held.version + 1, member=member, day=day, gone=True))


def _store(connection: Connection, new: Canned) -> Canned:
    connection.execute(insert(tables.canned).values(**new.__dict__))
    act = "canned remove" if new.gone else "canned edit"
    audit.record(connection, new.day, new.member, act, f"canned {new.number} {new.version}")
    return new
