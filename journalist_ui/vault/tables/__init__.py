# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's tables. Everything is under the desk key; columns called ``sealed`` or ``wrapped`` are under more.

Days are period numbers. Nothing here is finer than a period but, of members, the half minutes of the last codes used.
Every change of a table is a step in migrations/.
A new noun has its tables in a file of its own.
"""

from .audit import audit, audit_generations, audit_heads, audit_keys, audit_readers, own_manifests
from .canned import canned
from .contact import contact_asks, contact_halves, contact_keys, contact_reasons, contact_releases, contacts
from .content import IS_WHOLE, LISTED, answers, case_keys, cases, messages, parts
from .decisions import decisions
from .files import file_blobs, files
from .flood import boxes
from .ledger import alembic_version, conversations, incoming, meta, roots, texts
from .links import links
from .metadata import METADATA
from .outcomes import outcomes, releases
from .people import known_browsers, member_roles, members, recovery_codes, security_keys, wrong_tries
from .proposals import proposals
from .questions import question_sets
from .referrals import referral_answers, referral_names, referrals
from .work import declarations, drafts, junked, notes, owners, progress, shown, tags, withheld

__all__ = [
    "IS_WHOLE",
    "LISTED",
    "METADATA",
    "SCHEMA_VERSION",
    "alembic_version",
    "answers",
    "audit",
    "audit_generations",
    "audit_heads",
    "audit_keys",
    "audit_readers",
    "boxes",
    "canned",
    "case_keys",
    "cases",
    "contact_asks",
    "contact_halves",
    "contact_keys",
    "contact_reasons",
    "contact_releases",
    "contacts",
    "conversations",
    "decisions",
    "declarations",
    "drafts",
    "file_blobs",
    "files",
    "incoming",
    "junked",
    "known_browsers",
    "links",
    "member_roles",
    "members",
    "messages",
    "meta",
    "notes",
    "outcomes",
    "own_manifests",
    "owners",
    "parts",
    "progress",
    "proposals",
    "question_sets",
    "recovery_codes",
    "referral_answers",
    "referral_names",
    "referrals",
    "releases",
    "roots",
    "security_keys",
    "shown",
    "tags",
    "texts",
    "withheld",
    "wrong_tries",
]

SCHEMA_VERSION = 3
"""What the first releases look at, so that they refuse a vault that is newer than they are."""
