# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source closes its conversation, on the pages."""

import asyncio

from dropbox.protocol.body import Answer, Report, encode_body
from dropbox.protocol.codename import stretch
from tests.desk.room import entropy
from tests.desk.test_release import found
from tests.desk_web.house import House


async def answer(house: House, answers: dict[str, Answer], text: str = "") -> bytes:
    """The source of the first report writes again, and the desk collects; its stretched secret."""
    service = house.room.service
    source = stretch(entropy(1), service.twin.service_id)
    await asyncio.to_thread(service.send, source, "north", encode_body(Report(text, answers=answers)))
    await house.desk.engine.sync()
    return source


async def test_a_closing_is_shown_and_answered(house: House) -> None:
    """The case says what the source wants and when it ends; what was added since the page was drawn stops an answer."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    assert "closes this conversation" not in (await ada.get("/cases/1")).words
    await house.period()
    source = await answer(house, {"close": ("yes",)})
    page = await ada.get("/cases/1")
    assert "The source closes this conversation" in page.words
    assert "unless they write before" in page.words
    assert "delete what it may" not in page.words
    newest = page.field("newest")
    await answer(house, {}, "One more thing.")
    stopped = await ada.post("/cases/1/closing", {"kind": "closing", "newest": newest})
    assert (stopped.status, found(house.room, source)) == (422, ())
    await house.period()
    await answer(house, {"close": ("burn",)})
    page = await ada.get("/cases/1")
    assert "They ask the unit to delete what it may" in page.words
    wrong = await ada.post("/cases/1/closing", {"kind": "closing", "newest": page.field("newest")})
    assert wrong.status == 422
    done = await ada.post("/cases/1/closing", {"kind": "deletes", "newest": page.field("newest")})
    assert "leaves with the next batches" in done.words
    await house.period()
    (read,) = found(house.room, source)
    assert read.kinds == ("deletes",)
    assert "told the source what becomes of it" in (await ada.get("/audit?case=1")).words
