# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which cases are wrapped to whom: who has no row here opens nothing of a case, and sees no sign of it.

A case has keys by generations. Whoever opens it has all of them; what is new is sealed to the newest. When somebody is
let go of it, another generation begins, of which they have nothing: a backup with all that was theirs opens nothing
written since. For that the public keys of those who stay are enough.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import XWING_SEED
from dropbox.protocol.primitives import SealingKey

from . import tables
from .roles import SHEETS
from .sealing import WrappedKey, wrap_case_key

_KEY = upsert(tables.case_keys).on_conflict_do_nothing()
_AT_ONCE = 500


def read_case_keys(connection: Connection, member: str) -> dict[tuple[int, int], WrappedKey]:
    """What is wrapped to a member, by case and generation."""
    rows = tables.case_keys
    columns = select(rows.c.number, rows.c.generation, rows.c.wrapped).where(rows.c.member == member)
    found = (WrappedKey(row.number, member, row.generation, row.wrapped) for row in connection.execute(columns))
    return {(one.number, one.generation): one for one in found}


def store_case_keys(connection: Connection, keys: Iterable[WrappedKey]) -> None:
    """Let members open cases from now on. A key that is there already stays."""
    if rows := [asdict(one) for one in keys]:
        connection.execute(_KEY, rows)


def delete_case_keys(connection: Connection, member: str, numbers: Collection[int] | None = None) -> None:
    """The member opens these cases, or without ``numbers`` any case, no more."""
    rows = tables.case_keys
    if numbers is None:
        connection.execute(delete(rows).where(rows.c.member == member))
        return
    for number in numbers:
        connection.execute(delete(rows).where(rows.c.member == member, rows.c.number == number))


@dataclass(frozen=True)
class Staying:
    """Who goes on opening a case when somebody is let go: the ``generation`` that begins, and each name with the public
    key to wrap it to."""

    number: int
    generation: int
    members: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Turn:
    """A generation that was made for those who stay and is not stored yet."""

    staying: Staying
    public: bytes
    wrapped: tuple[WrappedKey, ...]


def plan_turns(
    connection: Connection, leaving: str, numbers: Collection[int] | None = None, otherwise: Iterable[str] = ()
) -> list[Staying]:
    """Of each case that ``leaving`` can open, or of those ``numbers`` of them. Where nobody else can, those named
    ``otherwise`` open what is new from then on."""
    rows, members, cases = tables.case_keys, tables.members, tables.cases
    theirs = select(rows.c.number).where(rows.c.member == leaving).distinct()
    held = sorted(connection.execute(theirs).scalars())
    held = held if numbers is None else [number for number in held if number in numbers]
    public = {row.name: row.public for row in connection.execute(select(members.c.name, members.c.public))}
    instead = {name: public[name] for name in otherwise if name != leaving}
    found = []
    for at in range(0, len(held), _AT_ONCE):
        these = held[at : at + _AT_ONCE]
        others: dict[int, set[str]] = {number: set() for number in these}
        wrapped = select(rows.c.number, rows.c.member).where(rows.c.number.in_(these), rows.c.member != leaving)
        for number, name in connection.execute(wrapped):
            others[number].add(name)
        newest = select(cases.c.number, cases.c.generation).where(cases.c.number.in_(these))
        for number, generation in connection.execute(newest):
            stay = {name: public[name] for name in others[number]}
            # Recovery sheets alone are nobody who reads.
            stay |= {} if stay.keys() - {SHEETS} else instead
            found.append(Staying(number, generation + 1, tuple(sorted(stay.items()))))
    return found


def make_turn(staying: Staying, random: Random) -> Turn:
    """Some tenths of a millisecond for each who stays, and no transaction."""
    seed = random(XWING_SEED)
    number, generation = staying.number, staying.generation
    wrapped = tuple(wrap_case_key(number, generation, seed, name, public) for name, public in staying.members)
    return Turn(staying, SealingKey(seed).public, wrapped)


def store_turns(connection: Connection, planned: Iterable[Staying], made: Mapping[int, Turn], random: Random) -> None:
    """Begin the generations that were ``planned`` in this transaction. What was ``made`` before it, by case, is used
    where it still fits. The keys of who leaves are the caller's to delete."""
    for staying in planned:
        turn = made.get(staying.number)
        if turn is None or turn.staying != staying:
            turn = make_turn(staying, random)
        this = update(tables.cases).where(tables.cases.c.number == staying.number)
        connection.execute(this.values(public=turn.public, generation=staying.generation))
        # The cases of a box are sealed to its key; written so that their index is used.
        boxed = update(tables.cases).where(
            tables.cases.c.box == staying.number, tables.cases.c.box > literal_column("0")
        )
        connection.execute(boxed.values(public=turn.public))
        store_case_keys(connection, turn.wrapped)
