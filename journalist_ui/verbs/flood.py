# SPDX-License-Identifier: AGPL-3.0-or-later
"""The flood box: a list of its own, taking a case out with one press, setting aside in bulk."""

import asyncio

from journalist_ui.casework import flood
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput, CaseMoved
from journalist_ui.shapes.flood import (
    DeclareFlood,
    Flood,
    FloodDeclared,
    FloodLine,
    FloodMoved,
    MoveFlood,
    ShowFlood,
    TakenOut,
    TakeOut,
)

from .desk import Desk

MOST_AT_ONCE = 1_000
TRIES = 3
"""To take a case out while its source writes."""


def show(desk: Desk, session: Session, asked: ShowFlood) -> Flood:
    seconds, name = desk.engine.period_seconds(), session.member.name
    with desk.engine.vault.reading() as connection:
        counts, declared = flood.count_flood(connection, name), flood.has_declared(connection, name)
        pages = max(1, -(-counts.total // flood.PAGE))
        page = min(max(asked.page, 1), pages)
        boxed = flood.list_flood(connection, session.holder, page, declared=declared)
    lines = (FloodLine(one.number, iso_day(one.opened, seconds), one.urgent, one.beginning()) for one in boxed)
    return Flood(tuple(lines), counts.total, counts.urgent, counts.aside, declared, page, pages)


def declare(desk: Desk, session: Session, asked: DeclareFlood) -> FloodDeclared:
    with desk.engine.vault.writing() as connection:
        flood.declare(connection, session.member.name, desk.engine.day)
    return FloodDeclared(True)


async def take_out(desk: Desk, session: Session, asked: TakeOut) -> TakenOut:
    """Raises NoSuchCase, CaseMoved."""
    source, opens = await asyncio.to_thread(_take_out, desk, session, asked.case)
    desk.engine.note_aside([source], False)
    return TakenOut(asked.case, opens)


def _take_out(desk: Desk, session: Session, number: int) -> tuple[bytes, bool]:
    vault = desk.engine.vault
    for left in reversed(range(TRIES)):
        with vault.reading() as connection:
            taking = flood.read_out(connection, session.holder, number)
        sealing = taking.seal(vault.random)
        try:
            with vault.writing() as connection:
                return taking.case.row.pseudonym, flood.take_out(connection, sealing, desk.engine.day)
        except CaseMoved:
            if not left:
                raise
    raise AssertionError("unreachable")


async def move(desk: Desk, session: Session, asked: MoveFlood) -> FloodMoved:
    """All of them or none. Raises NoSuchCase, BadInput."""
    if asked.everything == bool(asked.cases) or len(asked.cases) > MOST_AT_ONCE:
        raise BadInput(f"Name one to {MOST_AT_ONCE:,} cases, or all.")
    sources = await asyncio.to_thread(_move, desk, session, asked)
    desk.engine.note_aside(sources, asked.aside)
    return FloodMoved(len(sources), asked.aside)


def _move(desk: Desk, session: Session, asked: MoveFlood) -> list[bytes]:
    numbers = None if asked.everything else sorted(set(asked.cases))
    with desk.engine.vault.writing() as connection:
        return flood.move(connection, session.member.name, numbers, aside=asked.aside, day=desk.engine.day)
