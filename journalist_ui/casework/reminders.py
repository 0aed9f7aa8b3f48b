# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a member's cases hold something of an earlier day that they were not shown."""

from sqlalchemy import Connection, select

from journalist_ui.vault import tables


def has_unread(connection: Connection, member: str, before: int) -> bool:
    """Whether a message that came before that period stands unread in a case that is open to the member, in the inbox
    and not muted. What came later changes nothing, nor does a case that is not theirs."""
    cases, keys, messages, shown = tables.cases.c, tables.case_keys.c, tables.messages.c, tables.shown.c
    progress = tables.progress.c
    mine = select(keys.number).where(keys.number == cases.number, keys.member == member).exists()
    read = select(progress.shown).where(progress.number == cases.number, progress.member == member).scalar_subquery()
    # Cases that were read to their end are left out by their counters, before a message is looked at.
    behind = select(cases.number).where(cases.shelf == "", ~cases.muted, mine, cases.whole > read)
    never = select(cases.number).where(cases.shelf == "", ~cases.muted, mine, cases.whole > 0, read.is_(None))
    seen = select(shown.number).where(
        shown.number == messages.number, shown.member == member, shown.message_id == messages.message_id
    )
    old = (tables.IS_WHOLE, messages.period < before, ~seen.exists())
    found = select(messages.number).where(messages.number.in_(behind.union_all(never)), *old).limit(1)
    return connection.execute(found).first() is not None
