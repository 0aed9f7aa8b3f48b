# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the desk is, collecting now, how to use the pages, and the files that the pages load."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from journalist_ui.shapes.upkeep import Epochs, Status, Sync
from journalist_ui.web.answers import Answer
from journalist_ui.web.notices import sorted_notices
from journalist_ui.web.render import static_files
from journalist_ui.web.site import KEYS, YEAR, Visit
from journalist_ui.web.words.done import Done
from journalist_ui.words.counts import rounded

FILES = static_files()


async def status(visit: Visit) -> Answer:
    found = await visit.ask(Status())
    if not visit.me.opens:
        # Who opens no case is told no count that one case moves.
        texts = {state: rounded(count) for state, count in found.texts.items()}
        found = replace(found, texts=texts, unfinished=rounded(found.unfinished))
    epochs = (await visit.ask(Epochs())).epochs
    return visit.page("status.html", status=found, epochs=epochs, **sorted_notices(found.notices))


async def collect(visit: Visit) -> Answer:
    done = await visit.ask(Sync())
    if not visit.me.opens:
        return visit.done("/", Done.RAN)
    return visit.done("/", Done.NEW if done.new else Done.COLLECTED)


async def how_to(visit: Visit) -> Answer:
    return visit.page("help.html", done=visit.told())


async def keys(visit: Visit) -> Answer:
    """Shortcuts of one key can be turned off: some people's tools type letters by themselves."""
    wanted = "off" if visit.field("keys") == "off" else "on"
    secure = "; Secure" if visit.site.address.secure else ""
    cookie = f"{KEYS}={wanted}; Path=/; HttpOnly; SameSite=Strict; Max-Age={YEAR}{secure}"
    return visit.done("/help", Done.KEYS_OFF if wanted == "off" else Done.KEYS_ON, ("set-cookie", cookie))


def static(name: str) -> Callable[[Visit], Awaitable[Answer]]:
    """A page function that answers one file."""
    kind, content = FILES[name]

    async def answer(visit: Visit) -> Answer:
        return Answer(content, kind)

    return answer
