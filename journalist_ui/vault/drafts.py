# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each act on a draft in a transaction of its own."""

from sqlalchemy import select

from journalist_ui.casework import drafts
from journalist_ui.casework.drafts import Draft, Written

from . import tables
from .database import Vault

__all__ = ["Draft", "Written", "cases_of", "drop_draft", "find_draft", "keep_draft"]


def find_draft(vault: Vault, member: str, number: int) -> Draft | None:
    """The member's draft in a case."""
    with vault.reading() as connection:
        return drafts.find_draft(connection, member, number)


def keep_draft(vault: Vault, member: str, written: Written, *, beside: bool) -> tuple[Draft, bool]:
    """As casework.drafts.keep_draft."""
    with vault.writing() as connection:
        return drafts.keep_draft(connection, member, written, vault.random, beside=beside)


def drop_draft(vault: Vault, member: str, number: int, version: str | None = None) -> bool:
    """Whether there was one: of that version, where one is named."""
    with vault.writing() as connection:
        return drafts.delete_draft(connection, member, number, version)


def cases_of(vault: Vault, member: str) -> list[int]:
    """In which a member has a draft."""
    rows = tables.drafts
    with vault.reading() as connection:
        return list(connection.execute(select(rows.c.number).where(rows.c.member == member)).scalars())
