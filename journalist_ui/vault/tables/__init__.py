# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's tables. Everything is under the desk key; columns called ``sealed`` or ``wrapped`` are under more.

Days are period numbers. Nothing here is finer than a period but, of members, the half minutes of the last codes used.
Every change of a table is a step in migrations/.
A new noun has its tables in a file of its own.
"""

from .canned import canned
from .content import IS_WHOLE, LISTED, answers, case_keys, cases, messages, parts
from .ledger import alembic_version, conversations, incoming, meta, roots, texts
from .metadata import METADATA
from .people import audit, known_browsers, members, wrong_tries
from .work import drafts, progress, shown

__all__ = [
    "IS_WHOLE",
    "LISTED",
    "METADATA",
    "SCHEMA_VERSION",
    "alembic_version",
    "answers",
    "audit",
    "canned",
    "case_keys",
    "cases",
    "conversations",
    "drafts",
    "incoming",
    "known_browsers",
    "members",
    "messages",
    "meta",
    "parts",
    "progress",
    "roots",
    "shown",
    "texts",
    "wrong_tries",
]

SCHEMA_VERSION = 3
"""What the first releases look at, so that they refuse a vault that is newer than they are."""
