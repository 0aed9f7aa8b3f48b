# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several forces named: a sealed report to the unit of each, a visit each, and what is said when one fails."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.lying_server import BURST, lying_server
from tests.browser.pages_service import INTAKE, NAMES, NORTH, SOUTH, small_service
from tests.browser.pages_source import Source
from tests.browser.test_pages_walk import stored

ONE_ALONE = re.compile(r"\b(?:[Tt]his|[Tt]he) (?:unit|name|desk)\b|\bforce\u2019s\b")
"""What may be said of one unit only."""


async def name(source: Source, *forces: str) -> None:
    """From the page that shows all answers, and back to it."""
    await source.button("Change Force").click()
    await source.choose("More than one force")
    await source.go_on("Which forces are they?")
    for number, force in enumerate(forces, 1):
        await source.page.get_by_label(f"Force {number}", exact=True).select_option(force)
    await source.go_on("Check your report")


async def test_each_unit_gets_a_report(chromium_page: Page, tmp_path: Path) -> None:
    """Three forces of two units are two visits; the pages name the units and say how many visits show. Two of one unit
    are one, and none named goes to the intake desk."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        source = Source(chromium_page, between.address)
        await source.fill()
        check = source.section("check")
        await name(source)
        assert await source.receiver() == NAMES[INTAKE]
        await name(source, "Cumbria Constabulary", "Northumbria Police")
        assert await source.receiver() == NAMES[NORTH]
        await expect(check).to_contain_text("It is the unit for all the forces that you named.")
        await name(source, "Cumbria Constabulary", "Northumbria Police", "Dorset Police")
        assert await source.receiver() == f"{NAMES[NORTH]}; {NAMES[SOUTH]}"
        for words in ("2 visits", "Cumbria Constabulary", "Dorset Police", "They are police"):
            await expect(check).to_contain_text(words)
        shown = [await check.inner_text()]
        await source.send(await source.take_codename())
        await source.stored()
        shown += [await source.section("codename").text_content() or "", await source.section("sent").inner_text()]
        assert [found for text in shown for found in ONE_ALONE.findall(text)] == []
        await expect(source.section("sent")).to_contain_text(f"{NAMES[NORTH]}; {NAMES[SOUTH]}")
        assert [one.path for one in between.of_visits()] == BURST * 2
        assert await stored(server) == 2


async def test_the_second_report_cannot_be_sent(chromium_page: Page, tmp_path: Path) -> None:
    """The page says which unit has it and which has not; sending again goes to the other one alone."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        source = Source(chromium_page, between.address)
        await source.fill()
        await name(source, "Dorset Police", "Cumbria Constabulary")
        codename = await source.take_codename()
        lists = iter([True])
        between.changes["/v1/directory"] = lambda body: body if next(lists, False) else b"nothing of this service"
        await source.send(codename)
        await source.at("There is a problem with the service")
        shown = await source.shown_text()
        assert f"Your report is stored for {NAMES[SOUTH]}. It has not been sent to {NAMES[NORTH]}." in shown
        assert "Nothing of what you wrote has been sent" not in shown
        between.changes.clear()
        await source.button("Go back to what you wrote").click()
        assert await source.take_codename() == codename
        async with source.envelope_held():
            await source.press_send(codename)
            await source.at("Sending")
            await expect(source.section("working")).to_contain_text(f"Report 2 of 2, to \u201c{NAMES[NORTH]}\u201d.")
        await source.stored()
        await expect(source.section("sent")).to_contain_text(f"{NAMES[SOUTH]}; {NAMES[NORTH]}")
        assert await stored(server) == 2
