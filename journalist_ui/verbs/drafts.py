# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a member has begun to write to a source: kept, shown, chosen from."""

import asyncio

from journalist_ui.casework import drafts
from journalist_ui.casework.cases import open_case, public_key
from journalist_ui.casework.drafts import Written
from journalist_ui.people.members import require_role
from journalist_ui.people.session import Session
from journalist_ui.refusals import BadInput
from journalist_ui.shapes.drafts import (
    LONGEST_DRAFT,
    ChooseDraft,
    Draft,
    DraftChosen,
    DraftKept,
    DraftShown,
    KeepDraft,
    KeepLateDraft,
    LateDraftKept,
)
from journalist_ui.vault.roles import WRITERS

from .desk import Desk

TOGETHER_TOO_LONG = (
    "Together your drafts are longer than the box takes. Nothing was changed: copy what you need of the others, then "
    "choose one."
)


def opened_draft(desk: Desk, session: Session, case: int) -> tuple[drafts.Draft | None, list[str]]:
    """The member's draft and its texts. Raises NoSuchCase."""
    with desk.engine.vault.reading() as connection:
        kept = drafts.find_draft(connection, session.member.name, case)
        if kept is None:
            public_key(connection, session.member.name, case)
            return None, []
        opened = open_case(connection, session.holder, case)
    return kept, drafts.open_draft(opened, kept)


def draft(desk: Desk, session: Session, asked: Draft) -> DraftShown:
    """Raises NoSuchCase."""
    kept, texts = opened_draft(desk, session, asked.case)
    return DraftShown(
        case=asked.case,
        text=texts[0] if len(texts) == 1 else "",
        texts=tuple(texts),
        version=kept.version if kept else "",
        writing=tuple(desk.drafts.writing(asked.case, session.member.name)),
    )


def keep(desk: Desk, session: Session, asked: KeepDraft) -> DraftKept:
    """Raises NoSuchCase, BadInput."""
    written, name = _checked(Written(asked.case, asked.text, asked.seen, asked.base)), session.member.name
    kept, texts = opened_draft(desk, session, written.case)
    if kept and written.base not in (None, kept.version) and written.text in texts:
        # Another page kept the very same.
        return DraftKept(written.case, kept.version, len(texts) > 1)
    if not written.text and (kept is None or written.base in (None, kept.version)):
        # That version alone: another page may be keeping words this moment.
        if kept:
            desk.drafts.drop(name, written.case, kept.version)
        return DraftKept(written.case, "", other=False)
    now, other = desk.drafts.keep(name, written, beside=not asked.alone)
    return DraftKept(written.case, now.version, other)


async def keep_late(desk: Desk, asked: KeepLateDraft) -> LateDraftKept:
    """Raises NotSignedIn where the desk does not know the page, NotAllowed, NoSuchCase, BadInput."""
    writer = desk.sessions.writer(asked.form)
    if not asked.text:
        raise BadInput("There is no text to keep.")
    written = _checked(Written(asked.case, asked.text, asked.seen, asked.base))
    return await asyncio.to_thread(_keep_late, desk, writer, written)


def _keep_late(desk: Desk, writer: str, written: Written) -> LateDraftKept:
    with desk.engine.vault.reading() as connection:
        require_role(connection, writer, *WRITERS)
    _, other = desk.drafts.keep(writer, written)
    return LateDraftKept(written.case, writer, other)


def choose(desk: Desk, session: Session, asked: ChooseDraft) -> DraftChosen:
    """Raises NoSuchCase, BadInput."""
    kept, texts = opened_draft(desk, session, asked.case)
    if kept is None or kept.version != asked.version or not 0 <= asked.choice <= len(texts):
        raise BadInput("Your drafts in this case have changed meanwhile. Look at them again.")
    together = "\n\n".join(texts)
    if asked.choice == len(texts) and len(together) > LONGEST_DRAFT:
        raise BadInput(TOGETHER_TOO_LONG)
    text = together if asked.choice == len(texts) else texts[asked.choice]
    desk.drafts.keep(session.member.name, Written(asked.case, text, kept.seen, asked.version))
    return DraftChosen(asked.case)


def _checked(written: Written) -> Written:
    """Raises BadInput."""
    if len(written.text) > LONGEST_DRAFT:
        raise BadInput("That is too long to keep as a draft. Shorten it.")
    return written
