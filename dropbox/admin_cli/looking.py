# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gathers the facts about a service on which its duties rest."""

import shutil
from dataclasses import dataclass

from dropbox.protocol.directory import Directory
from dropbox.server.config import ServerConfig
from dropbox.server.ports import SHOWN, parse_shown
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.shown.days import DAY, day_of
from dropbox.shown.signed_list import ending, seconds_left, span

from .alone import nobody_serves
from .backups import folder
from .backups.refused import BackupRefused
from .duties import BackupFacts, Facts
from .published import EarlierList, published

_LARGEST = 4_096


@dataclass(frozen=True)
class Newest:
    """A unit's newest batch: what `dropbox-keys unit retire` asks for. None before the first."""

    slug: str
    last_period: int | None = None
    last_hash: str | None = None


@dataclass(frozen=True)
class Holds:
    """How long the published list holds: its last period, whole days left, the same in words, and seconds a period."""

    expires: int | None = None
    days_left: int | None = None
    words: str = "none is published yet"
    period: int = DAY


@dataclass(frozen=True)
class Seen:
    """All that `status` says but counts."""

    facts: Facts
    holds: Holds
    units: tuple[Newest, ...]


async def _units(store: SqlStore, directory: Directory) -> tuple[Newest, ...]:
    found = []
    for unit in directory.on_board():
        newest = await store.newest_batches(unit.unit_id, 1)
        found.append(Newest(unit.slug, newest[0].period, newest[0].hash.hex()) if newest else Newest(unit.slug))
    return tuple(found)


def _silent(directory: Directory, units: tuple[Newest, ...], present: int) -> tuple[tuple[str, str], ...]:
    """Of those that are to publish: not of retired ones, nor before their first period."""
    policy, due = directory.policy, {unit.slug for unit in directory.units if unit.first_period < present}
    return tuple(
        (one.slug, "" if one.last_period is None else day_of(one.last_period, policy.period))
        for one in units
        if one.slug in due and (one.last_period is None or present - one.last_period >= policy.silent_after)
    )


def _held(config: ServerConfig) -> bool:
    """By what the publisher has written down."""
    try:
        with (config.data_dir / SHOWN).open("rb") as file:
            return parse_shown(file.read(_LARGEST)).held
    except (OSError, ValueError):
        return False


def backup_facts(config: ServerConfig, newest: int | None, period: int, now: float) -> BackupFacts | None:
    """None where nothing is backed up."""
    if config.backup is None or not config.backup_recipient:
        return None
    try:
        found = folder.backups(config.backup)
        standby = folder.newest_standby(config.backup)
        age = now - standby.stat().st_mtime if standby else None
    except (BackupRefused, OSError) as error:
        return BackupFacts(trouble=error.message if isinstance(error, BackupRefused) else "the backups cannot be read")
    if not found:
        return BackupFacts(standby=age)
    kept = found[-1].newest_closed
    return BackupFacts(max((newest or 0) - kept, 0), age, day_of(kept, period))


async def look_at(config: ServerConfig, store: SqlStore, now: float) -> Seen:
    """Everything, by the open store."""
    earlier, listed, holds = False, None, Holds()
    try:
        listed = await published(store)
    except EarlierList as error:
        earlier, holds = True, Holds(words=error.message)
    units: tuple[Newest, ...] = ()
    silent: tuple[tuple[str, str], ...] = ()
    left = None
    if listed is not None:
        listing, directory = listed
        period = directory.policy.period
        left = seconds_left(listing, period, now)
        end = ending(listing.head.head, directory.policy, now)
        said = f"; {end.text}: have the roots sign it anew" if end else ""
        holds = Holds(listing.head.head.expires, int(left // DAY), span(listing, period, now) + said, period)
        units = await _units(store, directory)
        silent = _silent(directory, units, int(now // period))
    newest = await store.newest_closed()
    facts = Facts(
        now=now,
        period=holds.period,
        serves=not await nobody_serves(config),
        held=_held(config),
        demo=config.demo,
        list_left=left,
        earlier=earlier,
        newest_closed=newest,
        silent=silent,
        disk_free=shutil.disk_usage(config.data_dir).free,
        disk_reserve=config.disk_reserve,
        flooded=await store.flooded(),
        backup=backup_facts(config, newest, holds.period, now),
    )
    return Seen(facts, holds, units)


async def seen(config: ServerConfig, now: float) -> Seen:
    """Everything."""
    store = open_store(config.database)
    try:
        return await look_at(config, store, now)
    finally:
        await store.close_store()
