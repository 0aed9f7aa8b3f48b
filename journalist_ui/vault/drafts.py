# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing what a member has begun to write. It takes no key but the case's public one, so that words which are posted
after the session's end can be kept; opening takes a session."""

from sqlalchemy import select

from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import NoSuchCase

from . import tables
from .cases import draft_info
from .database import Vault
from .session import NO_CASE


def seal_draft(vault: Vault, member: str, number: int, text: str) -> bytes:
    """Sealed to the case, for a member whom it is open to. Raises NoSuchCase."""
    cases, keys = tables.cases, tables.case_keys
    found = select(cases.c.public).join(keys, keys.c.number == cases.c.number)
    with vault.transaction() as connection:
        public = connection.execute(found.where(cases.c.number == number, keys.c.member == member)).scalar()
    if public is None:
        raise NoSuchCase(NO_CASE)
    return hpke_seal(public, text.encode("utf-8", "surrogatepass"), draft_info(number, member))
