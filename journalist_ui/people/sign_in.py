# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passphrase and one-time code together."""

import json
from collections.abc import Container
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, update

from journalist_ui.refusals import SignInRefused
from journalist_ui.vault import tables
from journalist_ui.vault.evidence import record_key
from journalist_ui.vault.sealing import Holder

from . import codes
from .changes import CHANGED_MEANWHILE
from .members import Member, MemberRow, read_member
from .passphrases import open_secrets, waste_a_stretch
from .security_keys import KeyUse, advance_key
from .spares import hash_spare, use_spare

STEPS_KEPT = 8
"""Codes remembered as used: more than can be good at one time, wherever the clock was when they were used."""
USED = "This one-time code was used before. Wait for the next one, at most 30 seconds."
WRONG = "Name, passphrase or one-time code is wrong. Try again."


class CodeRefused(SignInRefused):
    """The passphrase was right, and the code was not: nobody is told so who only asks."""


@dataclass(frozen=True)
class Unlocked:
    """A member who has proved who they are, with the key that opens what is wrapped to them and the Ed25519 seed that
    signs what they approve. ``altered``: another key stands in the place of one of them, which only a change of the
    vault's own rows can have put there. ``fresh`` is what is to be stored where the seed was drawn just now: its public
    half, and what was sealed anew. ``spare`` is the hash of the recovery code that took a code's place, ``key`` the
    security key that did."""

    member: Member
    holder: Holder
    altered: bool = False
    signer: bytes = field(default=b"", repr=False)
    fresh: tuple[bytes, bytes] | None = field(default=None, repr=False)
    spare: bytes | None = field(default=None, repr=False)
    key: KeyUse | None = None


def prove(
    row: MemberRow | None,
    passphrase: str,
    code: str,
    now: float,
    spares: Container[bytes] = frozenset(),
    key: KeyUse | None = None,
) -> tuple[Unlocked, int | None]:
    """Passphrase and code together; returns the step of the code. A provisional member needs no code and has no step;
    nor has a recovery code, one of those whose hashes are ``spares``, or a security ``key`` of theirs that has signed.
    Touches no database. Raises CodeRefused,
    SignInRefused, also for None, nobody's row, after the same work."""
    # Recovery sheets stand among the members, and have no passphrase.
    if row is None or not row.sealed:
        waste_a_stretch(passphrase)
        raise SignInRefused(WRONG)
    opened = open_secrets(row.name, row.salt, row.sealed, passphrase)
    if opened is None:
        raise SignInRefused(WRONG)
    secret, signing = opened.code_secret, opened.signing
    fresh = (signing, opened.sealed) if opened.sealed and not row.signing else None
    altered = opened.key.public != row.public or (fresh is None and signing != row.signing)
    unlocked = Unlocked(row.member, Holder(row.name, opened.key), altered, opened.signer, fresh)
    if row.provisional:
        return unlocked, None
    if key is not None:
        return replace(unlocked, key=key), None
    spare = hash_spare(row.name, code)
    if spare in spares:
        return replace(unlocked, spare=spare), None
    step = codes.matching_step(secret, code, now, _used(row))
    if step is None:
        raise CodeRefused(USED if codes.matching_step(secret, code, now) is not None else WRONG)
    return unlocked, step


def _used(row: MemberRow) -> list[int]:
    return [int(step) for step in json.loads(row.used_steps)]


def accept_sign_in(connection: Connection, unlocked: Unlocked, salt: bytes, step: int | None, day: int) -> None:
    """The code is used up, and a key that was drawn just now is stored, on a ``day`` of unix time. Raises CodeRefused
    when another sign-in used the code first, SignInRefused when the passphrase, whose ``salt`` was read before, was
    changed meanwhile."""
    name = unlocked.member.name
    row = read_member(connection, name)
    if row is None or row.salt != salt:
        raise SignInRefused(CHANGED_MEANWHILE)
    used = _used(row)
    spent = unlocked.spare and not use_spare(connection, name, unlocked.spare)
    if step in used or spent or (unlocked.key and not advance_key(connection, unlocked.key)):
        raise CodeRefused(USED)
    used = [*used, step][-STEPS_KEPT:] if step is not None else used
    rows = tables.members
    connection.execute(update(rows).where(rows.c.name == name).values(used_steps=json.dumps(used)))
    if unlocked.fresh and not row.signing:
        signing, sealed = unlocked.fresh
        connection.execute(update(rows).where(rows.c.name == name).values(signing=signing, sealed=sealed))
        record_key(connection, day, name)
