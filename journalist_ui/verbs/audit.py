# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log of what was done at the desk."""

from functools import partial

from journalist_ui.daemon.audit_log import check
from journalist_ui.daemon.off_loop import off_loop
from journalist_ui.people.session import Session
from journalist_ui.refusals import NotYet
from journalist_ui.shapes.audit import AuditVerified, VerifyAudit

from .desk import Desk

NO_BOARD = (
    "This desk has not read the board since it was started, so there is nothing to compare its log with. Look at "
    "`dropbox-desk status`, and try again once the service answers."
)


async def verify(desk: Desk, session: Session, asked: VerifyAudit) -> AuditVerified:
    """Raises NotYet."""
    state = desk.engine.state
    if not state.checked:
        raise NotYet(NO_BOARD)
    return await off_loop(partial(check, desk.engine.vault, state.keyring, state.own_manifest, shown=True))
