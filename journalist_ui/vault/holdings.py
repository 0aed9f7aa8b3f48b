# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may open which case now, and of which cases contact details were taken back. It is kept beside the keyring, never
in a backup: a backup of before gives keys back to members who were let go since, and brings back what sources took
back. What is restored is held to it before anybody signs in."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, inspect, select

from . import audit, tables
from .audit import pen_of
from .case_keys import delete_case_keys, plan_turns, store_turns
from .contacts import WITHDRAWAL, erase_through
from .leaving import take_all_keys
from .roles import Role, holders_of

WITHDRAWN = "withdrawn again"
TAKEN_BACK = "contact+details"
"""Among the names, which no member can have: the numbers of cases whose contact details were taken back, each followed
by the period up to which."""


def read_holdings(connection: Connection) -> dict[str, tuple[int, ...]]:
    """Of every member, the numbers of the cases that are wrapped to them."""
    keys, members = tables.case_keys.c, tables.members.c
    found: dict[str, set[int]] = {name: set() for name in connection.execute(select(members.name)).scalars()}
    for name, number in connection.execute(select(keys.member, keys.number)):
        found[name].add(number)
    held = {name: tuple(sorted(numbers)) for name, numbers in found.items()}
    if not inspect(connection).has_table(tables.contacts.name):
        # A vault of before, which is about to be brought up to date.
        return held
    rows = tables.contacts.c
    taken = select(rows.number, func.max(rows.period)).where(rows.state == WITHDRAWAL).group_by(rows.number)
    pairs = [one for pair in connection.execute(taken.order_by(rows.number)) for one in pair]
    return held | ({TAKEN_BACK: tuple(pairs)} if pairs else {})


def hold_to(connection: Connection, known: Mapping[str, tuple[int, ...]], day: int) -> int:
    """Take from a vault that was just restored what its members were let go of since: keys, with another generation of
    each case, and members who were removed; an administrator stays where no other would, without what they opened.
    Returns how many keys and members went; ``day`` is one of unix time."""
    restored, gone = read_holdings(connection), 0
    restored.pop(TAKEN_BACK, None)
    pairs = known.get(TAKEN_BACK, ())
    for number, period in zip(pairs[::2], pairs[1::2], strict=True):
        erase_through(connection, number, period)
    for name, numbers in restored.items():
        if name not in known:
            take_all_keys(connection, name)
            if holders_of(connection, Role.ADMINISTRATOR) - {name}:
                connection.execute(delete(tables.members).where(tables.members.c.name == name))
            gone += 1 + len(numbers)
            continue
        if extra := set(numbers) - set(known[name]):
            store_turns(connection, plan_turns(connection, name, extra), {}, pen_of(connection).random)
            delete_case_keys(connection, name, extra)
            gone += len(extra)
    if gone:
        audit.record(connection, day, "", WITHDRAWN, str(gone))
    return gone
