# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a unit asks its sources: the sets, one with its versions, and asking the source of a case."""

from collections.abc import Collection

from journalist_ui.refusals import (
    BadInput,
    CaseMoved,
    DeskRefused,
    MarksUnread,
    NoSuchSet,
    NotYet,
    SetAside,
    TaskingRefused,
)
from journalist_ui.shapes.cases import Categories
from journalist_ui.shapes.questions import (
    AskSource,
    KeepSet,
    PreviewAsk,
    QuestionSet,
    QuestionSets,
    RemoveSet,
    ShowSet,
)
from journalist_ui.verbs.faults import fault_of
from journalist_ui.web.answers import Answer
from journalist_ui.web.site import Visit
from journalist_ui.web.words.done import Done
from journalist_ui.web.words.faults import say
from journalist_ui.words.questions import named, read_typed, typed

from .conversation import case_page
from .replies import is_whole

_NOT_ASKED: dict[type[DeskRefused], Done] = {
    CaseMoved: Done.ADDED_SINCE_ASKING,
    TaskingRefused: Done.TASKING_ASKED,
    MarksUnread: Done.MARKS_UNREAD_ASKED,
}
"""What the preview says, to which questions go back."""


async def list_page(visit: Visit) -> Answer:
    return await _list(visit, done=visit.told())


async def _list(visit: Visit, *, done: str = "", error: str = "") -> Answer:
    return visit.page(
        "questions.html",
        422 if error else 200,
        sets=(await visit.ask(QuestionSets())).sets,
        done=done,
        error=error,
        title=visit.field("title"),
        text=visit.text(),
        category=visit.field("category"),
    )


async def one_page(visit: Visit) -> Answer:
    return await _one(visit, visit.at.asking, done=visit.told())


async def _one(visit: Visit, slug: str, *, done: str = "", error: str = "") -> Answer:
    """With what was typed, where it was refused."""
    newest, *older = (await visit.ask(ShowSet(slug))).versions
    return visit.page(
        "questions_one.html",
        422 if error else 200,
        one=newest,
        older=older,
        done=done,
        error=error,
        title=visit.field("title") if error else newest.title,
        text=visit.text() if error else typed(newest.questions),
        category=visit.field("category") if error else newest.category,
    )


async def keep(visit: Visit) -> Answer:
    """A new version, or a new set, which is called after its title."""
    slug, title = visit.field("slug"), visit.field("title")
    words = (title, read_typed(visit.text()), visit.field("category"))
    base = visit.number("base") if slug else -1
    try:
        kept = await visit.ask(KeepSet(slug or named(title, ()), *words, base=base))
    except BadInput as error:
        return await (_one(visit, slug, error=error.say) if slug else _list(visit, error=error.say))
    return visit.done(f"/questions/{kept.slug}", Done.SET_KEPT)


async def remove(visit: Visit) -> Answer:
    """Asks first; acts when the answer comes back."""
    slug = visit.field("slug")
    if visit.field("sure") != "yes":
        newest, *_ = (await visit.ask(ShowSet(slug))).versions
        return visit.page("questions_remove.html", one=newest)
    await visit.ask(RemoveSet(slug))
    return visit.done("/questions", Done.SET_REMOVED)


def _offered(sets: Collection[QuestionSet], categories: Collection[str]) -> list[QuestionSet]:
    """Those for one of these categories first, then those for all, then the others."""

    def place(one: QuestionSet) -> int:
        return 0 if one.category in categories else 2 if one.category else 1

    return sorted(sets, key=place)


async def ask_page(visit: Visit) -> Answer:
    """The sets to choose from; of the one that was chosen, exactly what the source would be asked."""
    case, slug = visit.at.case, visit.query.get("set", "")
    about = (await visit.ask(Categories(case))).categories
    sets = _offered((await visit.ask(QuestionSets())).sets, about)
    chosen = next((one for one in sets if one.slug == slug), None)
    try:
        found = await visit.ask(PreviewAsk(case, slug)) if chosen else None
    except (BadInput, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.page("ask.html", number=case, sets=sets, chosen=chosen, preview=found, done=visit.told())


async def ask(visit: Visit) -> Answer:
    """The set that its page showed, in the version and the case as they were then."""
    case, slug = visit.at.case, visit.field("set")
    reference, officer = visit.field("authorisation").strip(), visit.field("officer").strip()
    back = f"/cases/{case}/ask"
    if not is_whole(reference, officer):
        return visit.done(back, Done.NOT_AUTHORISED)
    asked = AskSource(
        case,
        slug,
        version=visit.number("version"),
        newest=visit.number("newest"),
        authorisation=reference,
        officer=officer,
        read_marks=visit.field("read") == "yes",
    )
    try:
        await visit.ask(asked)
    except (CaseMoved, TaskingRefused, MarksUnread) as error:
        return visit.done(back, _NOT_ASKED[type(error)])
    except (BadInput, NoSuchSet, NotYet, SetAside) as error:
        return await case_page(visit, error=say(fault_of(error)))
    return visit.done(f"/cases/{case}", Done.ASKED_SOURCE)
