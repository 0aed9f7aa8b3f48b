# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the desk itself is: its state, its epochs, a run against the service, a backup."""

from functools import partial

from dropbox.flows.desk.state import TextState
from dropbox.flows.desk.unfinished import count_unfinished
from dropbox.flows.heads import head_words
from dropbox.words import codename_words
from journalist_ui.daemon.notice_log import iso_day
from journalist_ui.daemon.off_loop import off_loop
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.notices import ToldNotice
from journalist_ui.shapes.upkeep import (
    BackedUp,
    Backup,
    DeskStatus,
    EpochLine,
    EpochList,
    Epochs,
    Status,
    Sync,
    Synced,
)
from journalist_ui.vault.roles import OPENERS
from journalist_ui.words.counts import rounded

from .desk import Desk
from .moments import day_of, minute_of
from .notices import all_notices


async def status(desk: Desk, asked: Status) -> DeskStatus:
    """What the flows hold is read on their own thread, the vault in another."""
    engine = desk.engine
    seconds = engine.period_seconds()
    backed_up, notices = await off_loop(partial(_stored, desk))
    state, unit, ledger = engine.state, engine.state.unit(), engine.state.ledger
    texts = ledger.texts.states()
    return DeskStatus(
        name=engine.settings.name,
        unit=unit.slug if unit else "",
        unit_id=engine.settings.unit_id.hex(),
        service=engine.settings.service,
        listed=unit is not None,
        published=day_of(state.keyring.published_period, seconds),
        processed=day_of(ledger.processed_through, seconds),
        next_batch=minute_of(engine.next_batch()),
        texts={one.value: texts.count(one) for one in TextState},
        unfinished=count_unfinished(ledger),
        heads=" ".join(head_words(engine.service_id, state.heads, codename_words().words)) if state.heads else "",
        signed_in=desk.sessions.count,
        backup=engine.settings.backup,
        backed_up=backed_up,
        notices=notices,
        acknowledge_days=engine.settings.acknowledge_days,
        answer_days=engine.settings.answer_days,
        out_of_hours=engine.settings.out_of_hours,
    )


def _stored(desk: Desk) -> tuple[str, tuple[ToldNotice, ...]]:
    """The day of the newest backup, and the notices."""
    return desk.engine.backed_up(), all_notices(desk)


async def epochs(desk: Desk, asked: Epochs) -> EpochList:
    engine = desk.engine
    seconds = engine.period_seconds()
    now = int(engine.clock() // seconds)
    held = sorted(engine.state.keyring.epochs.values(), key=lambda one: one.epoch)
    return EpochList(
        tuple(
            EpochLine(
                one.epoch,
                iso_day(one.not_before, seconds),
                iso_day(one.not_after, seconds),
                "past" if one.not_after < now else "next" if one.not_before > now else "present",
            )
            for one in held
        )
    )


async def sync(desk: Desk, session: Session, asked: Sync) -> Synced:
    """Who opens no case is told no number that one message moves. Raises TransportFailed, BackupFailed, ProtocolError,
    OSError, SQLAlchemyError."""
    done = await desk.engine.sync()
    new = rounded(done.new) if session.member.roles.isdisjoint(OPENERS) else done.new
    return Synced(new, done.published, await off_loop(partial(all_notices, desk)))


async def backup(desk: Desk, asked: Backup) -> BackedUp:
    """Raises BadInput, BackupFailed."""
    if desk.engine.settings.backup_folder is None:
        raise BadInput('This desk makes no backup: desk.toml says backup = "none". Name a folder there and restart it.')
    return BackedUp(await desk.engine.back_up(new_disk=True))
