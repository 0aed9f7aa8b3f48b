# SPDX-License-Identifier: AGPL-3.0-or-later
"""Somebody opens no case any more: removed, without a role for it, or with a key that may be in other hands."""

from collections.abc import Mapping

from sqlalchemy import Connection

from .arriving import new_case_takers
from .audit import pen_of
from .case_keys import Staying, Turn, delete_case_keys, plan_turns, store_turns


def plan_leaving(connection: Connection, member: str) -> list[Staying]:
    """The generations that begin when a member goes; they may be made before the transaction (make_turn)."""
    return plan_turns(connection, member, otherwise=new_case_takers(connection))


def take_all_keys(connection: Connection, member: str, made: Mapping[int, Turn] | None = None) -> None:
    """What comes to any of their cases from now on opens with nothing that the member had."""
    store_turns(connection, plan_leaving(connection, member), made or {}, pen_of(connection).random)
    delete_case_keys(connection, member)
