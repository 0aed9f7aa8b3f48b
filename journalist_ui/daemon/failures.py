# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a run that failed is called in a notice."""

from sqlalchemy.exc import SQLAlchemyError

from dropbox.flows.desk.notice import Notice
from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed
from journalist_ui.refusals import BackupFailed, OpeningFailed


def failure_of(error: Exception) -> Notice:
    """By its class alone."""
    match error:
        case TransportFailed():
            return Notice("unreachable", {"error": error.code})
        case BackupFailed() | OpeningFailed():
            return Notice(error.code)
        case ProtocolError():
            return Notice("unreachable", {"error": error.code})
        case OSError() | SQLAlchemyError():
            return Notice("storage-failed", {"error": type(error).__name__})
    return Notice("failed", {"error": type(error).__name__})
