# SPDX-License-Identifier: AGPL-3.0-or-later
"""One page of the list of cases: of thousands only those of the page are opened, and told."""

from collections import Counter

from journalist_ui.casework.flood import count_flood
from journalist_ui.casework.inbox import CaseLine
from journalist_ui.people.excerpts import wants_excerpts
from journalist_ui.people.session import Session
from journalist_ui.shapes.inbox import Block, Inbox, InboxPage
from journalist_ui.vault.counters import CLOSED, JUNK

from .cases import find_lines, tell_lines
from .desk import Desk

PAGE = 100
"""Cases of one page."""
BLOCKS = ("urgent", "for-us", "for-source", JUNK, CLOSED)
"""In their order, which is that of need."""


def inbox(desk: Desk, session: Session, asked: Inbox) -> InboxPage:
    """A page behind the last is the last. Raises NoSuchCase."""
    me = session.member.name
    everything, ready = find_lines(desk, session, asked.search, me if asked.mine else None)
    wanted = [one for one in everything if asked.shelf is None or one.shelf == asked.shelf]
    pages = max(1, -(-len(wanted) // PAGE))
    page = min(max(asked.page, 1), pages)
    shown = wanted[(page - 1) * PAGE : page * PAGE]
    told = tell_lines(desk, session, shown)
    blocks, counts = list(map(block_of, shown)), Counter(map(block_of, wanted))
    on_page = {name: tuple(one for one, at in zip(told, blocks, strict=True) if at == name) for name in BLOCKS}
    with desk.engine.vault.reading() as connection:
        boxed, excerpts = count_flood(connection, me), wants_excerpts(connection, me)
    return InboxPage(
        blocks=tuple(Block(name, counts[name], lines) for name, lines in on_page.items() if lines),
        page=page,
        pages=pages,
        found=len(wanted),
        total=len(everything),
        shelves={name: sum(one.shelf == name for one in everything) for name in (JUNK, CLOSED)},
        aside_urgent=sum(one.shelf == JUNK and one.urgent for one in everything),
        excerpts=excerpts,
        ready=ready,
        flood=boxed.total,
        flood_urgent=boxed.urgent,
    )


def block_of(line: CaseLine) -> str:
    """In which block of the list a case stands: reading never moves one."""
    if line.shelf:
        return line.shelf
    if line.urgent:
        return "urgent"
    return "for-us" if line.to_answer else "for-source"
