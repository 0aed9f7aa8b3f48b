# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may open which case now. It is kept beside the keyring, never in a backup: a backup of before gives keys back to
members who were let go since, and what is restored is held to it before anybody signs in."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from . import audit, tables
from .audit import pen_of
from .case_keys import delete_case_keys, plan_turns, store_turns
from .leaving import take_all_keys
from .roles import Role, holders_of

WITHDRAWN = "withdrawn again"


def read_holdings(connection: Connection) -> dict[str, tuple[int, ...]]:
    """Of every member, the numbers of the cases that are wrapped to them."""
    keys, members = tables.case_keys.c, tables.members.c
    found: dict[str, set[int]] = {name: set() for name in connection.execute(select(members.name)).scalars()}
    for name, number in connection.execute(select(keys.member, keys.number)):
        found[name].add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


def hold_to(connection: Connection, known: Mapping[str, tuple[int, ...]], day: int) -> int:
    """Take from a vault that was just restored what its members were let go of since: keys, with another generation of
    each case, and members who were removed; an administrator stays where no other would, without what they opened.
    Returns how many keys and members went; ``day`` is one of unix time."""
    restored, gone = read_holdings(connection), 0
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
