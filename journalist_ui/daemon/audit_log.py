# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's record of acts beside its keyring: the key that its rows are known by, and what was published of it."""

import secrets
from collections.abc import Callable
from pathlib import Path

from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.state import Keyring
from dropbox.protocol.constants import KEY
from journalist_ui.refusals import KeyringUnusable
from journalist_ui.vault import audit, evidence
from journalist_ui.vault.audit import Told
from journalist_ui.vault.audit_sealing import Pen
from journalist_ui.vault.database import Vault, read_meta, write_meta

from .keyring import KeyringStore
from .notice_log import AUDIT_DIFFERS, iso_day, remember_notices


def new_audit_key() -> bytes:
    """32 bytes."""
    return secrets.token_bytes(KEY)


def take_up_log(vault: Vault, store: KeyringStore, clock: Callable[[], float]) -> Keyring:
    """The keyring, with a key for the log that lies in the vault: rows are written with it from now on. One that has
    none yet gets it, and one whose log is shorter than it knows, because a backup was restored, counts from there: it
    is saved before any row is written. Raises KeyringUnusable, OSError."""
    keyring = store.load()
    with vault.reading() as connection:
        following = audit.newest_number(connection) + 1
    known = keyring.audit_key, keyring.audit_from
    if not keyring.audit_key:
        keyring.audit_key, keyring.audit_from = new_audit_key(), following
    keyring.audit_from = min(keyring.audit_from, following)
    if known != (keyring.audit_key, keyring.audit_from):
        store.save(keyring)
    vault.take_pen(Pen(keyring.audit_key, clock))
    return keyring


def offline_pen(folder: Path, desk_key: bytes) -> Pen:
    """What a row is written with while no desk runs: without a whole keyring it is not known by its key. The caller
    holds the vault's lock."""
    try:
        return Pen(KeyringStore(folder, desk_key).load().audit_key)
    except KeyringUnusable:
        return Pen()


def compare_with_told(vault: Vault, told: list[Told], seconds: int, day: int) -> None:
    """What was published of the log against the log itself, and members' keys against it: rows that were taken out or
    put in by whoever holds the desk key. What was found stays. ``seconds`` is a period's length, ``day`` one of unix
    time."""
    with vault.reading() as connection:
        found = evidence.unproved_members(connection)
        period = audit.first_conflict(connection, told, seconds)
    if not found and period is None:
        return
    with vault.writing() as connection:
        remember_notices(connection, [Notice("member-key-altered", {"member": name}) for name in found], day)
        if period is not None and not read_meta(connection, AUDIT_DIFFERS, ""):
            write_meta(connection, AUDIT_DIFFERS, iso_day(period, seconds))
