# SPDX-License-Identifier: AGPL-3.0-or-later
"""Members of a desk: who they are, what they may do, and how they prove it.

A member's X-Wing seed and one-time-code secret are sealed under a key stretched from the passphrase. The desk key
does not open them: with the disk and the desk key in hand, and no member's passphrase, content stays closed.

An administrator gives a new member a first passphrase. Nothing is ever wrapped to the key under it, and it signs in for
one thing alone: to make a passphrase of one's own, and with it a key and a code secret that nobody else has seen.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import NONCE, XWING_SEED
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.passphrase import composed
from dropbox.protocol.primitives import SealingKey, aead_open, aead_seal
from journalist_ui.refusals import BadInput, NoSuchMember, SignInRefused

from . import labels, one_time_code, tables
from .case_keys import delete_case_keys, read_case_keys, store_case_keys
from .database import Vault
from .evidence import record_key
from .passphrase import SALT, check_passphrase, stretch
from .sealing import Holder, WrappedKey, rewrap_case_key

STEPS_KEPT = 8
"""Codes remembered as used: more than can be good at one time, wherever the clock was when they were used."""
FREE_FAILURES = 3
LONGEST_DELAY = 900
"""Seconds. From the third wrong attempt on, each doubles the wait, from one second to a quarter of an hour."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
USED = "This one-time code was used before. Wait for the next one, at most 30 seconds."
CHANGED_MEANWHILE = "The passphrase was changed meanwhile. Sign in with the new one."
WRONG = "Name, passphrase or one-time code is wrong. Try again."


class Role(StrEnum):
    """What a member may do; a member may hold both."""

    ADMINISTRATOR = "administrator"
    INVESTIGATOR = "investigator"


@dataclass(frozen=True)
class Member:
    """A member as others may see one."""

    name: str
    roles: frozenset[Role]
    provisional: bool = False


@dataclass(frozen=True)
class Unlocked:
    """A member who has proved who they are, with the key that opens what is wrapped to them. ``altered``: cases are
    wrapped to another key in the member's place, which only a change of the vault's own rows can have put there."""

    member: Member
    key: SealingKey
    altered: bool = False


def check_name(name: str) -> str:
    """Raises BadInput."""
    if not _NAME.fullmatch(name):
        raise BadInput("A member's name is up to 48 letters, digits, dots, hyphens and underscores. Choose another.")
    return name


def parse_roles(names: Iterable[str]) -> frozenset[Role]:
    """Raises BadInput."""
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError:
        raise BadInput("A role is administrator or investigator.") from None
    if not roles:
        raise BadInput("A member needs a role: --role administrator, --role investigator, or both.")
    return roles


def _member(row: Row[Any]) -> Member:
    held = ((row.administrator, Role.ADMINISTRATOR), (row.investigator, Role.INVESTIGATOR))
    return Member(row.name, frozenset(role for held_so, role in held if held_so), row.provisional)


def _aad(name: str) -> bytes:
    return labels.MEMBER_SECRETS + name.encode()


@dataclass(frozen=True)
class NewMember:
    """A member who is not stored yet. ``secret`` is the one-time-code secret, base32, which is shown once and counts
    for nothing while the member is provisional."""

    name: str
    values: dict[str, Any] = field(repr=False)
    secret: str = field(repr=False)


def prepare_member(
    name: str, roles: frozenset[Role], passphrase: str, random: Random, *, provisional: bool = True
) -> NewMember:
    """Stretch the passphrase and draw the keys; it takes long and touches no database. Raises BadInput."""
    check_name(name)
    check_passphrase(passphrase, "member's passphrase")
    seed, secret = random(XWING_SEED), random(one_time_code.SECRET)
    values = {
        "administrator": Role.ADMINISTRATOR in roles,
        "investigator": Role.INVESTIGATOR in roles,
        "provisional": provisional,
        "public": SealingKey(seed).public,
        "failures": 0,
        "not_before": 0,
        "used_steps": "[]",
    }
    sealed = _sealed(name, passphrase, seed + secret, random)
    return NewMember(name, values | sealed, one_time_code.printed_secret(secret))


def store_member(connection: Connection, new: NewMember, day: int = 0) -> None:
    """Store the member, on a ``day`` of unix time. Raises BadInput where there is one of that name."""
    check_new(connection, new.name)
    connection.execute(insert(tables.members).values(name=new.name, **new.values))
    record_key(connection, day, new.name)


def add_member(
    connection: Connection, name: str, roles: frozenset[Role], passphrase: str, random: Random, *, day: int = 0
) -> str:
    """Both at once, for a member who is provisional; returns the secret. Raises BadInput."""
    new = prepare_member(name, roles, passphrase, random)
    store_member(connection, new, day)
    return new.secret


