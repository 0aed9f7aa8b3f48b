# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is posted from a page of a session that is over: nothing is opened or sent, and the words are kept for who wrote
them. A desk that was started again does not know whose page it was; then they wait for the sign-in that proves it."""

from journalist_ui.shapes.drafts import KeepLateDraft
from journalist_ui.verbs.faults import log_fault
from journalist_ui.web.answers import Answer, to
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.signing_in import Why

from .posted import at_case, carry, keep_and_lock, keep_draft, kept_page, late_draft, unkept_page


async def late(visit: Visit) -> Answer:
    """The page is known by its form."""
    if visit.field("act") == "lock":
        return await keep_and_lock(visit, _keep, KeepLateDraft.verb)
    try:
        writer = await _keep(visit)
    except Exception as error:
        log_fault(error, KeepLateDraft.verb)
        return await _unknown(visit)
    # Their next sign-in leads there.
    visit.site.landing[writer] = visit.at.case
    if visit.who is None:
        return visit.to_sign_in(Why.LATE)
    if writer == visit.who.name:
        return at_case(visit, Done.DRAFT) if visit.field("act") == "draft" else to(f"/cases/{visit.at.case}/preview")
    return _not_yours(visit, f" Its text is kept as a draft of {writer}.")


async def _keep(visit: Visit) -> str:
    return (await visit.ask(late_draft(visit))).member


async def _unknown(visit: Visit) -> Answer:
    """The page says whose it was, and the sign-in proves it."""
    writer = visit.field("writer")
    if visit.who and visit.who.name == writer and not visit.who.provisional and visit.text():
        try:
            return kept_page(visit, await visit.ask(keep_draft(visit, unsaid="")))
        except Exception as error:
            return unkept_page(visit, error)
    ticket = await carry(visit)
    if visit.who is None:
        why = Why.CARRIED if ticket else Why.LOST if visit.text() else Why.OVER
        return visit.to_sign_in(why, *ticket)
    return _not_yours(visit, f" Its text waits for {writer} to sign in in this browser." if ticket else "", *ticket)


def _not_yours(visit: Visit, kept: str, *more: tuple[str, str]) -> Answer:
    told = f"This form is not of your present session.{kept} Load its page again."
    return visit.page("fault.html", 403, more, title="Not sent", say=told)
