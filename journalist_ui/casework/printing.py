# SPDX-License-Identifier: AGPL-3.0-or-later
"""That a case was put on paper."""

from sqlalchemy import Connection

from journalist_ui.vault import audit

from .cases import OpenedCase

PRINT = "print"


def record_print(connection: Connection, case: OpenedCase, reason: str, day: int) -> None:
    """By its reader, on a ``day`` of unix time, before anybody gets it; the reason is sealed to the case."""
    audit.record(connection, day, case.reader, PRINT, reason, case=case.number)