def check_new(connection: Connection, name: str) -> None:
    """Raises BadInput where there is a member of that name, in whatever capitals."""
    rows = tables.members
    if connection.execute(select(rows.c.name).where(func.lower(rows.c.name) == name.lower())).first():
        raise BadInput("There is a member of that name. Choose another.")


def _sealed(name: str, passphrase: str, secrets: bytes, random: Random) -> dict[str, bytes]:
    salt, nonce = random(SALT), random(NONCE)
    return {"salt": salt, "sealed": nonce + aead_seal(stretch(passphrase, salt), nonce, secrets, _aad(name))}


@dataclass(frozen=True)
class Change:
    """A change of passphrase that is worked out and not stored yet. ``salt`` is the one that it replaces; ``wrapped``
    each case key as it is and as it will be; ``secret`` the new code secret, base32, None when the old one stays;
    ``first``: the member was provisional."""

    name: str
    salt: bytes
    old: SealingKey = field(repr=False)
    values: dict[str, Any] = field(repr=False)
    wrapped: dict[int, tuple[WrappedKey, WrappedKey | None]] = field(repr=False)
    secret: str | None = field(repr=False)
    first: bool


def prepare_change(vault: Vault, name: str, old: str, new: str, *, new_code: bool = False) -> Change:
    """Another passphrase, and a new key to which all is wrapped that the old one opened. With ``new_code``, and for a
    provisional member always, a new code secret too. It takes long and stores nothing. Raises SignInRefused, BadInput.
    """
    check_passphrase(new, "new passphrase")
    with vault.reading() as connection:
        row = connection.execute(select(tables.members).where(tables.members.c.name == name)).first()
        wrapped = read_case_keys(connection, name)
    secrets = _open_secrets(row, old)
    if row is None or secrets is None:
        raise SignInRefused("The present passphrase is wrong. Nothing was changed.")
    if composed(new) == composed(old):
        raise BadInput("That is the present passphrase. Choose another.")
    old_key, key, secret = SealingKey(secrets[:XWING_SEED]), vault.random(XWING_SEED), secrets[XWING_SEED:]
    values: dict[str, Any] = {"public": SealingKey(key).public, "provisional": False}
    fresh = new_code or row.provisional
    if fresh:
        secret = vault.random(one_time_code.SECRET)
        values["used_steps"] = "[]"
    values |= _sealed(name, new, key + secret, vault.random)
    rewrapped = {
        number: (before, rewrap_case_key(before, Holder(name, old_key), name, values["public"]))
        for number, before in wrapped.items()
    }
    shown = one_time_code.printed_secret(secret) if fresh else None
    return Change(name, row.salt, old_key, values, rewrapped, shown, row.provisional)


def confirm_change(change: Change, code: str, now: float) -> Change:
    """The same change, once its new secret has shown that it works: the code counts as used. Raises BadInput."""
    secret = base64.b32decode(change.secret or "")
    step = one_time_code.matching_step(secret, code, now)
    if step is None:
        raise BadInput(
            "That is no code of the new secret at this moment. Nothing was changed: look at the app again, and at the "
            "clock of the telephone."
        )
    return replace(change, values=change.values | {"used_steps": json.dumps([step])})


def apply_change(connection: Connection, change: Change, day: int = 0) -> None:
    """Store it, with what was wrapped to the old key meanwhile. Raises SignInRefused when the passphrase is not the one
    any more that the change began with, or the member is gone."""
    rows = tables.members
    done = connection.execute(
        update(rows).where(rows.c.name == change.name, rows.c.salt == change.salt).values(**change.values)
    )
    if done.rowcount != 1:
        raise SignInRefused(CHANGED_MEANWHILE)
    old, fresh = Holder(change.name, change.old), []
    for number, wrapped in read_case_keys(connection, change.name).items():
        before, after = change.wrapped.get(number, (None, None))
        if before != wrapped:
            after = rewrap_case_key(wrapped, old, change.name, change.values["public"])
        # What does not open goes, so that another member can share it again.
        fresh += [after] if after else []
    delete_case_keys(connection, change.name)
    store_case_keys(connection, fresh)
    record_key(connection, day, change.name)


def _open_secrets(row: Row[Any] | None, passphrase: str) -> bytes | None:
    """The seed and the code secret; None when the passphrase is wrong, or the member unknown, after the same work."""
    salt = row.salt if row else bytes(SALT)
    key = stretch(passphrase, salt)
    if row is None:
        return None
    try:
        return aead_open(key, row.sealed[:NONCE], row.sealed[NONCE:], _aad(row.name))
    except NotForThisKey:
        return None


