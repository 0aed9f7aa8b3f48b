# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked about sharing before a member is removed."""

from sqlalchemy import Connection

from journalist_ui.casework import sharing
from journalist_ui.casework.sharing import missing_cases

from .members import find_member

__all__ = ["held_cases", "missing_cases"]


def held_cases(connection: Connection, name: str) -> tuple[int, int]:
    """How many cases a member can open, and how many nobody else can. Raises NoSuchMember."""
    find_member(connection, name)
    return sharing.held_cases(connection, name)
