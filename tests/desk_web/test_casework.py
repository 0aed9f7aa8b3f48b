# SPDX-License-Identifier: AGPL-3.0-or-later
"""An investigator's day on the pages: what is urgent stands first, cases are found, kept, given, noted, put away."""

import asyncio
import re

import pytest

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.codename import stretch as stretch_codename
from journalist_ui.vault.database import write_meta
from tests.desk.room import INVESTIGATOR, SUPERVISOR, entropy
from tests.desk_web.house import House, Officer, Page
from tests.hostile.strings import FAMILIES

HOSTILE = [text for family in FAMILIES for text in family[:3]]


def blocks(page: Page) -> dict[str, list[int]]:
    """The cases of each block of an inbox, in their order."""
    found = re.findall(r'<section class="group ([a-z-]+)"(.*?)</section>', page.body, re.S)
    return {name: [int(one) for one in re.findall(r"Case (\d+)<", part)] for name, part in found}


async def source_writes(house: House, number: int, text: str) -> None:
    """The source of a case writes again, and the desk collects."""
    stretched = stretch_codename(entropy(number), house.room.service.twin.service_id)
    body = encode_body(Report(text))
    await asyncio.to_thread(house.room.service.send, stretched, "north", body)
    await house.period()


async def reports(house: House, count: int) -> Officer:
    """So many cases, the last of which is one in which a child is at risk."""
    for number in range(1, count):
        await house.report(number, f"Report number {number}.")
    await house.report(count, "He says that he will do it tonight.", answers={"at-risk": ("child",)})
    return await house.officer()


async def test_who_is_at_risk_stands_first_until_a_person_says_otherwise(house: House) -> None:
    """By the source's own answer; read, answered, marked as assessed, it stays there. It ends with a reason alone."""
    ada = await reports(house, 6)
    urgent = {"urgent": [6], "for-us": [1, 2, 3, 4, 5]}
    assert blocks(await ada.get("/")) == urgent
    page = await ada.get("/cases/6")
    assert "Someone is at risk" in page.words
    await ada.post("/cases/6/state", {"state": "assessing"})
    fields = {name: page.field(name) for name in ("seen", "base", "writer")}
    await ada.post("/cases/6/reply", fields | {"text": "Are you safe now?", "act": "preview"})
    once = (await ada.get("/cases/6/preview")).field("once")
    await ada.post("/cases/6/reply", {"act": "send", "once": once})
    assert blocks(await ada.get("/")) == urgent
    assert (await ada.post("/cases/6/urgent", {"urgent": "no"})).status == 422
    page = await ada.post("/cases/6/urgent", {"urgent": "no", "reason": "The child is with an aunt."})
    assert "Not urgent any more. The child is with an aunt." in page.words
    assert blocks(await ada.get("/")) == {"for-us": [1, 2, 3, 4, 5], "for-source": [6]}
    await ada.post("/cases/2/urgent", {"urgent": "yes"})
    assert blocks(await ada.get("/"))["urgent"] == [2]


async def test_words_are_found_in_what_both_sides_wrote_notes_and_tags(house: House) -> None:
    """Whatever their capitals and accents, a part of a word too; not in a case that is closed to the member, and no
    address holds them."""
    ada = await reports(house, 3)
    await ada.post("/cases/1/note", {"note": "Ask the Zo\u00eb of the canteen."})
    await ada.post("/cases/2/tag", {"add": "Custody suite"})
    for words, found in (
        ("TONIGHT", [3]),
        ("report number", [1, 2]),
        ("zoe cant", [1]),
        ("custody", [2]),
        ("tonight custody", []),
        ("   ", []),
    ):
        page = await ada.post("/search", {"words": words})
        assert sorted(number for part in blocks(page).values() for number in part) == found, words
        assert page.url == "/search"
    assert "No case has all of these words." in page.words
    bob = await house.officer("bob")
    await ada.post("/cases/3/exclude", {"member": "bob", "sure": "yes", "reason": "named"})
    bob = await house.officer("bob")
    assert blocks(await bob.post("/search", {"words": "tonight"})) == {}


