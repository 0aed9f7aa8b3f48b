# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags by which members find cases again: all of a case sealed as one, so that not even their number shows."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert as upsert

from dropbox.protocol.primitives import hpke_seal
from journalist_ui.refusals import BadInput
from journalist_ui.vault import audit, tables
from journalist_ui.vault.sealing import tags_info

from .cases import OpenedCase, open_tags, read_tags

LONGEST, MOST = 40, 20
"""Letters of a tag, and tags of a case."""


def change_tags(
    connection: Connection, case: OpenedCase, add: Sequence[str], remove: Sequence[str], day: int
) -> list[str]:
    """The tags that the case has now, on a ``day`` of unix time. A tag is there once, however its capitals are typed.
    Raises BadInput."""
    held = {one.casefold(): one for one in open_tags(case, read_tags(connection, [case.number]).get(case.number, b""))}
    for one in remove:
        held.pop(_checked(one).casefold(), None)
    for one in add:
        held.setdefault(_checked(one).casefold(), _checked(one))
    if len(held) > MOST:
        raise BadInput(f"A case takes {MOST} tags. Take one away first.")
    now = [held[name] for name in sorted(held)]
    sealed = hpke_seal(case.key.public, json.dumps(now).encode(), tags_info(case.number))
    statement = upsert(tables.tags).values(number=case.number, sealed=sealed)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["number"], set_={"sealed": sealed, "version": tables.tags.c.version + 1}
        )
    )
    audit.record(connection, day, case.reader, "tags", case=case.number)
    return now


def _checked(tag: str) -> str:
    """Raises BadInput."""
    tag = " ".join(tag.split())
    if not 0 < len(tag) <= LONGEST or not tag.isprintable():
        raise BadInput(f"A tag is a line of up to {LONGEST} letters.")
    return tag
