# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a case, on the pages: set, changed, taken back, and each setting stays."""

import re

from journalist_ui.casework.outcomes import KINDS, LONGEST_WHY
from journalist_ui.words.outcomes import KINDS as SAID, MEANS
from tests.desk.acts import acts, holder_of
from tests.desk.room import PASSPHRASE, READER
from tests.desk_web.house import House, Page
from tests.desk_web.test_casework import blocks


def row(page: Page, number: int) -> str:
    """What the inbox says of one case."""
    return page.body.partition(f'href="/cases/{number}"')[2].partition("</a>")[0]


async def test_an_outcome_is_set_changed_and_taken_back(house: House) -> None:
    """Case and list say what holds and that the source is not told; each setting stays, with who and why, and in the
    record. Opening the case sets nothing."""
    await house.report(1, "It was on Tuesday.")
    ada, bob = await house.officer(), await house.officer("bob")
    assert "None yet" in (await ada.get("/cases/1")).words
    assert "Outcome not told" not in (await ada.get("/")).words
    fields = {"kind": ["recorded", "investigation"], "reason": "It is\r\nserious.", "say": "We look into it."}
    page = await ada.post("/cases/1/outcome", fields)
    assert "The outcome is set, for all members." in page.words
    listed = row(await bob.get("/"), 1)
    assert "Investigation, Recorded" in listed
    assert "Outcome not told" in listed
    await bob.post("/cases/1/outcome", {"kind": "not-for-us", "reason": "Another force."})
    page = await bob.get("/cases/1")
    assert "Not for us" in row(await bob.get("/"), 1)
    assert re.findall(r"<strong>([A-Za-z ,]+)</strong>, (ada|bob), ", page.body) == [
        ("Not for us", "bob"),
        ("Investigation, Recorded", "ada"),
    ]
    assert "It is\nserious." in page.words
    assert "We look into it." in page.words
    await ada.post("/cases/1/state", {"state": "assessing"})
    page = await ada.get("/cases/1")
    assert "None yet" in page.words
    assert "Outcome taken back, to be assessed again" in page.words
    assert "Outcome not told" not in (await ada.get("/")).words
    done = [one for one in acts(house.room.vault, holder_of(house.room.vault, "ada", PASSPHRASE)) if one.act != "show"]
    assert [(one.member, one.act, one.about) for one in done if one.act.startswith("outcome")] == [
        ("ada", "outcome", "investigation, recorded"),
        ("bob", "outcome", "not-for-us"),
        ("ada", "outcome taken back", ""),
    ]
    record = (await ada.get("/audit?case=1")).words
    assert "ada set the outcome: investigation, recorded" in record
    assert "ada took the outcome back" in record


async def test_what_is_refused_stands_in_the_form_again(house: House) -> None:
    """None, one beside not-for-us, one that there is not, a reason or a text that is too long: nothing is set, and
    what was ticked and typed stands there."""
    await house.report(1, "It was on Tuesday.")
    ada = await house.officer()
    for fields in (
        {},
        {"kind": ["not-for-us", "recorded"]},
        {"kind": "closed"},
        {"kind": "recorded", "reason": "x" * (LONGEST_WHY + 1)},
        {"kind": "recorded", "say": "x" * 40_000},
    ):
        page = await ada.post("/cases/1/outcome", {"reason": "typed before", "say": "to be said"} | fields)
        assert page.status == 422, fields
        assert "There is a problem" in page.words
        assert ">\ntyped before</textarea>" in page.body or "reason" in fields
        kinds = fields.get("kind", [])
        ticked = {kind for kind in KINDS if f'value="{kind}" checked' in page.body}
        assert ticked == ({kinds} if isinstance(kinds, str) else set(kinds)) & set(KINDS)
        assert "None yet" in page.words
    assert "None yet" in (await ada.get("/cases/1")).words


async def test_to_close_without_an_outcome_is_asked_about(house: House) -> None:
    """Not where there is one, and never forbidden. Once closed, an outcome that was not told is still owed."""
    for number in (1, 2, 3):
        await house.report(number, f"Report {number}.")
    ada = await house.officer()
    await ada.post("/cases/2/outcome", {"kind": "recorded"})
    page = await ada.post("/shelve", {"case": ["1", "2", "3"], "to": "closed", "from": ""})
    assert "Without an outcome: case 1, case 3." in page.words
    assert "Referral not decided: case 1, case 2, case 3." in page.words
    assert blocks(await ada.get("/"))["for-us"] == [1, 2, 3]
    await ada.post("/cases/2/decide", {"what": "referral", "answer": "no", "reason": "No conduct matter."})
    page = await ada.post("/shelve", {"case": "2", "to": "closed", "from": ""})
    assert "Closed, for all members." in page.words
    await ada.post("/shelve", {"case": ["1", "3"], "to": "closed", "from": "", "sure": "yes"})
    page = await ada.get("/?shelf=closed")
    assert blocks(page) == {"closed": [1, 2, 3]}
    assert ["Outcome not told" in row(page, number) for number in (1, 2, 3)] == [False, True, False]


async def test_who_reads_sees_it_and_sets_none(house: House) -> None:
    """A reader has no form; a member without the case is told that there is none."""
    house.room.add("rita", READER)
    await house.report(1, "It was on Tuesday.")
    ada, rita = await house.officer(), await house.officer("rita")
    await ada.post("/cases/1/outcome", {"kind": "safeguarding", "reason": "A child."})
    page = await rita.get("/cases/1")
    assert "A child." in page.words
    assert 'action="/cases/1/outcome"' not in page.body
    assert (await rita.post("/cases/1/outcome", {"kind": "recorded"})).status == 403
    await ada.post("/cases/1/exclude", {"member": "bob", "sure": "yes", "reason": "named"})
    bob = await house.officer("bob")
    assert (await bob.post("/cases/1/outcome", {"kind": "recorded"})).status == 404
    assert (await bob.post("/shelve", {"case": "1", "to": "closed"})).status == 404
    assert blocks(await ada.post("/search", {"words": "a child"})) == {"for-us": [1]}
    assert blocks(await bob.post("/search", {"words": "a child"})) == {}


def test_every_outcome_has_its_words() -> None:
    """The list of the vault, each with its name and what it means."""
    assert list(SAID) == list(MEANS) == list(KINDS)
