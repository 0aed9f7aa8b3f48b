# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready: the list, one with its versions, and putting one in a reply box."""

from collections.abc import Collection

from journalist_ui.refusals import BadInput, NoSuchCanned
from journalist_ui.shapes.canned import CannedText, CannedTexts, KeepCanned, RemoveCanned, ShowCanned
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done


async def list_page(visit: Visit) -> Answer:
    return await _list(visit, done=visit.told())


async def _list(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    found = (await visit.ask(CannedTexts())).texts
    return visit.page(
        "canned.html",
        422 if error else 200,
        texts=found,
        done=done,
        error=error,
        title=visit.field("title"),
        text=visit.text(),
        category=visit.field("category"),
    )


async def one_page(visit: Visit) -> Answer:
    return await _one(visit, visit.at.canned, done=visit.told())


async def _one(visit: Visit, number: int, *, done: str = "", error: str = "") -> Answer:
    """With what was typed, where it was refused."""
    newest, *older = (await visit.ask(ShowCanned(number))).versions
    return visit.page(
        "canned_one.html",
        422 if error else 200,
        one=newest,
        older=older,
        done=done,
        error=error,
        title=visit.field("title") if error else newest.title,
        text=visit.text() if error else newest.text,
        category=visit.field("category") if error else newest.category,
    )


async def keep(visit: Visit) -> Answer:
    """A new version, or a new text."""
    number = visit.number("number")
    words = (visit.field("title"), visit.text(), visit.field("category"))
    try:
        kept = await visit.ask(KeepCanned(*words, number=number or None, base=visit.number("base")))
    except BadInput as error:
        return await (_one(visit, number, error=error.say) if number else _list(visit, error=error.say))
    return visit.done(f"/canned/{kept.number}", Done.CANNED_KEPT)


async def remove(visit: Visit) -> Answer:
    """Asks first; acts when the answer comes back."""
    number = visit.number("number")
    if visit.field("sure") != "yes":
        newest, *_ = (await visit.ask(ShowCanned(number))).versions
        return visit.page("canned_remove.html", one=newest)
    await visit.ask(RemoveCanned(number))
    return visit.done("/canned", Done.CANNED_REMOVED)


async def offered(visit: Visit, categories: Collection[str]) -> list[CannedText]:
    """Those for one of these categories first, then those for all."""
    found = (await visit.ask(CannedTexts())).texts
    return sorted((one for one in found if not one.category or one.category in categories), key=_first)


def _first(one: CannedText) -> tuple[bool, int]:
    return (not one.category, one.number)


async def with_canned(visit: Visit) -> str:
    """What stands in the box and, below it, the text that was chosen. Raises NoSuchCanned."""
    number = visit.number("canned")
    chosen = next((one for one in (await visit.ask(CannedTexts())).texts if one.number == number), None)
    if chosen is None:
        raise NoSuchCanned("There is no canned text of that number any more. Choose another.")
    return "\n\n".join(one for one in (visit.text().rstrip(), chosen.text) if one)
