# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's record of acts beside its keyring: the key that its rows are known by, and what was published of it."""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from dropbox.flows.desk.notice import Notice
from dropbox.flows.desk.own_board import look_at_own_board
from dropbox.flows.desk.state import DeskContext, Keyring, Ledger
from dropbox.flows.drive import drive
from dropbox.protocol.constants import KEY
from dropbox.protocol.manifests import Manifest
from dropbox.protocol.primitives import sha256
from dropbox.transport.desk import DeskConnection
from dropbox.transport.errors import TransportFailed
from journalist_ui.refusals import KeyringUnusable
from journalist_ui.shapes.audit import AuditVerified
from journalist_ui.vault import audit, evidence
from journalist_ui.vault.audit_check import Known, check_log
from journalist_ui.vault.audit_sealing import Pen
from journalist_ui.vault.database import VAULT_FILE, Vault, open_vault, read_meta, write_meta
from journalist_ui.vault.published import find_manifest, keep_manifest, told_by

from .desk_key import stretch_desk_key
from .keyring import KeyringStore
from .notice_log import AUDIT_DIFFERS, iso_day, remember_notices
from .settings import ANCHOR_FILE, DeskSettings, read_anchor, read_settings
from .vault_lock import hold_vault


def new_audit_key() -> bytes:
    """32 bytes."""
    return secrets.token_bytes(KEY)


def take_up_log(vault: Vault, store: KeyringStore, clock: Callable[[], float]) -> Keyring:
    """The keyring, with a key for the log that lies in the vault: rows are written with it from now on. One that has
    none yet gets it, and notes that the manifests of its batches so far were not kept; one whose log is shorter than it
    knows, because a backup was restored, counts from there: it is saved before any row is written. Raises
    KeyringUnusable, OSError."""
    keyring = store.load()
    with vault.reading() as connection:
        following = audit.newest_number(connection) + 1
    known = keyring.audit_key, keyring.audit_from
    if not keyring.audit_key:
        keyring.audit_key, keyring.audit_from = new_audit_key(), following
        keyring.audit_since = max(keyring.published_period, keyring.built)
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


def check_offline(folder: Path, desk_passphrase: str) -> AuditVerified:
    """The log of a desk that does not run, against the board, where the service answers, else against the newest batch
    that the keyring knows. Nothing is changed. Raises DeskRefused."""
    settings = read_settings(folder)
    with hold_vault(folder):
        desk_key = stretch_desk_key(desk_passphrase, settings.salt)
        vault = open_vault(folder / VAULT_FILE, desk_key)
        try:
            keyring = KeyringStore(folder, desk_key).load()
            context = DeskContext(read_anchor(folder / ANCHOR_FILE), settings.unit_id, keyring, Ledger())
            shown = asyncio.run(_look_at_board(folder, settings, context))
            return check(vault, keyring, context.own_manifest, shown=shown)
        finally:
            vault.close()


async def _look_at_board(folder: Path, settings: DeskSettings, context: DeskContext) -> bool:
    try:
        async with DeskConnection(settings.service, settings.tor or None, folder) as connection:
            return await drive(look_at_own_board(context, int(time.time()), []), connection.answer)
    except TransportFailed:
        return False


def check(vault: Vault, keyring: Keyring, newest: Manifest | None, *, shown: bool) -> AuditVerified:
    """The whole log against what was published of it. ``shown``: the board was proved, and shows this newest own batch,
    None for none; else it goes by the newest that the keyring knows. It reads the vault."""
    shown = shown and (newest is not None or not keyring.published_period)
    with vault.reading() as connection:
        seconds = int(read_meta(connection, "period_seconds", str(audit.DAY)))
        if not shown and keyring.published_period:
            newest = find_manifest(connection, keyring.published_hash)
        found = check_log(
            connection, Known(keyring.audit_key, keyring.audit_from, keyring.audit_since), newest, seconds
        )
    lost = not shown and newest is None and keyring.published_period
    period = keyring.published_period if lost else found.period
    return AuditVerified(
        holds=found.holds and not lost,
        through=_day(found.through),
        row=found.fault.row if found.fault else 0,
        row_day=_day(found.fault.day) if found.fault else "",
        head=iso_day(period, seconds) if period is not None else "",
        batches=found.heads,
        first=iso_day(found.first, seconds) if found.heads else "",
        last=iso_day(found.last, seconds) if found.heads else "",
        board=shown,
        known=_day(found.known),
        restored=_day(found.restored),
        gone=found.gone,
    )


def _day(day: int | None) -> str:
    return iso_day(day, audit.DAY) if day else ""


def compare_with_told(vault: Vault, newest: Manifest | None, seconds: int, day: int) -> None:
    """What the newest own batch on the board tells of the log against the log itself, and members' keys against it:
    rows that were taken out or put in by whoever holds the desk key. What was found stays. ``seconds`` is a period's
    length, ``day`` one of unix time. The manifest is kept, also where another keyring made it."""
    with vault.reading() as connection:
        kept = newest is None or find_manifest(connection, sha256(newest.encode())) is not None
        told = [told_by(connection, newest)] if newest else []
        found = evidence.unproved_members(connection)
        period = audit.first_conflict(connection, told, seconds)
    if not found and period is None and kept:
        return
    with vault.writing() as connection:
        if newest is not None:
            keep_manifest(connection, newest)
        remember_notices(connection, [Notice("member-key-altered", {"member": name}) for name in found], day)
        if period is not None and not read_meta(connection, AUDIT_DIFFERS, ""):
            write_meta(connection, AUDIT_DIFFERS, iso_day(period, seconds))
