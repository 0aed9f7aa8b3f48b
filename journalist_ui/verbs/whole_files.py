# SPDX-License-Identifier: AGPL-3.0-or-later
"""All of a file's bytes, for what is given them at once: a sandbox, a scanner."""

from dropbox.protocol.errors import ProtocolError
from journalist_ui.casework.files import CaseFile, damage

from .desk import Desk


def whole_bytes(desk: Desk, one: CaseFile) -> bytes:
    """Checked, piece by piece. Raises NotWhole."""
    try:
        return b"".join(one.pieces(desk.read_stored, desk.engine.service_id))
    except (ProtocolError, OSError):
        raise damage() from None
