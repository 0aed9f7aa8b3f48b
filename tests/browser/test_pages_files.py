# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files in the browser: chosen, looked at, told of, sent before the envelope; and that nothing of them stays behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FileChooser, Locator, Page, Route, expect

from dropbox.metadata.look import look
from dropbox.protocol.constants import BLOB, BLOB_PLAIN, MAX_BLOBS
from dropbox.questions import SHORT
from dropbox.questions.short import EVIDENCE, EVIDENCE_DANGER
from tests.browser.conftest import Launch
from tests.browser.lying_server import READING, hurried
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_scene import Scene, scene
from tests.browser.pages_service import INTAKE, NAMES, NORTH, SOUTH, small_service
from tests.browser.pages_source import Source, new_codename
from tests.browser.test_pages_traces import KEPT, NOTHING
from tests.browser.test_pages_walk import press, reach, stored
from tests.cli.pictures import JPEG

pytestmark = pytest.mark.chromium
PDF = b"%PDF-1.7 /Author(Some Body)" + bytes(BLOB_PLAIN)
HOSTILE = "\u202egpj.<img src=x onerror=alert(1)>{n}\u0000\u0301\u05d6"


def given(name: str, data: bytes) -> dict[str, Any]:
    """As a browser is handed a file; what it is said to be is not believed."""
    return {"name": name, "mimeType": "text/html", "buffer": data}


def field(source: Source, page: str = "files") -> Locator:
    return source.section(page).locator("input[type=file]")


def items(source: Source, page: str = "files") -> Locator:
    return source.section(page).locator("[data-files] > li")


async def choose(source: Source, *files: dict[str, Any], page: str = "files") -> None:
    """They join the list, and are looked at."""
    count = await items(source, page).count()
    await field(source, page).set_input_files(list(files))
    await expect(items(source, page)).to_have_count(count + len(files))
    await expect(source.section(page).get_by_role("button", name="Continue")).to_be_visible()


async def to_files(source: Source) -> None:
    """From an open page to that of files, past the page that shows all answers."""
    await source.fill()
    await source.button("Change Files").click()
    await source.at("Files")


async def blobs(it: Scene) -> int:
    """How many the service was sent."""
    return sum(path.startswith("/v1/blobs/") for path in it.paths())


async def assert_sent(it: Scene, count: int) -> None:
    """One visit: what it reads, a pass, so many blobs of one size, and the envelope."""
    assert it.paths()[:4] == [*READING, "/v1/passes"]
    assert (await blobs(it), it.paths()[-1], len(it.paths())) == (count, "/v1/envelopes", count + 5)
    assert {len(one.body) for one in it.between.asked if one.path.startswith("/v1/blobs/")} == {BLOB}


@asynccontextmanager
async def quick(launch: Launch, folder: Path) -> AsyncIterator[Scene]:
    """A scene whose worker's pauses pass in a twentieth of their time."""
    async with scene(launch, folder) as it:
        it.between.changes["/worker.js"] = hurried(20)
        yield it


async def test_files_are_told_of_decided_on_and_sent(launch: Launch, tmp_path: Path) -> None:
    """What each tells, what goes of it and under which name; one that may tell more waits for the person's word; what
    is seen of them; then pass, blobs and envelope, and nothing of a file in the page afterwards."""
    async with quick(launch, tmp_path) as it:
        source = it.source
        await to_files(source)
        await expect(source.section("files")).to_contain_text("It can be seen that you send files.")
        await assert_good_looks(it.page, "files, none chosen")
        await choose(source, given("IMG_4711.jpg", JPEG), given("quagga.doc", PDF))
        picture, document = items(source).nth(0), items(source).nth(1)
        for words in (
            "file 1.jpg",
            "None of it is sent",
            "Camera: Phone 7",
            "Place: where it was taken",
            "IMG_4711.jpg",
        ):
            await expect(picture).to_contain_text(words)
        for words in ("file 2.pdf", "Document", "Author: Some Body", "A photograph of a print"):
            await expect(document).to_contain_text(words)
        assert await field(source).input_value() == ""
        await assert_good_looks(it.page, "files")
        await source.button("Continue").click()
        await expect(it.page.get_by_role("alert")).to_contain_text("file 2.pdf: say that it goes all the same")
        await assert_good_looks(it.page, "files with their error")
        await it.page.get_by_role("link", name="file 2.pdf").click()
        await expect(document.get_by_label("Send it all the same")).to_be_focused()
        await document.get_by_label("Send it all the same").check()
        await document.get_by_label("Send its own name: quagga.doc").check()
        await source.go_on("Check your report")
        row = source.section("check").locator("[data-row=files]")
        for words in ("file 1.jpg, 1 KB, without what it told", "quagga.doc, 0.3 MB", "2 files.", "about 1 MiB"):
            await expect(row).to_contain_text(words)
        await assert_good_looks(it.page, "check with files")
        await source.press_send(await source.take_codename())
        await source.stored()
        await assert_sent(it, 4)
        held = await source.everything()
        assert not any(one in held for one in ("IMG_4711", "quagga", "Phone 7", "Some Body"))
        assert await it.page.evaluate(KEPT) == NOTHING | {"state": "1"}


