# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was posted from a reply box, as what can be asked of the desk, and where the browser goes once it is kept."""

from collections.abc import Awaitable, Callable

from journalist_ui.shapes.drafts import DraftKept, KeepDraft, KeepLateDraft
from journalist_ui.shapes.replies import Reply
from journalist_ui.verbs.faults import fault_of, log_fault
from journalist_ui.web.answers import Answer, to
from journalist_ui.web.carried import Bringer, CarriedText
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say
from journalist_ui.web.words.signing_in import Why

from .sessions import lock_now

_BY_ITSELF = ("keep", "send", "choose")
"""Acts after which the page still holds the text, or none was posted."""


def _base(visit: Visit) -> str | None:
    """The version that the page was drawn with; None where it does not say."""
    return visit.field("base") if "base" in visit.form else None


def keep_draft(visit: Visit, *, alone: bool = False, unsaid: str | None = None) -> KeepDraft:
    """Keep it as the member's draft. ``unsaid`` stands for a version that the page does not say."""
    base = unsaid if _base(visit) is None else _base(visit)
    return KeepDraft(visit.at.case, visit.text(), visit.number("seen"), base, alone)


def late_draft(visit: Visit) -> KeepLateDraft:
    """Keep it as the draft of whose page this was."""
    return KeepLateDraft(visit.field("csrf"), visit.at.case, visit.text(), visit.number("seen"), _base(visit))


async def carry(visit: Visit) -> tuple[tuple[str, str], ...]:
    """The cookie by which the browser takes the posted text through the sign-in; nothing where nobody could get it, or
    where the page asks again by itself."""
    writer = visit.field("writer")
    if not writer or not visit.text() or visit.field("act") in _BY_ITSELF:
        return ()
    text = CarriedText(writer, visit.at.case, visit.text(), visit.number("seen"), _base(visit) or "")
    known = await visit.site.desk.known_browser(writer, visit.browsers)
    ticket = visit.site.carried.take_in(text, Bringer(bool(known), known or visit.peer))
    return (visit.site.set_ticket(ticket),) if ticket else ()


def at_case(visit: Visit, what: Done) -> Answer:
    """To the case's reply box, which says once what was done."""
    return visit.done(f"/cases/{visit.at.case}#text", what)


def kept_page(visit: Visit, found: DraftKept) -> Answer:
    """Where the browser goes once a draft was kept: to its preview, or back to the case."""
    if found.other:
        return at_case(visit, Done.TWO if visit.text() else Done.NEWER)
    if visit.field("act") == "draft":
        return at_case(visit, Done.DRAFT if visit.text() else Done.EMPTIED)
    return to(f"/cases/{visit.at.case}/preview")


async def keep_and_lock(visit: Visit, keep: Callable[[Visit], Awaitable[str]], verb: str) -> Answer:
    """It locks, whether or not the text could be kept. ``keep`` does so and says whose draft it is."""
    ticket: tuple[tuple[str, str], ...] = ()
    try:
        visit.site.landing[await keep(visit)] = visit.at.case
        why = Why.KEPT
    except Exception as error:
        log_fault(error, verb)
        ticket = await carry(visit)
        why = Why.CARRIED if ticket else Why.UNKEPT
    return await lock_now(visit, why if visit.text() else Why.LOCKED, *ticket)


def unkept_page(visit: Visit, error: Exception) -> Answer:
    """A page for which nothing is asked of the desk, and which alone holds the text now."""
    log_fault(error, Reply.verb)
    fault = fault_of(error)
    return visit.page(
        "unkept.html",
        fault.status,
        error=say(fault),
        number=visit.at.case,
        text=visit.text(),
        seen=visit.number("seen"),
        base=_base(visit) or "",
    )
