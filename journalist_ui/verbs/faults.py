# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an officer is told when a verb fails, on the socket and on the web pages alike; and what the log is told."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from dropbox.protocol.errors import ProtocolError
from dropbox.transport.errors import TransportFailed
from journalist_ui.log import log
from journalist_ui.refusals import DeskRefused


@dataclass(frozen=True)
class Fault:
    """A code for programs, a sentence for people, and an HTTP status."""

    code: str
    say: str
    status: int


def fault_of(error: Exception) -> Fault:
    """What whoever asked is told. It holds nothing of the error's own message but what is written for people."""
    match error:
        case DeskRefused():
            return Fault(error.code, error.say, error.status)
        case TransportFailed():
            return Fault(error.code or "unreachable", error.say, 502)
        case ProtocolError():
            say = error.say or "The service's answer was not believed. Try again later."
            return Fault(error.code, say, 502)
        case OSError() | SQLAlchemyError():
            say = "The desk could not use its own disk. Check its room and permissions."
            return Fault("storage-failed", say, 500)
    return Fault("internal", "The desk failed at this. Its log says where; tell whoever looks after it.", 500)


def log_fault(error: Exception, verb: str) -> None:
    """What is the desk's own failing: the kind of error and where it was, never its message, which may hold content.
    What was refused is no failing."""
    match error:
        case DeskRefused() | TransportFailed() | ProtocolError():
            return
        case OSError() | SQLAlchemyError():
            log("error", verb, type(error).__name__)
        case _:
            log("error", verb, type(error).__name__, _where(error))


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"
