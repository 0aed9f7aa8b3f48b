# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery codes: ten, each of which signs in once in place of a one-time code, for whoever has lost the telephone. The
vault keeps their hashes: eighty random bits need no stretch."""

import base64
from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, insert, select

from dropbox.protocol.chance import Random
from dropbox.protocol.primitives import sha256
from journalist_ui.vault import labels, tables

from .codes import plain_code

COUNT = 10
_BYTES = 10
_LETTERS = 16
_GROUP = 4
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_rows = tables.recovery_codes


def draw_spares(random: Random) -> tuple[str, ...]:
    """Ten, each of sixteen letters and digits in groups of four."""
    return tuple(_printed(base64.b32encode(random(_BYTES)).decode()) for _ in range(COUNT))


def _printed(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def hash_spare(member: str, typed: str) -> bytes | None:
    """What the vault would keep of it, bound to the member; None where what was typed has not the form of one."""
    letters = plain_code(typed).upper()
    if len(letters) != _LETTERS or not set(letters) <= _ALPHABET:
        return None
    return sha256(labels.RECOVERY_CODE + letters.encode() + member.encode())


def store_spares(connection: Connection, member: str, spares: Iterable[str]) -> None:
    """In place of all that the member has."""
    forget_spares(connection, member)
    hashes = [hash_spare(member, spare) for spare in spares]
    if hashes:
        connection.execute(insert(_rows), [{"member": member, "hash": one} for one in hashes])


def read_spares(connection: Connection, member: str) -> frozenset[bytes]:
    """Their hashes."""
    return frozenset(connection.execute(select(_rows.c.hash).where(_rows.c.member == member)).scalars())


def use_spare(connection: Connection, member: str, hashed: bytes) -> bool:
    """It is gone with this; whether it was still there."""
    this = delete(_rows).where(_rows.c.member == member, _rows.c.hash == hashed)
    return connection.execute(this).rowcount == 1


def count_spares(connection: Connection, member: str) -> int:
    """How many are left."""
    return connection.execute(select(func.count()).where(_rows.c.member == member)).scalar_one()


def forget_spares(connection: Connection, member: str) -> None:
    """All of a member's."""
    connection.execute(delete(_rows).where(_rows.c.member == member))
