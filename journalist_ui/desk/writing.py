# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs by which a text goes to a source: its draft, its preview, its sending."""

import asyncio

from dropbox.protocol.board import split_text
from dropbox.protocol.errors import BadText, TooLong
from journalist_ui.refusals import BadInput
from journalist_ui.vault.drafts import Draft, Written
from journalist_ui.vault.members import Role
from journalist_ui.vault.replies import before_reply, check_known, open_draft, was_sent
from journalist_ui.vault.session import NOT_THAT, MemberSession

from . import forms
from .running import Body, Desk, case_of, text_of

LONGEST_DRAFT = 28_000
"""Characters: far more than can be sent, so that nothing is lost before it is shortened, and not more than a form takes
whatever the letters are."""
_LAST_PLACE = 1 << 31


def _parts(desk: Desk, text: str) -> tuple[bytes, ...]:
    """The text as it will be posted. Raises BadInput, NotYet."""
    if not text.strip():
        raise BadInput("The text is empty. Nothing was sent.")
    try:
        parts = split_text(text)
    except TooLong as error:
        raise BadInput(
            f"The text needs {error.parts} parts, at most {error.allowed} can be sent. Shorten it."
        ) from None
    except BadText as error:
        raise BadInput(error.say) from None
    desk.engine.check_room(len(parts))
    return parts


def _opened(desk: Desk, session: MemberSession, case: int) -> tuple[Draft | None, list[str]]:
    """The member's draft and its texts. Raises NoSuchCase."""
    kept = desk.drafts.find(session.member.name, case)
    return kept, open_draft(session, case, kept)


async def preview(desk: Desk, session: MemberSession, body: Body) -> Body:
    """How the member's draft would leave; nothing is stored. ``once`` is for the reply: this text, in the case as it
    is now. ``added`` is what its writer had not seen; ``newer``: the source wrote some of it. ``repeated``: the unit
    wrote exactly this before. ``writing`` are others who have begun to."""
    case = case_of(body)
    kept, texts = _opened(desk, session, case)
    if kept is None or not texts:
        raise BadInput("There is no text to preview. Write one first.")
    if len(texts) > 1:
        raise BadInput("There is more than one draft of yours in this case. Choose one first.")
    (text,) = texts
    parts = _parts(desk, text)
    before = await asyncio.to_thread(before_reply, session, case, text, kept.seen, desk.engine.day)
    seconds = desk.engine.period_seconds()
    added = [forms.message(one, seconds) for one in before.added]
    return {
        "case": case,
        "text": text,
        "once": f"{kept.version}-{before.mark}",
        "newer": any(one["from"] != "unit" for one in added),
        "added": added,
        "repeated": before.repeated,
        "writing": desk.drafts.writing(case, session.member.name),
        "parts": len(parts),
        "bytes": sum(map(len, parts)),
        "next_batch": forms.minute(desk.engine.next_batch()),
    }


