# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the operator's commands say of their own errors."""

from sqlalchemy.exc import SQLAlchemyError

from dropbox.protocol.errors import ProtocolError
from dropbox.server.config import ConfigRefused


def words(error: Exception) -> str | None:
    """One line; None for an error that is no matter of this party."""
    if isinstance(error, ConfigRefused):
        return str(error)
    if isinstance(error, ProtocolError):
        return f"{error.say} ({error})"
    if isinstance(error, SQLAlchemyError):
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        return f"the database cannot be used: {reason[:200]}"
    return None
