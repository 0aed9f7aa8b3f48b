# SPDX-License-Identifier: AGPL-3.0-or-later
"""A demo in the browsers: the whole conversation, each side in its own real program (browser, reply interface, command
line), and three desks side by side. One file, so that one demo does."""

import asyncio
import hashlib

import pytest
from playwright.async_api import BrowserContext, Page, Request, expect

from dropbox.metadata.look import look
from tests.browser.conftest import FIREFOX, SAFER, WHOLE, Launch
from tests.browser.desk_page import PATIENCE, DeskPage
from tests.browser.visitor import Conversation, Report, SourcePage
from tests.cli.pictures import JPEG, PNG
from tests.flows.twin import seeded
from tests.long_form import LONG
from tests.scenarios.service import Demo, until

NORTH = "Northern anti-corruption unit (demo)"
WORDS = "It goes on \U0001f6a8, \u05d6\u05d4 \u05e1\u05d5\u05d3, and the caf\u00e9 knows: \u202eevil\u202c"
ORDERS = [(SAFER, WHOLE), (WHOLE, SAFER)] if LONG else [(FIREFOX, WHOLE)]
ORDERS_OF_FILES = ORDERS if LONG else [(WHOLE, WHOLE)]

RECORDING = b"\0\0\0\x18ftypM4A " + seeded(5)(1_200_000)
PDF = b"%PDF-1.7\n/Author (Somebody)\n%%EOF"


async def _until_answers(demo: Demo, slug: str, source: SourcePage, codename: str, count: int) -> list[Conversation]:
    """Come back once there are that many answers, as the command line knows: a visit takes a slow browser long."""

    def told() -> bool:
        found = demo.conversation(codename, slug)
        return len(found["messages"]) >= count and found["collected"] == 1

    assert await asyncio.to_thread(until, told, 240), "no answer"
    return await source.check(codename)


@pytest.mark.chromium
@pytest.mark.firefox
@pytest.mark.parametrize(("first", "second"), ORDERS)
async def test_a_report_is_answered_and_read_everywhere(demo: Demo, launch: Launch, first: str, second: str) -> None:
    """Reported in one browser, answered twice on the desk's pages, read in the same browser, in the other, and by the
    command line; the source writes again in the second browser, and the case page shows it."""
    here, there, office = [await (await launch(name)).new_context() for name in (first, second, WHOLE)]
    source = SourcePage(await here.new_page(), demo.service)
    codename = await source.report(Report(f"{first} {WORDS}"))
    assert NORTH in await source.section("sent").inner_text()
    desk = DeskPage(await office.new_page(), demo.unit("demo-north"))
    await desk.sign_in()
    await desk.open_case(f"{first} It goes on \U0001f6a8")
    assert "\u202e" not in await desk.page.locator("main").inner_text()
    answers = [f"Who was there, {first}?", "And when?\n" + "long \u05d6 " * 300]
    for answer in answers:
        await desk.reply(answer)
    read = [Conversation(NORTH, "The unit has collected 1 of your messages.", [])]
    for browser in (source, SourcePage(await there.new_page(), demo.service)):
        found = await _until_answers(demo, "demo-north", browser, codename, 2)
        assert [one.text for one in found[0].answers] == answers
        assert [(one.unit, one.collected) for one in found] == [(read[0].unit, read[0].collected)]
        assert await browser.warnings() == []
        last = browser
    told = await asyncio.to_thread(demo.conversation, codename, "demo-north")
    assert [message["text"] for message in told["messages"]] == answers
    await last.reply(f"It was a Tuesday, {first}.")
    await desk.open_case(f"It was a Tuesday, {first}.")
    for context in (here, there, office):
        await context.close()


async def _add(source: SourcePage, section: str, *files: tuple[str, bytes]) -> None:
    """Choose them on the page of files, and say of each that may tell more that it goes all the same."""
    place = source.section(section)
    given = [{"name": name, "mimeType": "", "buffer": data} for name, data in files]
    await place.locator("input[type=file]").set_input_files(given)  # type: ignore[arg-type]  # as a dict of its own
    await expect(place.locator("[data-files] > li [data-kind]").last).not_to_be_empty()
    for box in await place.get_by_label("Send it all the same").all():
        await box.check()
    await place.get_by_role("button", name="Continue").click()


async def _hashes(page: Page, names: list[str]) -> list[str]:
    """The hashes of a case's files, once all of these are whole."""
    files = page.get_by_role("region", name="Files")
    async with asyncio.timeout(PATIENCE):
        while await files.get_by_text(": whole").count() < len(names):
            await asyncio.sleep(1)
            await page.reload()
    assert [text.partition(". ")[2] for text in await files.locator("li p:first-child").all_inner_texts()] == names
    return await files.locator("code:not(.small code)").all_inner_texts()


