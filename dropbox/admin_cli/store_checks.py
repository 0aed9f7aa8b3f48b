# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of the database and of what is published in it."""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from dropbox.forces import force_names
from dropbox.protocol.directory import VerifiedDirectory, parse_signed_directory, verify_directory
from dropbox.protocol.ending import warned_from
from dropbox.protocol.errors import ProtocolError, WrongVersion
from dropbox.protocol.policy import Policy
from dropbox.server.config import ConfigRefused, ServerConfig, read_anchor
from dropbox.server.publishing.lived_periods import explained, first_explained
from dropbox.server.store.revision import NEEDED, found_revision
from dropbox.server.store.sql import SqlStore, open_store
from dropbox.shown.days import day_of
from dropbox.shown.signed_list import mistakes, span

from .findings import Finding, ok, serious, warning
from .published import EARLIER_LIST, ISSUE_ANEW

LAST_WARNING = 7
"""Days before its end from which a list that nobody has renewed is serious."""

POSTGRES_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
POSTGRES_QUIET = {
    "wal_recycle": "off",  # old write-ahead files are removed, not kept: they hold the order of arrival
    "wal_keep_size": "0",
    "archive_mode": "off",
    "track_commit_timestamp": "off",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_duration": "off",
    "log_parameter_max_length_on_error": "0",
}
_RIGHTS = {
    "SELECT has_function_privilege('pg_switch_wal()', 'execute')": "GRANT EXECUTE ON FUNCTION pg_switch_wal()",
    "SELECT pg_has_role('pg_checkpoint', 'member')": "GRANT pg_checkpoint",
}


def _sqlite(connection: Connection) -> Iterator[Finding]:
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode != "wal":
        yield serious("database", f"journal mode {mode}", "run `dropbox-admin init` again; it must be wal")
    broken = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if broken != "ok":
        yield serious("database", "the file is damaged", "restore the newest backup; see docs/runbooks/server-lost.md")
    free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    if free > 64:
        yield warning(
            "database", "free pages wait to be wiped of their order", "the next close of a period does it by itself"
        )


def _postgres(connection: Connection) -> Iterator[Finding]:
    rows = connection.execute(text("SELECT name, setting FROM pg_settings"))
    found = {row.name: row.setting for row in rows}
    for wanted, level, why in (
        (POSTGRES_DURABLE, serious, "an answered envelope may be lost"),
        (POSTGRES_QUIET, warning, "it keeps traces of when or in which order envelopes came"),
    ):
        for name, value in wanted.items():
            if found.get(name, value) != value:
                fix = f"run ALTER SYSTEM SET {name} = '{value}', then SELECT pg_reload_conf() or restart"
                yield level("postgresql", f"{name} is {found[name]}: {why}", fix)
    for probe, grant in _RIGHTS.items():
        if not connection.execute(text(probe)).scalar():
            role = connection.execute(text("SELECT current_user")).scalar_one()
            fix = f'as superuser run {grant} TO "{role}"'
            yield warning("postgresql", "the server may not wipe the write-ahead log after a close", fix)


def _database(connection: Connection) -> list[Finding]:
    kind = connection.dialect.name
    return list(_sqlite(connection) if kind == "sqlite" else _postgres(connection)) or [ok("database", kind)]


async def check_database(config: ServerConfig) -> list[Finding]:
    """Whether the database answers, has this release's schema, and is set up to keep and to forget."""
    try:
        found = await found_revision(config.database)
    except (SQLAlchemyError, OSError) as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        return [serious("database", f"it does not answer: {why[:200]}", "start it, or mend `database`")]
    if found != NEEDED:
        fix = "run `dropbox-admin init` again" if found is None else "run `dropbox-admin upgrade`"
        fix = fix if (found or "") < NEEDED else "a later release was here: install that one"
        return [serious("database", f"schema {found or 'none'}, and this release needs {NEEDED}", fix)]
    store = open_store(config.database)
    try:
        return [*await store.database.read(_database)]
    finally:
        await store.close_store()


def _clock(verified: VerifiedDirectory, newest: int | None, period: int) -> Iterator[Finding]:
    """Two machines look alike here: one whose clock is wrong now, and one whose clock was wrong before."""
    policy, head = verified.policy, verified.signed_head.head
    here, confirm = day_of(period, policy.period), "run `dropbox-admin clock confirm`"
    if newest is None:
        if not first_explained(policy, head, period):
            issued = day_of(head.issued, policy.period)
            what = f"it says {here}, and the directory was issued on {issued}: nothing is taken"
            yield serious("clock", what, f"if the clock is wrong, set it; if it is right, {confirm}")
        return
    stored = day_of(newest + 1, policy.period)
    if newest >= period:
        what = f"it says {here}, and the server closed everything before {stored}: the clock is behind, or it was ahead"
        fix = f"if it is behind, set it; if it was ahead and is right now, {confirm}: that takes back what was closed"
        yield serious("clock", what, fix)
    elif not explained(policy, newest + 1, period):
        what = (
            f"it says {here}, and the server ran until {stored}: the clock is ahead, or the server stood still so long"
        )
        fix = f"if it is ahead, set it; if it is right, {confirm}: until then nothing is taken, closed or deleted"
        yield serious("clock", what, fix)


async def _published(config: ServerConfig, store: SqlStore, now: float) -> tuple[list[Finding], Policy | None]:
    pinned = read_anchor(config.anchor).anchor
    bodies = await store.newest_directories(1)
    if not bodies:
        return [warning("directory", "none is published", "run `dropbox-admin directory publish`")], None
    verified = verify_directory(pinned, parse_signed_directory(bodies[0]))
    period, head = int(now // verified.policy.period), verified.signed_head.head
    fix = "have the roots issue and sign the list anew (docs/runbooks/rotation.md), then publish it"
    found = list(_clock(verified, await store.newest_closed(), period))
    days = span(verified.raw, verified.policy.period, now)
    if head.expires < period:
        found.append(serious("directory", f"it has expired, {days}: clients refuse it", fix))
    elif (near := warned_from(head, verified.policy, now)) is not None:
        level = serious if near <= LAST_WARNING else warning
        found.append(level("directory", f"it expires soon: {days}", fix))
    found += _mistakes(verified)
    return found or [ok("directory", f"version {head.dir_version}, {days}")], verified.policy


def _mistakes(verified: VerifiedDirectory) -> Iterator[Finding]:
    """A force of no such name, nobody who receives: what was published all the same."""
    for said in mistakes(verified.directory, force_names()):
        if said.loses:
            yield serious("directory", said.text, "correct it with `dropbox-keys`, have it signed, and publish it")


async def check_published(config: ServerConfig, now: float) -> tuple[list[Finding], Policy | None]:
    """Whether the published directory is one that clients will take; its policy, where there is one."""
    store = open_store(config.database)
    try:
        return await _published(config, store, now)
    except WrongVersion:
        return [serious("directory", EARLIER_LIST, ISSUE_ANEW)], None
    except (ProtocolError, ConfigRefused, OSError, SQLAlchemyError) as error:
        what = f"anchor and directory do not fit ({error})"
        return [serious("directory", what, "publish a directory of its roots")], None
    finally:
        await store.close_store()
