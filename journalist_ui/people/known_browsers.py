# SPDX-License-Identifier: AGPL-3.0-or-later
"""Browsers in which a member has signed in are known again by something random that they hold. It opens nothing: it
only keeps a member's sign-in apart from what strangers try."""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from dropbox.protocol.primitives import sha256
from journalist_ui.vault import labels, tables

MOST = 8
"""Of a member. The one longest unused goes."""
DAYS = 365
"""After so many days without a sign-in a browser is a stranger's."""
LONGEST = 128
"""Letters of what a browser may say that it holds."""


def _hash(member: str, held: str) -> bytes:
    """Bound to the member, so that rows of two members do not show that they share a browser."""
    return sha256(labels.KNOWN_BROWSER + sha256(held.encode("utf-8", "surrogatepass")) + member.encode())


def find_browser(connection: Connection, member: str, held: Sequence[str]) -> tuple[str, bytes] | None:
    """Of all that a browser holds, what it is known to the member by, and the hash of it."""
    hashes = {_hash(member, one): one for one in held if len(one) <= LONGEST}
    rows = tables.known_browsers
    these = select(rows.c.hash).where(rows.c.member == member, rows.c.hash.in_(list(hashes)))
    found = connection.execute(these).scalar() if hashes else None
    return None if found is None else (hashes[found], found)


def keep_browser(connection: Connection, member: str, held: Sequence[str], day: int) -> str:
    """After a right sign-in on a ``day`` of unix time: what the browser is known by from now on, 64 hexadecimal
    digits."""
    rows = tables.known_browsers
    known = find_browser(connection, member, held)
    if known is not None:
        this = update(rows).where(rows.c.member == member, rows.c.hash == known[1])
        connection.execute(this.values(day=day))
        return known[0]
    fresh = secrets.token_hex(32)
    connection.execute(delete(rows).where(rows.c.member == member, rows.c.day < day - DAYS))
    newest = select(rows.c.hash).where(rows.c.member == member).order_by(rows.c.day.desc()).limit(MOST - 1)
    kept = list(connection.execute(newest).scalars())
    connection.execute(delete(rows).where(rows.c.member == member, rows.c.hash.not_in(kept)))
    connection.execute(insert(rows).values(member=member, hash=_hash(member, fresh), day=day))
    return fresh


def forget_browser(connection: Connection, member: str, hashed: bytes) -> None:
    """It is a stranger's again."""
    rows = tables.known_browsers
    connection.execute(delete(rows).where(rows.c.member == member, rows.c.hash == hashed))


def forget_browsers(connection: Connection, member: str) -> None:
    """All of a member's."""
    connection.execute(delete(tables.known_browsers).where(tables.known_browsers.c.member == member))
