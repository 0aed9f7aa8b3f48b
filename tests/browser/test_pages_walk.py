# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walking through the pages, in real browsers against a real server."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from dropbox.forces import enabled_forces
from tests.browser.lying_server import BURST, lying_server
from tests.browser.pages_service import INTAKE, NAMES, NORTH, small_service
from tests.browser.pages_source import ACCOUNT, Source, new_codename
from tests.browser.visitor import Report
from tests.server.service import Running

FOCUSED = """() => {
  const one = document.activeElement
  return [one.innerText || one.labels?.[0]?.innerText || '', one.textContent].join(' ').trim()
}"""


async def stored(server: Running) -> int:
    """How many envelopes the server holds."""
    return sum([len(await server.store.open_ids(period)) for period in await server.store.waiting_periods()])


async def reach(page: Page, text: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(80):
        if (await page.evaluate(FOCUSED)).startswith(text):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{text}: not reached; last {await page.evaluate(FOCUSED)!r}")


async def press(page: Page, text: str, key: str = "Enter") -> None:
    await reach(page, text)
    await page.keyboard.press(key)


async def answer_by_keyboard(source: Source) -> None:
    """The short questions, one in each way."""
    page = source.page
    await press(page, "A child", "Space")
    await press(page, "Continue")
    for heading in ("When did it happen?", "Where did it happen?", "How do you know about it?"):
        await expect(source.heading(heading)).to_be_focused()
        await press(page, "Skip this question")
    await press(page, "Answering would identify me", "Space")
    for _ in range(5):
        await press(page, "Continue")


@pytest.mark.either
async def test_the_whole_way_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    """Tab, Enter, Space and typing lead from the start to "stored"; each page moves the focus to its heading."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await press(page, "Start a report")
        await press(page, "Racist, homophobic", "Space")
        for heading in ("Before you go on", "Who is it about?"):
            await press(page, "Continue")
            await expect(source.heading(heading)).to_be_focused()
        await press(page, "A police officer", "Space")
        await press(page, "Continue")
        await press(page, "Continue")
        await reach(page, "What do you know about who they are?")
        await page.keyboard.type("Stationed in a town")
        await press(page, "Continue")
        await reach(page, "Find a force")
        await page.keyboard.type("northumb")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Space")
        await expect(page.get_by_role("radio", name="Northumbria Police")).to_be_checked()
        await press(page, "Continue")
        await press(page, "Continue")
        await reach(page, "Your account")
        await page.keyboard.type(ACCOUNT)
        await press(page, "Continue")
        await answer_by_keyboard(source)
        await press(page, "Continue to the codename")
        await press(page, "Show the codename")
        words = page.locator("#codename-words li")
        await expect(words).to_have_count(8)
        codename = " ".join(await words.all_inner_texts())
        await press(page, "I have written it down")
        await reach(page, "Word 1")
        await page.keyboard.type(codename)
        await press(page, "Send the report")
        await source.stored()
        assert NAMES[NORTH] in await source.shown_text()
        assert await stored(server) == 1


@pytest.mark.either
async def test_back_goes_through_the_questions_and_then_out(context: BrowserContext, tmp_path: Path) -> None:
    """The browser's Back shows the page before, with what was typed, again and again; the history holds one more entry
    of the same address; from the first page it leaves."""
    async with small_service(tmp_path) as server:
        page = await context.new_page()
        await page.goto(f"{server.address}/notices.txt")
        source = Source(page, server.address)
        await source.start()
        entries = await page.evaluate("() => history.length")
        title = await page.title()
        await source.begin()
        await source.choose("A volunteer")
        await source.go_on("Do they still work for the police?")
        await source.go_on("What do you know about who they are?")
        assert await page.evaluate("() => history.length") == entries + 1
        for heading in ("Do they still work for the police?", "Who is it about?", "Before you go on"):
            await source.back()
            await source.at(heading)
            assert (page.url, await page.title()) == (f"{server.address}/", title)
        await source.go_on("Who is it about?")
        await expect(page.get_by_role("checkbox", name="A volunteer")).to_be_checked()
        for heading in ("Before you go on", "What do you want to report?"):
            await source.back()
            await source.at(heading)
        await source.back()
        await expect(source.button("Start a report")).to_be_visible()
        asked: list[str] = []
        page.on("dialog", lambda dialog: asked.append(dialog.type) or dialog.accept())
        await source.back()
        await page.wait_for_url("**/notices.txt")
        assert asked == ["beforeunload"]


async def test_an_answer_is_changed_from_the_list_of_all(chromium_page: Page, tmp_path: Path) -> None:
    """Change leads to the question and Continue straight back; who receives the report follows the answers, and why."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill()
        text = await source.section("check").inner_text()
        assert all(words in text for words in (NAMES[NORTH], "It is the unit for this force", ACCOUNT, "Not answered"))
        await source.button("Change Is there anyone who must not see this report?").click()
        await source.choose("Somebody in the force\u2019s anti-corruption or professional standards unit, or its head")
        await source.go_on("Who must not see it?")
        await source.box("Who must not see it?").fill("Its head")
        await source.go_on("Check your report")
        text = await source.section("check").inner_text()
        assert all(words in text for words in (NAMES[INTAKE], "not the force\u2019s own unit", "Its head"))
        assert NAMES[NORTH] not in text
        await source.button("Change Force").click()
        await source.choose("More than one force")
        await source.go_on("Which forces are they?")
        await source.go_on("Check your report")
        assert "no single force is named" in await source.section("check").inner_text()
        await source.button("Change What happened").click()
        await source.button("Back").click()
        await source.at("Check your report")
        await source.button("Continue to the codename").click()
        await source.at("Write down your codename")


async def test_a_force_is_found_by_name_or_place(chromium_page: Page, tmp_path: Path) -> None:
    """The likeliest first, with the place by which it was found; what is doubtful is said; the whole list is a press
    away; a choice stays in sight."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.start()
        await source.begin()
        for heading in (
            "Do they still work for the police?",
            "What do you know about who they are?",
            "Which force do they serve in?",
        ):
            await source.go_on(heading)
        shown = source.section("force").locator("[data-field=force] .govuk-radios__item:visible")
        for typed, first, said in (
            ("heddlu gwent", "Gwent Police", "1 force fits"),
            ("leeds", "West Yorkshire Police", "1 force fits"),
            ("isle of wight", "Hampshire and Isle of Wight Constabulary\nServes Isle of Wight", "1 force fits"),
            ("cowes", "Hampshire and Isle of Wight Constabulary\nServes Cowes, Isle of Wight", "1 force fits"),
            ("Manchster", "Greater Manchester Police\nServes Manchester. Is that the place you mean?", "2 forces fit"),
            ("Yorkshire", "West Yorkshire Police\nOne of several forces for Yorkshire: choose the one", "4 forces fit"),
            ("London", "Metropolitan Police Service", "forces fit"),
        ):
            await source.box("Find a force").fill(typed)
            assert (await shown.first.inner_text()).startswith(first)
            assert said in await chromium_page.locator("#found").inner_text()
        await source.box("Find a force").fill("Jersey")
        assert await chromium_page.locator("#found").inner_text() == "No force of this list serves Jersey"
        await source.box("Find a force").fill("Casnewydd")
        await chromium_page.get_by_role("radio", name="Gwent Police").check()
        await source.box("Find a force").fill("qwertyshire")
        assert await shown.count() == 1
        assert "no place or force of that name" in await chromium_page.locator("#found").inner_text()
        await source.box("Find a force").fill("")
        assert await shown.count() == 1
        await source.button(f"Show all {len(enabled_forces())} forces").click()
        names = [text.partition(" (")[0] for text in await shown.locator("label").all_inner_texts()]
        assert names == [force.name for force in enabled_forces()]
        await expect(shown.first.get_by_role("radio")).to_be_focused()
        await source.go_on("Is there anyone who must not see this report?")


async def test_a_long_account_goes_in_parts(chromium_page: Page, tmp_path: Path) -> None:
    """What does not fit into one envelope is announced as several visits before, and sent as such."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill("More. " * 4_000)
        assert "it goes in 2 parts" in await source.section("check").inner_text()
        codename = await source.take_codename()
        await source.send(codename)
        await source.stored()
        assert await stored(server) == 2


async def test_only_force_and_category_must_be_answered(chromium_page: Page, tmp_path: Path) -> None:
    """A report without any other answer is stored."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill("")
        await expect(source.section("check")).to_contain_text("You have not written what happened.")
        await source.send(await source.take_codename())
        await source.stored()
        assert await stored(server) == 1


@pytest.mark.either
async def test_a_return_that_finds_nothing_and_a_message(page: Page, tmp_path: Path) -> None:
    """A codename that nobody has answered: "nothing found"; to write, the page asks for the unit, never for the force;
    a second message needs no codename again."""
    async with small_service(tmp_path) as server:
        source = Source(page, server.address)
        await source.start()
        await source.look(new_codename())
        shown = await source.shown_text()
        assert "Nothing found for this codename" in shown
        assert "no messages" not in shown.lower()
        await source.reply("First", NAMES[NORTH])
        assert NAMES[NORTH] in await source.section("replied").inner_text()
        await source.button("Back to the answers").click()
        await source.at("Answers")
        assert (await source.box("Your message").count()) == 0
        await source.reply("Second", NAMES[NORTH])
        assert await stored(server) == 3, "a decoy and two messages"
        units = await source.section("write").locator("[data-which] label").all_text_contents()
        assert units == [*NAMES, "I do not remember"]


async def test_a_double_press_is_one_visit(chromium_page: Page, tmp_path: Path) -> None:
    """Whoever presses twice sends one report and looks once; no page claims meanwhile that nothing was sent."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        source = Source(chromium_page, between.address)
        await source.fill()
        codename = await source.take_codename()
        await source.box("Word 1").fill(codename)
        await twice(source, "Send the report")
        await source.stored()
        await source.back()
        await source.button("Read your answers").click()
        await source.box("Word 1").fill(codename)
        await twice(source, "Look for answers")
        await source.at("Answers", 30_000)
        assert [one.path for one in between.of_visits()] == BURST * 2


async def twice(source: Source, name: str) -> None:
    """Press it twice before the page can do anything in between."""
    await source.button(name).evaluate("one => { one.click(); one.click() }")


async def test_looking_for_answers_keeps_a_report_that_is_being_written(chromium_page: Page, tmp_path: Path) -> None:
    """After the answers what was typed for the report is still there, and the codename that came back is not."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.type_something()
        for _ in range(5):
            await source.button("Back").click()
        codename = new_codename()
        await source.look(codename)
        await source.reply("A message", NAMES[NORTH])
        await source.back()
        held = await source.everything()
        assert codename not in held
        assert "A message" not in held
        await source.begin()
        await source.go_on("Do they still work for the police?")
        await source.go_on("What do you know about who they are?")
        await expect(source.box("What do you know about who they are?")).to_have_value(ACCOUNT)


async def test_a_codename_that_came_back_is_not_used_for_a_report(chromium_page: Page, tmp_path: Path) -> None:
    """Whoever fails to come back and then reports something in the same tab gets a codename of its own."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        source = Source(chromium_page, between.address)
        await source.start()
        between.changes["/v1/directory"] = lambda _: b"nothing of this service"
        codename = new_codename()
        await source.come_back(codename)
        await source.at("There is a problem with the service")
        await source.button("Back to your codename").click()
        await source.button("Back").click()
        await source.walk_to_check(Report(ACCOUNT))
        assert await source.take_codename() != codename