def spelled(connection: Connection, typed: str) -> str:
    """A member's name as it was made, however its capitals were typed, with blanks around it or not; else as typed."""
    name = unicodedata.normalize("NFKC", typed).strip()
    rows = tables.members
    found = connection.execute(select(rows.c.name).where(func.lower(rows.c.name) == name.lower())).scalar()
    return typed if found is None else str(found)


def read_for_sign_in(connection: Connection, name: str) -> Row[Any] | None:
    """The member's row, None when there is none."""
    return connection.execute(select(tables.members).where(tables.members.c.name == name)).first()


@dataclass(frozen=True)
class Attempts:
    """Wrong attempts since the last right one, and when the next is allowed, in unix seconds of the clock of then."""

    failures: int = 0
    not_before: int = 0

    def _delay(self) -> int:
        return min(2 ** min(self.failures - FREE_FAILURES, 20), LONGEST_DELAY) if self.failures >= FREE_FAILURES else 0

    def left(self, now: float, passed: float) -> float:
        """Seconds still to wait: until the moment stored, but never longer after the last attempt than the wait is.
        ``passed`` are the seconds since by a clock that nobody sets."""
        return min(self.not_before - now, self._delay() - passed)

    def another(self, now: float) -> "Attempts":
        """One more."""
        more = Attempts(self.failures + 1)
        delay = more._delay()
        return Attempts(more.failures, int(now) + delay if delay else 0)


def store_attempts(connection: Connection, name: str, attempts: Attempts) -> None:
    """Before the passphrase is tried."""
    values = {"failures": attempts.failures, "not_before": attempts.not_before}
    connection.execute(update(tables.members).where(tables.members.c.name == name).values(values))


def prove(row: Row[Any] | None, passphrase: str, code: str, now: float) -> tuple[Unlocked, int | None]:
    """Passphrase and code together; returns the step of the code. A provisional member needs no code and has no step.
    Touches no database. Raises SignInRefused."""
    secrets = _open_secrets(row, passphrase)
    if row is None or secrets is None:
        raise SignInRefused(WRONG)
    seed, secret = secrets[:XWING_SEED], secrets[XWING_SEED:]
    key = SealingKey(seed)
    unlocked = Unlocked(_member(row), key, key.public != row.public)
    if row.provisional:
        return unlocked, None
    step = one_time_code.matching_step(secret, code, now, _used(row))
    if step is None:
        raise SignInRefused(USED if one_time_code.matching_step(secret, code, now) is not None else WRONG)
    return unlocked, step


def _used(row: Row[Any]) -> list[int]:
    return [int(step) for step in json.loads(row.used_steps)]


def accept_sign_in(connection: Connection, name: str, salt: bytes, step: int | None) -> None:
    """The code is used up and the failures are forgotten. Raises SignInRefused when another sign-in used it first, or
    the passphrase, whose ``salt`` was read before, was changed meanwhile."""
    rows = tables.members
    row = connection.execute(select(rows).where(rows.c.name == name)).first()
    if row is None or row.salt != salt:
        raise SignInRefused(CHANGED_MEANWHILE)
    used = _used(row)
    if step in used:
        raise SignInRefused(USED)
    used = [*used, step][-STEPS_KEPT:] if step is not None else used
    connection.execute(
        update(rows).where(rows.c.name == name).values(used_steps=json.dumps(used), failures=0, not_before=0)
    )


def list_members(connection: Connection) -> list[Member]:
    """In order of name."""
    return [_member(row) for row in connection.execute(select(tables.members).order_by(tables.members.c.name))]


def find_member(connection: Connection, name: str) -> tuple[Member, bytes]:
    """A member and the public key that cases are wrapped to. Raises NoSuchMember."""
    row = connection.execute(select(tables.members).where(tables.members.c.name == name)).first()
    if row is None:
        raise NoSuchMember("There is no member of that name. `dropbox-desk member list` names them.")
    return _member(row), row.public


def remove_member(connection: Connection, name: str) -> None:
    """With the member goes every case key wrapped to them. Raises NoSuchMember, BadInput for the last of a role."""
    leaving, _ = find_member(connection, name)
    others = [member for member in list_members(connection) if member.name != name and not member.provisional]
    for role in leaving.roles:
        if not any(role in member.roles for member in others):
            raise BadInput(f"This is the last {role.value}. Add another first, who makes a passphrase of their own.")
    connection.execute(delete(tables.members).where(tables.members.c.name == name))
