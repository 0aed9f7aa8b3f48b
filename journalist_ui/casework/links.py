# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases belong together: for whoever opens both. Who opens one of them cannot tell that there is a link, in no
list, count or record: to tell it would tell of the other case (docs/decisions/0082)."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select

from dropbox.protocol.encoding import u32
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput, NoSuchCase, Undeclared
from journalist_ui.vault import audit, tables
from journalist_ui.vault.audit import pen_of
from journalist_ui.vault.evidence import LINK, about_link, listed
from journalist_ui.vault.sealing import Holder, link_info, linked_info

from .cases import OpenedCase, open_case

LONGEST_WHY = 1_000
"""Letters of a reason."""
SALT = 16
_ID, _NUMBER = 8, 4


@dataclass(frozen=True)
class Linking:
    """That a case was linked to the ``other``, or, ``undone``, that this was taken back: the ``turn``-th act on the
    two. ``day`` is one of unix time, ``minute`` None where only that is known. Not ``proved``: the audit log does not
    hold it."""

    other: int
    turn: int
    undone: bool
    day: int
    minute: int | None
    by: str
    reason: str = field(repr=False)
    proved: bool = True


def link(
    connection: Connection, case: OpenedCase, other: OpenedCase, reason: str, day: int, *, undone: bool = False
) -> None:
    """Link two cases that one member has opened, or take that back. Raises BadInput."""
    if case.number == other.number:
        raise BadInput("A case is linked to another one.")
    if not reason.strip() or len(reason) > LONGEST_WHY:
        raise BadInput(f"Say why, in up to {LONGEST_WHY:,} letters.")
    before = list(_events(connection, case, lambda number: other if number == other.number else None))
    is_linked = bool(before) and not before[-1].undone
    if is_linked is not undone:
        raise BadInput("These cases are not linked." if undone else "These cases are linked already.")
    random = pen_of(connection).random
    words: dict[str, object] = {"cases": sorted((case.number, other.number)), "turn": len(before) + 1}
    words |= {"undone": undone, "day": day, "minute": audit.minute_of(connection, day), "by": case.reader}
    plain = json.dumps(words | {"reason": reason.strip(), "salt": random(SALT).hex()}).encode()
    rows = []
    for mine, theirs in ((case, other), (other, case)):
        inner = hpke_seal(theirs.key.public, plain, linked_info(mine.number, theirs.number))
        outer = u32(theirs.number) + inner
        place = int.from_bytes(random(_ID), "big") >> 1
        sealed = hpke_seal(mine.key.public, outer, link_info(mine.number))
        rows.append({"id": place, "number": mine.number, "sealed": sealed})
    connection.execute(insert(tables.links), rows)
    # Neither who nor which: whoever reads the log about the desk may be kept from either case.
    audit.record(connection, day, "", LINK, about_link(plain), named=True)


def read_links(connection: Connection, holder: Holder, case: OpenedCase) -> list[Linking]:
    """Each act on a link of the case to another that the holder opens too, and has declared for; those on the same two
    in their order."""
    opened: dict[int, OpenedCase | None] = {}

    def find(number: int) -> OpenedCase | None:
        if number not in opened:
            try:
                opened[number] = open_case(connection, holder, number)
            except (NoSuchCase, Undeclared):
                opened[number] = None
        return opened[number]

    return list(_events(connection, case, find))


def holding(events: list[Linking]) -> list[Linking]:
    """Those that hold: the newest act on the two cases is not that it was taken back."""
    newest = {one.other: one for one in events}
    return [one for one in newest.values() if not one.undone]


def _events(connection: Connection, case: OpenedCase, find: Callable[[int], OpenedCase | None]) -> Iterator[Linking]:
    """By the other case, then by their turn."""
    rows = tables.links.c
    found = []
    for sealed in connection.execute(select(rows.sealed).where(rows.number == case.number)).scalars():
        with suppress(NotForThisKey):
            outer = case.key.open(sealed, link_info(case.number))
            number = int.from_bytes(outer[:_NUMBER], "big")
            if (other := find(number)) is not None:
                found.append((number, other.key.open(outer[_NUMBER:], linked_info(case.number, number))))
    held = listed(connection, (about_link(plain) for _, plain in found), (LINK,))
    events = (_parse(case.number, number, plain, about_link(plain) in held) for number, plain in found)
    yield from sorted((one for one in events if one), key=lambda one: (one.other, one.turn))


def _parse(number: int, other: int, plain: bytes, proved: bool) -> Linking | None:
    """None for what is of other cases, or no link."""
    try:
        words = json.loads(plain)
        minute = words["minute"]
        found = Linking(
            *(other, int(words["turn"]), words["undone"] is True, int(words["day"])),
            *(None if minute is None else int(minute) % 1_440, str(words["by"]), str(words["reason"]), proved),
        )
        return found if words["cases"] == sorted((number, other)) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