@pytest.mark.chromium
@pytest.mark.firefox
@pytest.mark.parametrize(("first", "second"), ORDERS_OF_FILES)
async def test_files_are_whole_at_the_desk(demo: Demo, launch: Launch, first: str, second: str) -> None:
    """A photograph with its place, a document and a recording of more than a mebibyte with a report from one browser,
    and a picture with a message from the other: the desk has each as it went, by its hash: the pictures without what
    they told, under names that say nothing."""
    source = SourcePage(await (await (await launch(first)).new_context()).new_page(), demo.service)
    await source.open()
    await source.walk_to_check(Report(f"{first} sends files."))
    await source.press("Change Files")
    await _add(source, "files", ("IMG_4711.jpg", JPEG), ("quagga.pdf", PDF), ("voice.m4a", RECORDING))
    codename = await source.take_codename()
    await source.send(codename)
    await expect(source.section("sent")).to_be_visible()
    other = SourcePage(await (await (await launch(second)).new_context()).new_page(), demo.service)
    await other.check(codename)
    await other.press("Write to the unit")
    if await other.section("write").locator("[data-which]").is_visible():
        await other.section("write").get_by_label(NORTH).check()
    await other.press("Add or change files")
    await _add(other, "files-reply", ("IMG_4712.png", PNG))
    await other.press("Send")
    await other.arrive()
    await expect(other.section("replied")).to_be_visible()
    desk = DeskPage(await (await (await launch(WHOLE)).new_context()).new_page(), demo.unit("demo-north"))
    await desk.sign_in()
    await desk.open_case(f"{first} sends files.")
    sent = {
        "file 1.jpg": look(JPEG).cleaned,
        "file 2.pdf": PDF,
        "file 3.m4a": RECORDING,
        "file 1.png": look(PNG).cleaned,
    }
    whole = [hashlib.sha256(data or b"").hexdigest() for data in sent.values()]
    assert await _hashes(desk.page, list(sent)) == whole
    for opened in (source, other, desk):
        await opened.page.context.close()


@pytest.mark.chromium
async def test_a_report_by_command_line_is_answered_on_the_desks_page(demo: Demo, launch: Launch) -> None:
    """What `dropbox-source report` sent stands on the case page, and what is answered there comes back to it and to
    the browser."""
    sent = await asyncio.to_thread(demo.report, "demo-south", "Sent without a browser. \U0001f4ee")
    context = await (await launch(WHOLE)).new_context()
    desk = DeskPage(await context.new_page(), demo.unit("demo-south"))
    await desk.sign_in()
    await desk.open_case("Sent without a browser. \U0001f4ee")
    await desk.reply("Answered on the page.")
    source = SourcePage(await context.new_page(), demo.service)
    found = await _until_answers(demo, "demo-south", source, sent["codename"], 1)
    assert [one.text for one in found[0].answers] == ["Answered on the page."]
    told = await asyncio.to_thread(demo.conversation, sent["codename"], "demo-south")
    assert [message["text"] for message in told["messages"]] == ["Answered on the page."]
    await context.close()


@pytest.mark.either
async def test_the_cookies_of_three_desks_do_not_meet(demo: Demo, context: BrowserContext) -> None:
    """Signed in to all three at once: a session's cookie each, for its own host alone, and every request carries what
    its own host set; locking one leaves the others signed in. Every page says that it is a demo."""
    sent: dict[str, set[str]] = {}

    async def note(request: Request) -> None:
        cookie = (await request.all_headers()).get("cookie", "")
        if "desk-" in cookie:
            sent.setdefault(request.url.split("/")[2].partition(":")[0], set()).add(cookie)

    context.on("request", note)
    desks = [DeskPage(await context.new_page(), unit, member=1) for unit in demo.described["units"]]
    for desk in desks:
        await desk.sign_in()
        await expect(desk.page.locator("header")).to_contain_text("Demonstration.")
    for desk in desks:
        await desk.page.goto(desk.unit["desk"] + "status")
        await expect(desk.page.locator("main")).to_contain_text(desk.unit["name"])
    cookies = [one for one in await context.cookies() if "desk-" in one["name"]]
    assert {one["domain"] for one in cookies} == {f"{desk.unit['slug']}.localhost" for desk in desks}
    assert len({one["name"] for one in cookies}) == len({one["value"] for one in cookies}) == len(cookies) == 3
    assert all((one["httpOnly"], one["sameSite"]) == (True, "Strict") for one in cookies)
    own: dict[str, set[str]] = {}
    for one in await context.cookies():
        own.setdefault(one["domain"], set()).add(f"{one['name']}={one['value']}")
    assert set(sent) == set(own)
    assert all(set(header.split("; ")) <= own[host] for host, headers in sent.items() for header in headers)
    async with desks[0].page.expect_navigation(url="**/sign-in?why=locked"):
        await desks[0].page.get_by_role("button", name="Lock now").click()
    for desk, heading in zip(desks, ("Sign in", "Inbox", "Inbox"), strict=True):
        await desk.page.goto(desk.unit["desk"])
        await expect(desk.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
