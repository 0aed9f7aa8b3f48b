# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery sheets are put in force. The secret was drawn where they were printed, and never comes here."""

import asyncio

from dropbox.protocol.errors import BadPublicKey
from dropbox.protocol.primitives import check_sealing_key
from journalist_ui.people import steps
from journalist_ui.people.session import Session
from journalist_ui.people.sheets import SheetKind
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.recovery import MakeSheets, SheetsMade
from journalist_ui.vault.roles import SHEETS

from . import proposals
from .desk import Desk


async def make_sheets(desk: Desk, session: Session, asked: MakeSheets) -> SheetsMade:
    """Raises BadInput."""
    return await asyncio.to_thread(_make, desk, session, asked)


def _make(desk: Desk, session: Session, asked: MakeSheets) -> SheetsMade:
    try:
        kind, public = SheetKind(asked.kind), bytes.fromhex(asked.public)
        check_sealing_key(public)
    except (ValueError, BadPublicKey):
        raise BadInput("These are no recovery sheets. Print them with `dropbox-desk recovery sheets`.") from None
    step = steps.sheets(kind, public)
    with desk.engine.vault.writing() as connection:
        made = proposals.ask(desk, connection, session, steps.Kind.SHEETS, SHEETS, step, asked.reason)
    return SheetsMade(kind, made.number, made.alone)
