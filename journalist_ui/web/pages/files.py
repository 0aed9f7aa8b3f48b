# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of a case: what is known of it, its pages as a sandbox saw them, blurred first where the member wants it."""

import base64

from journalist_ui.refusals import BadInput, DeskRefused, HeldBack, NotWhole
from journalist_ui.shapes.files import GetPiece, TakeFile
from journalist_ui.shapes.previews import GetPreview, Preview, PreviewFile, PreviewPage
from journalist_ui.web.answers import Answer, policy_with, to
from journalist_ui.web.site import Visit

_TYPES = {"picture": "image/png", "veil": "image/png", "sound": "audio/wav"}


async def file(visit: Visit) -> Answer:
    """Looks at nothing: shows what the session holds."""
    return await _page(visit)


async def _page(visit: Visit, error: str = "", reason: str = "") -> Answer:
    found = await visit.ask(PreviewFile(visit.at.case, visit.at.file, 0))
    wanted = visit.asked_page()
    return visit.page(
        "file.html",
        422 if error else 200,
        (),
        policy_with(f"{visit.origin}/cases/{found.case}/files/{found.file}/pages/"),
        file=found,
        page=_held(found, wanted),
        number=min(wanted, max(1, found.pages)),
        clear=not found.blurred or visit.query.get("clear") == "yes",
        error=error,
        reason=reason,
    )


def _held(found: Preview, number: int) -> PreviewPage | None:
    return next((one for one in found.shown if one.page == number), None)


async def look(visit: Visit) -> Answer:
    """Has a page looked at, where the session does not hold it, and goes on to it."""
    page = max(1, visit.number("page", 1))
    try:
        await visit.ask(PreviewFile(visit.at.case, visit.at.file, page))
    except (NotWhole, HeldBack) as error:
        return await _page(visit, error.say)
    return to(f"/cases/{visit.at.case}/files/{visit.at.file}?page={page}#page")


async def copy(visit: Visit) -> Answer:
    """Answers with a clean copy, once its reason stands in the record."""
    asked, reason = visit.at, visit.field("reason")
    try:
        taken = await visit.ask(TakeFile(asked.case, asked.file, reason, clean=True))
        pieces = [await visit.ask(GetPiece(taken.handle, piece)) for piece in range(taken.pieces)]
    except (BadInput, NotWhole, HeldBack) as error:
        return await _page(visit, error.say, reason)
    data = b"".join(base64.b64decode(one.data) for one in pieces)
    named = ("content-disposition", f'attachment; filename="{taken.name}"')
    return Answer(data, "application/octet-stream", more=(named,))


async def part(visit: Visit) -> Answer:
    """A picture, its veil or its sound, of a page that the session holds."""
    asked = visit.at
    data, piece, pieces = b"", 0, 1
    try:
        while piece < pieces:
            got = await visit.ask(GetPreview(asked.case, asked.file, asked.page, asked.part, piece))
            data, pieces, piece = data + base64.b64decode(got.data), got.pieces, piece + 1
    except DeskRefused as error:
        return Answer(error.say.encode(), "text/plain; charset=utf-8", error.status)
    return Answer(data, _TYPES[asked.part])