@pytest.mark.parametrize("whole", [False, True])
async def test_what_goes_is_the_copy_unless_the_person_says_otherwise(
    launch: Launch, tmp_path: Path, whole: bool
) -> None:
    """As the worker is asked to send it, byte for byte."""
    async with scene(launch, tmp_path) as it:
        await it.page.add_init_script(
            "const post = Worker.prototype.postMessage; Worker.prototype.postMessage = function (message, ...more) {"
            "if (message.files) window.sent = message.files; return post.call(this, message, ...more) }"
        )
        await to_files(it.source)
        await choose(it.source, given("IMG_4711.jpg", JPEG))
        if whole:
            await it.source.choose("Send it as it is, with all that it tells")
            await expect(items(it.source)).to_contain_text("all of it is sent")
        await it.source.go_on("Check your report")
        async with it.source.envelope_held():
            await it.source.press_send(await it.source.take_codename())
            await it.source.at("Sending")
            sent = await it.page.evaluate(
                "async () => Promise.all(window.sent.map(async ({name, type, file}) =>"
                " [name, type, [...new Uint8Array(await file.arrayBuffer())]]))"
            )
        assert sent == [["file 1.jpg", "image/jpeg", list(JPEG if whole else look(JPEG).cleaned or b"")]]


async def test_a_line_that_breaks_and_trying_again(launch: Launch, tmp_path: Path) -> None:
    """In the midst of the files: nothing of the report was sent, and the page says so; trying again sends what has no
    receipt yet, and shows how far it is. Stop ends all of it, and what was chosen is still there."""
    async with quick(launch, tmp_path) as it:
        passed = 0

        async def breaks(route: Route) -> None:
            nonlocal passed
            passed += 1
            await (route.continue_() if passed <= 2 else route.abort())

        await it.page.route("**/v1/blobs/**", breaks)
        await to_files(it.source)
        await choose(it.source, given("a.txt", b"words " * (BLOB_PLAIN // 2)))
        await it.source.go_on("Check your report")
        codename = await it.source.take_codename()
        await it.source.press_send(codename)
        await it.shows("The service is unavailable", "Nothing of what you wrote has been sent.", within=100_000)
        assert await blobs(it) == 2
        await it.page.unroute("**/v1/blobs/**")
        async with it.source.envelope_held():
            await it.press_on("Try again")
            await it.source.at("Sending")
            bar = it.page.get_by_role("progressbar")
            await expect(it.page.get_by_text("1 of 1 MB")).to_be_visible(timeout=60_000)
            await expect(bar).not_to_have_attribute("value", "0")
            await assert_good_looks(it.page, "sending files")
        await it.source.stored()
        assert await blobs(it) == 4


async def test_stop_in_the_midst_of_files(launch: Launch, tmp_path: Path) -> None:
    """Nothing is sent, the page says so, and what was chosen can be sent anew, the clean copy of a picture too."""
    held: list[Route] = []
    async with quick(launch, tmp_path) as it:
        await it.page.route("**/v1/blobs/**", lambda route: held.append(route))
        await to_files(it.source)
        await choose(it.source, given("a.jpg", JPEG))
        await it.source.go_on("Check your report")
        codename = await it.source.take_codename()
        await it.source.press_send(codename)
        await expect(it.page.get_by_text("Sending your files.")).to_be_visible(timeout=60_000)
        await it.press_on("Stop")
        await it.shows("Stopped", "Nothing of what you wrote has been sent.")
        for route in held:
            await route.abort()
        await it.page.unroute("**/v1/blobs/**")
        await it.press_on("Go back to what you wrote")
        await it.source.take_codename()
        await it.source.press_send(codename)
        await it.source.stored()
        assert await stored(it.server) == 1


async def test_a_unit_that_takes_no_files(launch: Launch, tmp_path: Path) -> None:
    """Said before anything can be chosen, and there is nothing to choose with; what was chosen for another unit is not
    sent, and the page says so. Where the page was changed on its way the signed list holds, and as much goes."""
    async with quick(launch, tmp_path) as it:
        north = it.server.world.desks[NORTH]
        north.unit = replace(north.unit, takes_no_files=True)
        await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
        await to_files(it.source)
        await it.shows("Files", f"No files can be sent to: {NAMES[NORTH]}")
        assert await field(it.source).is_visible() is False
        await it.source.go_on("Check your report")
        it.between.changes["/"] = lambda body: body.replace(
            b'data-kind="force-unit"', b'data-kind="force-unit" data-files'
        )
        await to_files(it.source)
        await choose(it.source, given("a.txt", b"words"))
        await it.source.go_on("Check your report")
        await it.source.press_send(await it.source.take_codename())
        await it.shows("Not sent", "No files can be sent to that unit.", "Do not send it again today")
        assert (await blobs(it), await stored(it.server)) == (1, 1)
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]


async def test_another_unit_that_takes_no_files(launch: Launch, tmp_path: Path) -> None:
    """The signed list has closed the unit by now, and the one in its place takes no files: a visit without them right
    after the one with them would tell for whom both were, so none is offered today."""
    async with quick(launch, tmp_path) as it:
        await to_files(it.source)
        await choose(it.source, given("a.txt", b"words"))
        await it.source.go_on("Check your report")
        codename = await it.source.take_codename()
        north, intake = it.server.world.desks[NORTH], it.server.world.desks[INTAKE]
        north.unit, intake.unit = replace(north.unit, paused=True), replace(intake.unit, takes_no_files=True)
        await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
        await it.source.press_send(codename)
        await it.shows(
            "Another unit would receive this", NAMES[INTAKE], "No files can be sent there", "words without files"
        )
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]
        assert (await blobs(it), await stored(it.server)) == (1, 1)


async def test_what_cannot_be_chosen(chromium_page: Page, tmp_path: Path) -> None:
    """One that is empty, more than fits, one that changes before it is sent; each in a sentence, and those before it
    stay. A hostile name does nothing."""
    alerts: list[str] = []
    chromium_page.on("dialog", lambda dialog: alerts.append(dialog.message))
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await to_files(source)
        await choose(source, given(HOSTILE.replace("\0", ""), b"words"))
        await expect(items(source)).to_contain_text("\u27e6U+202E\u27e7gpj.<img src=x onerror=alert(1)>{n}")
        await field(source).set_input_files([given("nothing.txt", b"")])
        await expect(chromium_page.get_by_role("alert")).to_contain_text("\u201cnothing.txt\u201d is empty")
        sparse = tmp_path / "large.bin"
        with sparse.open("wb") as made:
            made.truncate(MAX_BLOBS * BLOB_PLAIN)
        await field(source).set_input_files(sparse)
        await expect(chromium_page.get_by_role("alert")).to_contain_text(
            "\u201clarge.bin\u201d was not added: about 16 MB"
        )
        await expect(field(source)).to_be_enabled()
        changing = tmp_path / "changing.txt"
        changing.write_bytes(b"words")
        await field(source).set_input_files(changing)
        await expect(items(source)).to_have_count(2)
        await source.go_on("Check your report")
        codename = await source.take_codename()
        changing.write_bytes(b"other words")
        await source.press_send(codename)
        await source.at("Stopped")
        await expect(source.section("stopped")).to_contain_text("not what it was when you chose it")
        assert await stored(server) == 0
        assert alerts == []


async def test_files_by_keyboard_alone(chromium_page: Page, tmp_path: Path) -> None:
    """From the question that leads there and back to it, with one chosen and one taken off; the focus is never lost."""
    async with small_service(tmp_path) as server:
        source, page = Source(chromium_page, server.address), chromium_page
        choosers: asyncio.Queue[FileChooser] = asyncio.Queue()
        page.on("filechooser", choosers.put_nowait)
        await source.fill()
        await source.button("Answer them").click()
        for question in SHORT[: SHORT.index(EVIDENCE)]:
            await source.at(question.asks)
            await source.button("Skip this question").click()
        await source.box("What could show that it happened?").fill("Two pictures")
        await press(page, "Choose files")
        await source.at("Files")
        await expect(source.heading("Files")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(field(source)).to_be_focused()
        await page.keyboard.press("Enter")
        await (await choosers.get()).set_files([given("a.jpg", JPEG), given("b.txt", b"words")])
        await expect(items(source)).to_have_count(2)
        await press(page, "Send it as it is", "Space")
        await reach(page, "Take off the list")
        await page.keyboard.press("Enter")
        await expect(items(source)).to_have_count(1)
        await expect(source.button("Take off the list file 1.txt")).to_be_focused()
        await press(page, "Continue")
        await source.at(EVIDENCE_DANGER.asks)
        await source.button("Continue").click()
        await source.go_on("Check your report")
        await expect(source.section("check")).to_contain_text("Two pictures")
        await expect(source.section("check").locator("[data-row=files]")).to_contain_text("file 1.txt, 1 KB")


async def test_text_and_files_that_do_not_fit_together(chromium_page: Page, tmp_path: Path) -> None:
    """A message with files has one part: the page says so before a codename is made."""
    async with small_service(tmp_path) as server:
        source = Source(chromium_page, server.address)
        await source.fill("x" * 14_900)
        await source.button("Change Files").click()
        await choose(source, given("a.txt", b"words"))
        await source.go_on("Check your report")
        await expect(source.section("check")).to_contain_text("do not fit into one report")
        assert await source.button("Continue to the codename").count() == 0
        await source.button("Change Files").click()
        await source.button("Take off the list file 1.txt").click()
        await source.go_on("Check your report")
        await expect(source.button("Continue to the codename")).to_be_visible()


async def test_a_file_waits_for_its_decision_whatever_unit(chromium_page: Page, tmp_path: Path) -> None:
    """Turned to a unit that takes none and back again, it has not become one that goes; and with that unit it can still
    be taken off the list."""
    async with small_service(tmp_path) as server:
        intake = server.world.desks[INTAKE]
        intake.unit = replace(intake.unit, takes_no_files=True)
        await server.publish(period=int(server.clock() // server.world.policy.period))
        source, alert = Source(chromium_page, server.address), chromium_page.get_by_role("alert")
        await source.start()
        await source.look(new_codename())
        await source.button("Write to the unit").click()
        await source.choose(NAMES[SOUTH])
        await source.button("Add or change files").click()
        await choose(source, given("a.bin", b"\0\1\2\3"), page="files-reply")
        await source.back()
        for unit, words in ((INTAKE, "Take them off the list"), (SOUTH, "A file waits for your decision")):
            await source.choose(NAMES[unit])
            await source.button("Send").click()
            await expect(alert).to_contain_text(words)
            if unit == INTAKE:
                await source.button("Add or change files").click()
                await expect(field(source, "files-reply")).to_be_hidden()
                await source.button("Continue").click()
                await source.at("Write to the unit")
        await source.choose(NAMES[INTAKE])
        await source.button("Add or change files").click()
        await source.button("Take off the list file 1").click()
        await source.button("Continue").click()
        await source.box("Your message").fill("Words alone.")
        await source.button("Send").click()
        await source.at("Your message is stored", 60_000)


@pytest.mark.either
async def test_files_with_a_message_and_nothing_after_leaving(page: Page, tmp_path: Path) -> None:
    """Chosen for a unit that is known, sent with a message that has no words; the list of a message is none of a
    report. Leaving takes it all."""
    async with small_service(tmp_path) as server:
        intake = server.world.desks[INTAKE]
        intake.unit = replace(intake.unit, takes_no_files=True)
        await server.publish(period=int(server.clock() // server.world.policy.period))
        source = Source(page, server.address)
        await source.start()
        await source.look(new_codename())
        await source.button("Write to the unit").click()
        await expect(source.section("write")).to_contain_text("choose the unit first")
        await source.choose(NAMES[INTAKE])
        await expect(source.section("write")).to_contain_text("This unit takes no files")
        assert await source.button("Add or change files").count() == 0
        await source.choose(NAMES[SOUTH])
        await source.button("Add or change files").click()
        await choose(source, given("IMG_4711.jpg", JPEG), page="files-reply")
        await source.button("Continue").click()
        await expect(source.section("write")).to_contain_text("file 1.jpg, 1 KB, without what it told")
        await source.choose(NAMES[INTAKE])
        await source.button("Send").click()
        await expect(page.get_by_role("alert")).to_contain_text("Take them off the list, or choose another unit")
        await source.choose(NAMES[SOUTH])
        await source.button("Send").click()
        await source.at("Your message is stored", 60_000)
        assert await stored(server) == 2
        await source.button("Back to the answers").click()
        await source.button("Write to the unit").click()
        assert "file 1.jpg" not in await source.everything()
        await source.choose(NAMES[SOUTH])
        await source.button("Add or change files").click()
        await choose(source, given("IMG_4712.jpg", JPEG), page="files-reply")
        await page.evaluate("dispatchEvent(new Event('pagehide'))")
        assert "IMG_4712" not in await source.everything()
        assert "IMG_4712" not in page.url + await page.title()
