# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages show to each of the five roles."""

import re

from tests.desk.room import READER
from tests.desk_web.house import ORIGIN, House


async def test_a_reader_reads_and_has_no_box(house: House) -> None:
    """rita sees a case's words and no form but the lock; what she posts is refused, also from a page of a session that
    is over."""
    house.room.add("rita", READER)
    await house.report(1, "It was on Tuesday.")
    rita = await house.officer("rita")
    page = await rita.get("/cases/1")
    assert "It was on Tuesday." in page.words
    assert "You read this case." in page.words
    assert re.findall(r'<form[^>]*action="([^"]*)"', page.body) == ["/lock", "/cases/1/urgent", "/cases/1/declare"]
    assert "Share" not in (await rita.get("/members")).words
    for path, fields in (
        ("/cases/1/reply", {"text": "x", "act": "draft"}),
        ("/cases/1/reply", {"text": "x", "act": "send", "once": "1" * 32}),
        ("/cases/1/note", {"note": "x"}),
        ("/cases/1/tag", {"add": "x"}),
        ("/cases/1/assign", {"to": "rita"}),
        ("/cases/1/exclude", {"member": "ada", "sure": "yes", "reason": "x"}),
        ("/shelve", {"case": "1", "to": "junk"}),
        ("/cases/1/state", {"state": "assessing"}),
        ("/members/share", {"name": "bob", "sure": "yes"}),
    ):
        answer = await rita.post(path, fields)
        assert answer.status == 403, path
        assert "Only a member with the role investigator or supervisor may do this." in answer.words
    form = page.field("csrf")
    await rita.post("/lock")
    late = {"csrf": form, "text": "x", "act": "draft", "writer": "rita"}
    await rita.send("POST", "/cases/1/reply", data=late, headers=ORIGIN)
    assert house.draft("rita") is None
