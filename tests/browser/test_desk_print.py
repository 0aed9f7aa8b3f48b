# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case on paper, as Chromium prints it: head, foot and number on each sheet, nothing lost, nothing of the apparatus;
any other page that shows a case prints one sentence."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from dropbox.protocol.constants import CATEGORIES
from dropbox.protocol.inert import inert
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_house import Officer
from tests.browser.pages_looks import assert_good_looks
from tests.desk.room import entropy
from tests.desk_web.house import House, open_house
from tests.hostile.strings import MARKUP

pytestmark = [pytest.mark.chromium, pytest.mark.pdftotext]
LINES = [f"L{number:04} of what happened" for number in range(300)]
LATER = 60
"""Messages after the report: more than a page of the desk shows."""
WORD = "w" * 300
MARK = "OFFICIAL-SENSITIVE"
WHY = "for the meeting on Thursday"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Case 1 is long; case 2 is hostile; case 3 is one line."""
    async with open_house(tmp_path_factory.mktemp("print") / "desk") as opened:
        room = opened.room
        room.engine.settings = replace(room.engine.settings, handling_mark=MARK)
        await opened.report(1, "\n".join(LINES), categories=CATEGORIES[:2])
        for number in range(LATER):
            await asyncio.to_thread(room.report, entropy(1), f"Later message {number:03}.")
        await opened.report(2, "\n".join([*MARKUP, "\u202eturned round", WORD]))
        await opened.report(3, "One line.")
        person = await opened.officer()
        await person.post("/cases/1/note", {"note": "A note of ours."})
        await person.post("/cases/1/tag", {"add": "custody"})
        await person.post("/cases/1/decide", {"what": "referral", "answer": "no", "reason": "No criterion is met."})
        await person.post(
            "/cases/1/outcome", {"kind": "recorded", "reason": "Kept for now.", "say": "It is on record."}
        )
        await person.post("/cases/1/link", {"other": "3", "reason": "The same shift."})
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def officer(house: House, launch: Launch) -> AsyncIterator[Officer]:
    context = await (await launch(CHROMIUM)).new_context()
    made = Officer(house, await context.new_page())
    await made.sign_in()
    yield made
    assert made.complaints == []
    await context.close()


async def sheets(officer: Officer, path: Path) -> list[str]:
    """The text of each page that is printed now."""
    await officer.page.pdf(path=path, prefer_css_page_size=True, format="A4")
    words = ("pdftotext", "-layout", path, "-")
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


async def to_print(officer: Officer, case: int) -> None:
    """The page that prints a case, as a member gets there."""
    await officer.open(f"/cases/{case}")
    await officer.page.get_by_text("More to do with this case").click()
    await officer.fill({"print-reason": WHY})
    await officer.press("Print the case")


def plain(text: str) -> str:
    """Without what breaks lines."""
    return re.sub(r"\s", "", text)


async def test_each_sheet_says_what_it_is_and_nothing_is_lost(officer: Officer, tmp_path: Path) -> None:
    """Unit, case, mark, who and when, and its number of how many; every line of the report and every message, those of
    other pages of the desk too."""
    await to_print(officer, 1)
    found = await sheets(officer, tmp_path / "case.pdf")
    assert len(found) > 5
    for number, sheet in enumerate(found, 1):
        assert "Unit north: case 1" in sheet, number
        assert sheet.count(MARK) == 2, number
        assert "Printed by ada on" in sheet, number
        assert f"Page {number} of {len(found)}" in sheet, number
    whole = "".join(found)
    assert [line for line in LINES if line not in whole] == []
    assert [number for number in range(LATER) if f"Later message {number:03}." not in whole] == []
    assert "A note of ours." in whole
    assert "custody" in whole
    for text in ("No criterion is met.", "Recorded", "Kept for now.", "It is on record."):
        assert text in whole
    # Who is handed the paper may be kept from the other case.
    assert "The same shift." not in whole


async def test_nothing_of_the_apparatus_is_on_paper(officer: Officer, tmp_path: Path) -> None:
    """No menu, button or box, and no heading over nothing."""
    await to_print(officer, 3)
    (sheet,) = await sheets(officer, tmp_path / "case.pdf")
    for word in ("Inbox", "Lock now", "Add a note", "Reply", "Print this page", "Skip to", "Conversation", "Notes"):
        assert word not in sheet, word
    assert "One line." in sheet
    assert "Page 1 of 1" in sheet


async def test_what_a_source_wrote_is_as_inert_on_paper(officer: Officer, tmp_path: Path) -> None:
    """Each hostile text stands there letter by letter, a longest word is broken and not cut, and nothing has acted."""
    await to_print(officer, 2)
    whole = plain("".join(await sheets(officer, tmp_path / "case.pdf")))
    assert [text for text in MARKUP if text.isascii() and plain(inert(text)) not in whole] == []
    assert "⟦U+202E⟧turnedround" in whole
    # The end of a sheet may stand within it.
    assert "".join(re.findall("w{8,}", whole)) == WORD
    assert await officer.page.evaluate("() => window.canary") is None


@pytest.mark.parametrize("path", ["/", "/cases/1", "/cases/3"])
async def test_any_other_page_prints_how_to_print(officer: Officer, path: str, tmp_path: Path) -> None:
    """One sentence on one sheet, and no word of a case."""
    await officer.open(path)
    (sheet,) = await sheets(officer, tmp_path / "page.pdf")
    said = re.sub(r"Page 1 of 1", "", sheet)
    assert plain(said).startswith(plain("This page is not for printing. To print a case, open it,"))
    assert "L0001" not in said
    assert "One line" not in said
    assert await officer.page.get_by_text("This page is not for printing").is_hidden()


async def test_the_page_that_prints_is_sound_and_its_button_prints(officer: Officer) -> None:
    """In each look; the button asks the browser to print."""
    await to_print(officer, 3)
    await assert_good_looks(officer.page, "desk")
    await officer.page.evaluate("() => { window.print = () => { window.asked = true } }")
    await officer.page.get_by_role("button", name="Print this page").click()
    assert await officer.page.evaluate("() => window.asked") is True
