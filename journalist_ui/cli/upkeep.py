# SPDX-License-Identifier: AGPL-3.0-or-later
"""``dropbox-desk status``, ``epoch`` and ``sync``: how the running desk is, and a run at once."""

from pathlib import Path

import click

from journalist_ui.shapes.upkeep import DeskStatus, EpochLine, Epochs, Status, Sync, Synced
from journalist_ui.socket.client import ask_desk, socket_of
from journalist_ui.words.counts import counted
from journalist_ui.words.owed import duty

from .asking import ask_signed_in, json_option, session_option, show, show_done, tell, vault_option
from .terminal import inert


@click.command()
@vault_option
@json_option
def status(vault: Path, as_json: bool) -> None:
    """Say how the running desk is, and everything that the officers must be told. No sign-in: it says nothing of cases.

    \b
    Example:
      dropbox-desk status --vault north
    """
    found = ask_desk(socket_of(vault), Status())
    if not as_json:
        tell(found.notices)
    show(found, as_json, _status)


def _status(fields: DeskStatus) -> list[str]:
    texts = fields.texts
    return [
        f"Desk of {inert(fields.name)} ({fields.unit or 'not listed by the service'})",
        f"Service: {fields.service}",
        f"Newest batch: {fields.published or 'none yet'}",
        f"Intake processed through: {fields.processed or 'none yet'}",
        f"Texts: {texts['waiting']} waiting, {texts['published']} published, {texts['read']} read, {texts['expired']} "
        "given up",
        f"Messages of which parts are missing: {fields.unfinished}",
        f"Board's words, to compare with another's: {fields.heads or 'none yet'}",
        f"Signed in: {fields.signed_in}",
        f"Clocks: first text within {_days(fields.acknowledge_days)}, answers within {_days(fields.answer_days)}",
        inert(duty(fields.out_of_hours)),
        f"Backup: {fields.backup}{', the newest of ' + fields.backed_up if fields.backed_up else ''}",
    ]


def _days(count: int) -> str:
    return counted(count, "day") if count else "no set time"


@click.command()
@vault_option
@json_option
def epoch(vault: Path, as_json: bool) -> None:
    """List the epochs whose keys the running desk holds: number, first and last day, past, present or next.

    Keys are made, announced and destroyed by themselves; they are never shown.

    \b
    Example:
      dropbox-desk epoch --vault north --json
    """
    show(ask_desk(socket_of(vault), Epochs()).epochs, as_json, _epochs)


def _epochs(found: tuple[EpochLine, ...]) -> list[str]:
    if not found:
        return ["No epoch keys yet: they are made with the first batch."]
    return [f"epoch {one.epoch}: {one.first} to {one.last}, {one.state}" for one in found]


@click.command()
@session_option
@json_option
def sync(session: Path, as_json: bool) -> None:
    """Fetch, open and acknowledge now, and publish what is due now. The running desk does so by itself too.

    \b
    Examples:
      dropbox-desk sync --session ada.session
      dropbox-desk sync --session ada.session --json
    """
    done = ask_signed_in(session, Sync())
    tell(done.notices)
    show_done({"new": done.new, "published": done.published}, as_json, lambda _: _synced(done))


def _synced(fields: Synced) -> list[str]:
    sent = "A batch was published." if fields.published else "No batch was due."
    return [f"{counted(fields.new, 'new message')}. {sent}"]
