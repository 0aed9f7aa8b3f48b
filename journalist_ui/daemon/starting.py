# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk's folder becomes a working engine, and a folder again."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from journalist_ui.casework.cases import ASKED, ASKS
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.flood import FLOOD_AFTER

from .engine import Engine
from .keyring import KeyringStore
from .off_loop import off_loop
from .opening import open_desk_vault
from .settings import ANCHOR_FILE, DeskSettings, read_anchor
from .trial_opening import TrialOpening


@asynccontextmanager
async def working_engine(folder: Path, settings: DeskSettings, desk_key: bytes) -> AsyncIterator[Engine]:
    """The engine of ``folder`` while the block runs; the caller holds the vault's lock. Raises VaultUnusable,
    KeyringUnusable, BadInput, BackupFailed."""
    opening = TrialOpening()
    engine = await off_loop(partial(_open_engine, folder, settings, desk_key, opening))
    try:
        try:
            yield engine
        finally:
            await opening.close()
    finally:
        engine.vault.close()


def _open_engine(folder: Path, settings: DeskSettings, desk_key: bytes, opening: TrialOpening) -> Engine:
    anchor = read_anchor(folder / ANCHOR_FILE)
    vault = open_desk_vault(folder, settings, desk_key)
    try:
        # What a killed desk replaced or removed must not stay in its log.
        vault.truncate_wal()
        with vault.writing() as connection:
            write_meta(connection, ASKS, ASKED if settings.declaration else "")
            write_meta(connection, FLOOD_AFTER, settings.flood_after)
        engine = Engine(settings, anchor, vault, KeyringStore(folder, desk_key), opening=opening)
    except BaseException:
        vault.close()
        raise
    if trouble := engine.try_backup_folder():
        print(f"desk: {trouble}", file=sys.stderr, flush=True)
    return engine


def settle_memory() -> None:
    """What is loaded by now stays to the end. It is taken out of the collector's sight: to look through half a million
    objects stops every thread for a tenth of a second, again and again while much is stored."""
    gc.collect()
    gc.freeze()