async def test_ticked_cases_are_put_away_and_back(house: House) -> None:
    """At once, for all members; the next page takes it back. A closed one comes back when its source writes, one that
    was set aside does not."""
    ada = await reports(house, 5)
    page = await ada.post("/shelve", {"case": ["1", "2", "3"], "to": "junk", "from": ""})
    assert "Set aside, for all members." in page.words
    assert blocks(page) == {"urgent": [5], "for-us": [4]}
    undo = re.findall(r'<form method="post" action="/shelve" class="undo">(.*?)</form>', page.body, re.S)
    assert re.findall(r'name="case" value="(\d)"', undo[0]) == ["1", "2", "3"]
    assert "Undo" not in (await ada.get("/")).words
    await ada.post("/shelve", {"case": ["3"], "to": "", "from": "junk"})
    assert (await ada.post("/shelve", {"case": ["4"], "to": "closed", "from": ""})).url == "/shelve"
    await ada.post("/shelve", {"case": ["4"], "to": "closed", "from": "", "sure": "yes"})
    bob = await house.officer("bob")
    assert blocks(await bob.get("/")) == {"urgent": [5], "for-us": [3]}
    assert blocks(await bob.get("/?shelf=junk")) == {"junk": [1, 2]}
    assert blocks(await bob.get("/?shelf=closed")) == {"closed": [4]}
    for number in (1, 4):
        await source_writes(house, number, "There is more.")
    page = await bob.get("/")
    assert blocks(page) == {"urgent": [5], "for-us": [3, 4]}
    assert "Set aside 2" in page.words
    assert "tick the cases first" in (await ada.post("/shelve", {"to": "junk"})).words


async def test_a_case_has_owners_tags_and_notes(house: House) -> None:
    """Each is shown on its page and in the list; a note is corrected by another; a tag goes again."""
    ada = await reports(house, 2)
    await ada.post("/cases/1/assign", {"to": ["ada", "bob"]})
    await ada.post("/cases/1/tag", {"add": "  custody   suite "})
    await ada.post("/cases/1/tag", {"add": "CUSTODY SUITE"})
    await ada.post("/cases/1/note", {"note": "First.\r\nSecond line."})
    page = await ada.post("/cases/1/note", {"note": "It was Monday.", "corrects": "1"})
    assert "ada, bob" in page.words
    assert page.body.count('<span class="chip tag">custody suite</span>') == 1
    assert "First.\nSecond line." in page.words
    assert 'corrects <a href="#note-1">note 1</a>' in page.body
    row = (await ada.get("/")).body.partition('href="/cases/1"')[2].partition("</a>")[0]
    assert "ada, bob" in row
    assert "custody suite" in row
    assert blocks(await ada.get("/?whose=mine")) == {"for-us": [1]}
    await ada.post("/cases/1/tag", {"remove": "custody suite"})
    assert "custody suite" not in (await ada.get("/")).body
    for path, fields in (
        ("note", {"note": "  "}),
        ("note", {"note": "x", "corrects": "99"}),
        ("tag", {"add": "x" * 41}),
        ("assign", {"to": "nobody-there"}),
    ):
        assert (await ada.post(f"/cases/1/{path}", fields)).status in (404, 422), path


async def test_a_supervisor_assigns_where_there_is_one(house: House) -> None:
    """An investigator takes a case; giving it to another is the supervisor's act, who gives the keys with it."""
    house.room.add("sue", SUPERVISOR)
    ada = await reports(house, 1)
    house.room.add("carl", INVESTIGATOR)
    assert (await ada.post("/cases/1/assign", {"to": "ada"})).status == 200
    assert (await ada.post("/cases/1/assign", {"to": "carl"})).status == 403
    sue = await house.officer("sue")
    assert (await sue.post("/cases/1/assign", {"to": "carl"})).status == 200
    assert "He says that" in (await (await house.officer("carl")).get("/cases/1")).words


