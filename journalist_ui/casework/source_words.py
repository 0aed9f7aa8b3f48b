# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source wrote in a case, as words alone: for the checker of replies, which shows none of it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from journalist_ui.vault.evidence import Proof
from journalist_ui.vault.first_look import own_words

from .cases import OpenedCase
from .conversation import Sealed, SourceMessage, read_page

MOST_PAGES = 4
"""Pages of a conversation, the newest, beside the report: opening a message takes milliseconds."""


def read_lately(connection: Connection, case: OpenedCase) -> list[Sealed]:
    """The report and what was written since, at most so many pages of it; still sealed."""
    newest = read_page(connection, case, 1)
    older = range(2, min(newest.pages, MOST_PAGES) + 1)
    return [newest, *(read_page(connection, case, page) for page in older)]


def source_words(pages: Sequence[Sealed]) -> Iterator[str]:
    """Each text of the source, the newest page first, and each answer in its own words. Nobody is shown them, so that
    they do not count as read."""
    done: set[bytes] = set()
    for page in pages:
        for one in page.open().messages:
            if not isinstance(one, SourceMessage) or one.message_id in done or one.proof is Proof.UNPROVED:
                continue
            done.add(one.message_id)
            yield from [one.raw] if one.report is None else own_words(one.report)
