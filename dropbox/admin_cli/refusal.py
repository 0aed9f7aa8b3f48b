# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the operator's commands say of their own errors."""

from dropbox.protocol.errors import ProtocolError
from dropbox.server.config import ConfigRefused


def words(error: Exception) -> str | None:
    """One line; None for an error that is no matter of this party."""
    if isinstance(error, ConfigRefused):
        return str(error)
    if isinstance(error, ProtocolError):
        return f"{error.say} ({error})"
    # Named by its package, so that a command which asks nothing of the database need not load its library.
    if type(error).__module__.partition(".")[0] == "sqlalchemy":
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        return f"the database cannot be used: {reason[:200]}"
    return None