async def test_nothing_shows_before_a_declaration(house: House) -> None:
    """A member is asked first; until then neither list nor page holds a word, a category or a tag of the case. With a
    conflict it is gone for them, on their page and in every list."""
    ada = await reports(house, 1)
    await ada.post("/cases/1/tag", {"add": "canteen"})
    with house.room.vault.writing() as connection:
        write_meta(connection, "declaration", "asked")
    bob = await house.officer("bob")
    page = await bob.get("/")
    assert blocks(page) == {"urgent": [1]}
    case = await bob.get("/cases/1")
    for one in (page, case):
        assert "He says" not in one.words
        assert "canteen" not in one.words
    assert "Does anything keep you from it?" in case.words
    assert (await bob.post("/cases/1/note", {"note": "x"})).status == 403
    assert "He says" in (await bob.post("/cases/1/declare", {"conflict": "none"})).words
    page = await bob.post("/cases/1/declare", {"conflict": "yes"})
    assert page.url == "/?done=conflict"
    assert blocks(page) == {}
    assert (await bob.get("/cases/1")).status == 404
    kept = (await ada.post("/cases/1/declare", {"conflict": "none"})).words
    assert "bob: they declared a conflict." in kept
    assert (await ada.post("/cases/1/declare", {"conflict": "yes"})).status == 422


async def test_who_is_excluded_is_out_at_once(house: House) -> None:
    """It is asked first and takes a reason; their sessions end in the middle, and the case is no more for them than one
    that is not there."""
    ada = await reports(house, 1)
    bob = await house.officer("bob")
    assert (await bob.get("/cases/1")).status == 200
    assert "Exclude bob from case 1?" in (await ada.post("/cases/1/exclude", {"member": "bob"})).words
    assert (await bob.get("/cases/1")).status == 200
    assert (await ada.post("/cases/1/exclude", {"member": "bob", "sure": "yes"})).status == 422
    fields = {"member": "bob", "sure": "yes", "reason": "Knows the officer."}
    page = await ada.post("/cases/1/exclude", fields)
    assert "bob was excluded from this case. Knows the officer." in page.words
    assert (await bob.get("/cases/1")).url.startswith("/sign-in")
    bob = await house.officer("bob")
    assert (await bob.get("/cases/1")).body == (await bob.get("/cases/2")).body
    assert (await ada.post("/cases/1/exclude", fields)).status == 422


async def test_who_takes_new_reports_is_for_administrators_to_say(house: House) -> None:
    """And by which names a member is looked for; somebody must take them."""
    ada = await house.officer()
    page = await ada.post("/triage", {"name": "bob", "triage": "yes", "known_as": "Roberts, 4821"})
    assert 'value="Roberts, 4821"' in page.body
    for number, text in ((1, "Roberts did it."), (2, "Somebody did it.")):
        await house.period()
        await house.report(number, text)
    bob = await house.officer("bob")
    assert blocks(await bob.get("/")) == {"for-us": [2]}
    assert (await bob.get("/triage")).status == 403
    for member in ("bob", "eve"):
        await ada.post("/triage", {"name": member})
    assert (await ada.post("/triage", {"name": "ada"})).status == 422
    assert (await ada.post("/triage", {"name": "bob", "triage": "yes", "known_as": "?!"})).status == 422


AS_COMMANDS = [pytest.param(one, marks=pytest.mark.long) for one in ("note", "tag", "outcome", "decide")]
"""Into these tests/hostile types every text by the commands, and looks at each page of the case."""


@pytest.mark.parametrize("path", ["urgent", "link", "exclude", "search", *AS_COMMANDS])
async def test_hostile_words_do_nothing(house: House, path: str) -> None:
    """Typed by a member, into every field: they stand as text on every page, or are refused."""
    ada = await reports(house, 2)
    await ada.post("/cases/1/link", {"other": "2", "reason": HOSTILE[0]})
    for text in HOSTILE:
        fields = {
            "note": {"note": text},
            "tag": {"add": text[:40]},
            "urgent": {"urgent": "yes", "reason": text},
            "outcome": {"kind": "recorded", "reason": text, "say": text},
            "decide": {"what": "referral", "answer": "no", "reason": text},
            "link": {"other": "2", "reason": text, "undo": "yes"},
            "exclude": {"member": text, "sure": "", "reason": text},
            "search": {"words": text},
        }[path]
        where = "/search" if path == "search" else f"/cases/1/{path}"
        page = await ada.post(where, fields)
        assert page.status in (200, 400, 422)
        for one in (page, await ada.get("/cases/1"), await ada.get("/")):
            assert not re.findall(r"<(script|img|svg|iframe)(?! type=\"module\" src=\"/static/desk.js\")", one.body)