async def reply(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Send the draft that a preview named ``once``: exactly that, while the case is as it was then, and once however
    often it is asked. Or send ``text``: when its sender knows all that stands in the case and the unit has not written
    the same before, or ``again`` is true. ``parts`` is how many board entries the text takes."""
    if "once" not in body:
        return await _reply_text(desk, session, body)
    case, name = case_of(body), session.member.name
    version, _, mark = text_of(body, "once").partition("-")
    kept = desk.drafts.find(name, case)
    if kept is None or kept.version != version or not (mark.isascii() and mark.isdigit() and len(mark) < 10):
        if version and was_sent(session, case, version):
            return {"case": case, "parts": 0, "state": "again"}
        raise BadInput(NOT_THAT)
    texts = open_draft(session, case, kept)
    if len(texts) != 1:
        raise BadInput(NOT_THAT)
    parts = _parts(desk, texts[0])
    engine = desk.engine
    engine.add_reply(session.reply(case, parts, engine.now_period(), engine.day, version=version, mark=int(mark)))
    desk.drafts.gone(name, case)
    return {"case": case, "parts": len(parts), "state": "waiting"}


async def _reply_text(desk: Desk, session: MemberSession, body: Body) -> Body:
    engine, case, text = desk.engine, case_of(body), text_of(body, "text")
    session.require(Role.INVESTIGATOR)
    parts = _parts(desk, text)
    again = body.get("again") is True
    mark: int | None = None
    if not again:
        mark = await asyncio.to_thread(check_known, session, case, text)
    engine.add_reply(session.reply(case, parts, engine.now_period(), engine.day, mark=mark))
    return {"case": case, "parts": len(parts), "state": "waiting"}


async def draft(desk: Desk, session: MemberSession, body: Body) -> Body:
    """What the member has begun to write in this case: ``text``, empty if nothing or if there is more than one of the
    ``texts``, and the ``version`` that a page which shows it hands back. ``writing`` are others who have begun to."""
    case = case_of(body)
    kept, texts = _opened(desk, session, case)
    return {
        "case": case,
        "text": texts[0] if len(texts) == 1 else "",
        "texts": texts,
        "version": kept.version if kept else "",
        "writing": desk.drafts.writing(case, session.member.name),
    }


async def draft_keep(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Keep what was begun until it is sent; an empty text drops it. ``seen`` is the place up to which its writer had
    read, ``base`` the version that the page was drawn with. ``other``: there is a draft that the page did not know of;
    the text is kept beside it, or, with ``alone``, not kept."""
    session.require(Role.INVESTIGATOR)
    written, name = _written(body), session.member.name
    kept, texts = _opened(desk, session, written.case)
    if kept and written.base not in (None, kept.version) and written.text in texts:
        # Another page kept the very same.
        return {"case": written.case, "version": kept.version, "other": len(texts) > 1}
    if not written.text and (kept is None or written.base in (None, kept.version)):
        desk.drafts.drop(name, written.case)
        return {"case": written.case, "version": "", "other": False}
    draft, other = desk.drafts.keep(name, written, beside=body.get("alone") is not True)
    return {"case": written.case, "version": draft.version, "other": other}


async def draft_late(desk: Desk, body: Body) -> Body:
    """The same from a page of a session that is over, known by its ``form``. It opens nothing and drops nothing."""
    writer = desk.sessions.writer(text_of(body, "form"))
    if not text_of(body, "text"):
        raise BadInput("There is no text to keep.")
    written = _written(body)
    _, other = desk.drafts.keep(writer, written)
    return {"case": written.case, "member": writer, "other": other}


async def draft_choose(desk: Desk, session: MemberSession, body: Body) -> Body:
    """Of several texts of one draft keep ``text`` and let the others go, as a page of ``version`` showed them."""
    session.require(Role.INVESTIGATOR)
    case, name, version = case_of(body), session.member.name, text_of(body, "version")
    kept, texts = _opened(desk, session, case)
    chosen = body.get("choice")
    if kept is None or kept.version != version or type(chosen) is not int or not 0 <= chosen <= len(texts):
        raise BadInput("Your drafts in this case have changed meanwhile. Look at them again.")
    text = "\n\n".join(texts) if chosen == len(texts) else texts[chosen]
    desk.drafts.keep(name, _checked(Written(case, text, kept.seen, version)))
    return {"case": case}


def _written(body: Body) -> Written:
    seen, base = body.get("seen", 0), body.get("base")
    if type(seen) is not int or not 0 <= seen < _LAST_PLACE:
        raise BadInput("A place is a whole number.")
    if base is not None and not isinstance(base, str):
        raise BadInput("A version is a word.")
    return _checked(Written(case_of(body), text_of(body, "text"), seen, base))


def _checked(written: Written) -> Written:
    """Raises BadInput."""
    if len(written.text) > LONGEST_DRAFT:
        raise BadInput("That is too long to keep as a draft. Shorten it.")
    return written
