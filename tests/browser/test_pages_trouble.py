# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every way in which a visit can go wrong, and what the page then says of what was stored: a real server that lies."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright, expect

from dropbox.http_edge.answers import Answer
from dropbox.protocol.constants import MAX_DIRECTORY
from tests.browser.conftest import Launch
from tests.browser.lying_server import BURST, READING, lying_server
from tests.browser.pages_looks import assert_good_looks
from tests.browser.pages_scene import refuses_for_good, scene
from tests.browser.pages_service import INTAKE, NAMES, NORTH, SOUTH, small_service
from tests.browser.pages_source import ACCOUNT, Source, new_codename
from tests.browser.test_pages_walk import stored
from tests.browser.visitor import Report
from tests.chromium import start_chromium

pytestmark = pytest.mark.chromium
NOTHING_SENT = "Nothing of what you wrote has been sent."
PERHAPS = "It may have been stored all the same"
SOONER = "Sooner is fine when things get worse or somebody is at risk"


async def test_the_date_seems_wrong(launch: Launch, tmp_path: Path) -> None:
    """Nothing is sent before the person confirms; trying again asks again; confirmed, a new visit sends it."""
    async with scene(launch, tmp_path, {INTAKE: 5, NORTH: 5, SOUTH: 5}) as it:
        await it.send()
        await it.shows("Is the date on this device right?", NOTHING_SENT, "The date of this device seems wrong")
        assert it.paths() == READING
        await it.press_on("I have set the date right: try again")
        await it.source.at("Is the date on this device right?", 30_000)
        assert await stored(it.server) == 0
        await it.press_on("The date is right: go on")
        await it.shows("Your report is stored", "The date of this device seems wrong")
        assert re.fullmatch(r"in [2-6] days", await it.source.section("sent").locator("[data-come-back]").inner_text())
        assert await stored(it.server) == 1
        assert it.paths() == [*READING * 3, "/v1/envelopes"]


async def test_the_unit_has_been_silent(launch: Launch, tmp_path: Path) -> None:
    """The report is stored with a warning, and nothing leads to another visit today: a server that holds a unit's board
    back would see from it who writes to that unit."""
    async with scene(launch, tmp_path, {NORTH: 5}) as it:
        await it.send()
        await it.shows("Your report is stored", f"“{NAMES[NORTH]}” for longer than usual", SOONER)
        wait = await it.source.section("sent").locator("[data-come-back]").inner_text()
        assert re.fullmatch(r"on \w+,? \d+ \w+ \d{4}, in [2-6] days", wait)
        assert await it.buttons() == ["Exit this page", "Who you can talk to"]
        assert await stored(it.server) == 1
        assert ACCOUNT not in await it.source.everything()


async def test_after_stop_a_lost_connection_is_not_called_a_browser_that_cannot(launch: Launch, tmp_path: Path) -> None:
    """Stop ends the worker, which is fetched anew: without a connection the page says so, and nothing is lost."""
    async with scene(launch, tmp_path) as it:
        await it.source.start()
        await it.source.look(new_codename())
        await it.press_on("Write to the unit")
        await it.page.get_by_role("radio", name=NAMES[NORTH]).check()
        await it.source.box("Your message").fill(ACCOUNT)
        it.between.changes["/v1/directory"] = lambda _: None
        await it.press_on("Send")
        await it.press_on("Stop")
        await it.source.at("Stopped")
        it.between.changes["/worker.js"] = lambda _: None
        await it.press_on("Go back to what you wrote")
        await it.press_on("Send")
        await it.shows("The service is unavailable", "The service did not answer", NOTHING_SENT)
        await it.press_on("Go back to what you wrote")
        await expect(it.source.box("Your message")).to_have_value(ACCOUNT)


async def test_another_unit_would_receive_it(launch: Launch, tmp_path: Path) -> None:
    """A page that names another unit than the signed list does not get the report sealed: a decoy goes, the page says
    so and names the right one. Whoever changed the page would see who comes back at once: it offers nothing today."""
    async with scene(launch, tmp_path) as it:
        it.between.changes["/"] = lambda body: body.replace(NAMES[NORTH].encode(), b"The friends of the chief")
        await it.send()
        await it.shows(
            "Another unit would receive this", NOTHING_SENT, "The friends of the chief", NAMES[NORTH], SOONER
        )
        assert await stored(it.server) == 1, "the decoy"
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]


async def test_the_signed_list_names_another_unit_by_now(launch: Launch, tmp_path: Path) -> None:
    """The roots have paused the unit since the page was loaded. No server can bring that about, so the report can go to
    the unit that the list names, as a new visit under the same codename."""
    async with scene(launch, tmp_path) as it:
        await it.source.fill()
        codename = await it.source.take_codename()
        north = it.server.world.desks[NORTH]
        north.unit = replace(north.unit, paused=True)
        await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
        await it.source.press_send(codename)
        await it.shows("Another unit would receive this", NOTHING_SENT, NAMES[NORTH], NAMES[INTAKE])
        assert SOONER not in await it.page.locator("section:visible").inner_text()
        await it.press_on("Send to this unit")
        await it.source.stored()
        await expect(it.page.locator("section:visible")).to_contain_text(f"stored for {NAMES[INTAKE]}")
        assert await stored(it.server) == 2


async def test_an_answer_to_a_unit_that_the_list_closes(launch: Launch, tmp_path: Path) -> None:
    """The roots have paused the unit since its answers were read: the page says that the list says so, and keeps the
    text; nobody need wait for a day."""
    async with scene(launch, tmp_path) as it:
        await it.source.start()
        await it.source.look(new_codename())
        north = it.server.world.desks[NORTH]
        north.unit = replace(north.unit, paused=True)
        await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
        await it.press_on("Write to the unit")
        await it.page.get_by_role("radio", name=NAMES[NORTH]).check()
        await it.source.box("Your message").fill(ACCOUNT)
        await it.press_on("Send")
        said = ("cannot receive anything now", "The signed list of units itself says so", NOTHING_SENT)
        await it.shows("Not sent", *said)
        assert SOONER not in await it.page.locator("section:visible").inner_text()
        await it.press_on("Go back to what you wrote")
        await expect(it.source.box("Your message")).to_have_value(ACCOUNT)


async def test_the_units_board_is_altered(launch: Launch, tmp_path: Path) -> None:
    """That unit gets nothing: a decoy goes, the proof is told, and no other unit is offered; the report stays, under
    the same codename."""
    async with scene(launch, tmp_path) as it:
        it.alter(NORTH)
        codename = await it.send()
        await it.shows("Not sent", "cannot receive anything now", NOTHING_SENT, "This is certain", SOONER)
        assert NAMES[INTAKE] not in await it.page.locator("section:visible").inner_text()
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]
        await it.press_on("Go back to what you wrote")
        await it.source.at("Check your report")
        it.between.changes.clear()
        assert await it.source.take_codename() == codename
        await it.source.press_send(codename)
        await it.shows("Your report is stored", NAMES[NORTH])
        assert await stored(it.server) == 2


async def test_every_board_is_altered(launch: Launch, tmp_path: Path) -> None:
    """Nothing can leave, and whoever writes sees all the proofs, as whoever only reads does."""
    async with scene(launch, tmp_path) as it:
        it.alter(*range(len(NAMES)))
        await it.send()
        proofs = [f"Answers of “{name}” are being held back or changed" for name in NAMES]
        await it.shows("Not sent", "No unit at all can receive", NOTHING_SENT, SOONER, *proofs)
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]
        assert await stored(it.server) == 0


async def test_a_return_to_an_altered_board(launch: Launch, tmp_path: Path) -> None:
    """The proof stands in the open, and what was not found is not called "no messages"."""
    async with scene(launch, tmp_path) as it:
        it.alter(NORTH)
        await it.source.start()
        await it.source.look(new_codename())
        proof = f"Answers of “{NAMES[NORTH]}” are being held back or changed"
        await it.shows("Answers", "cannot be seen today", proof, SOONER)
        await expect(it.page.locator("[data-nothing]")).to_be_hidden()
        assert await it.page.get_by_text("Other warnings").is_hidden()


async def test_a_return_while_a_unit_is_silent(launch: Launch, tmp_path: Path) -> None:
    """That some unit is silent stands in a fold, since most visitors have not written to it."""
    async with scene(launch, tmp_path, {SOUTH: 5}) as it:
        await it.source.start()
        await it.source.look(new_codename())
        folded = it.page.get_by_text(f"“{NAMES[SOUTH]}” for longer than usual")
        await expect(folded).to_be_hidden()
        await it.page.get_by_text("Other warnings").click()
        await expect(folded).to_be_visible()
        await assert_good_looks(it.page, "answers with a fold")


async def test_no_answer_after_the_envelope_left(launch: Launch, tmp_path: Path) -> None:
    """The page says that it may be stored, and to keep the codename, also after another try that came less far; the
    text stands there, and the same report goes out again when the person sends it."""
    async with scene(launch, tmp_path) as it:
        it.between.changes["/v1/envelopes"] = lambda _: b" " * 256
        codename = await it.send()
        await it.shows("It may have been stored", PERHAPS, "Keep your codename", ACCOUNT, SOONER)
        assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]

        async def again(heading: str, *words: str) -> None:
            await it.press_on("Go back to what you wrote")
            assert await it.source.take_codename() == codename
            await it.source.press_send(codename)
            await it.shows(heading, *words)

        it.between.changes["/v1/directory"] = lambda body: body[:-1] + bytes([body[-1] ^ 1])
        await again("There is a problem with the service", "is not the one that was signed", PERHAPS)
        it.between.changes.clear()
        it.alter(NORTH)
        await again("Not sent", PERHAPS)
        it.between.changes.clear()
        await again("Your report is stored")
        assert await stored(it.server) == 5, "three of the first press, which had no receipt, a decoy, and the last"
        assert ACCOUNT not in await it.source.everything()


async def test_the_service_takes_nothing(launch: Launch, tmp_path: Path) -> None:
    """The envelope of each visit is refused: whoever only reads has the answers, an answer is kept with its text, and a
    report with its text and codename; all three are told the same day, and none is led to another visit today."""
    async with scene(launch, tmp_path) as it:
        it.handlers("/v1/envelopes")["POST"] = refuses_for_good
        days = []

        async def told(heading: str, *words: str) -> None:
            await it.shows(heading, *words, SOONER, within=60_000)
            days.append(await it.page.locator("section:visible [data-come-back]").inner_text())

        async def untaken(text: str) -> None:
            await told("The service took nothing from you this time", "Your text stands below", text)
            assert await it.buttons() == ["Exit this page", "Go back to what you wrote"]

        await it.source.start()
        await it.source.button("Read your answers").click()
        await it.source.box("Word 1").fill(new_codename())
        await it.press_on("Look for answers")
        await told("Answers", "The service took nothing from this visit", "There is nothing that you need do")
        await it.press_on("Write to the unit")
        await it.page.get_by_role("radio", name=NAMES[NORTH]).check()
        await it.source.box("Your message").fill("A message of mine.")
        await it.press_on("Send")
        await untaken("A message of mine.")
        await it.press_on("Go back to what you wrote")
        await expect(it.source.box("Your message")).to_have_value("A message of mine.")
        await it.source.button("Back").click()
        await it.source.at("Answers")
        await it.press_on("Write to the unit")
        await it.source.box("Your message").fill("")
        await it.source.button("Back").click()
        await it.source.back()
        await it.source.walk_to_check(Report(ACCOUNT))
        codename = await it.source.take_codename()
        await it.source.press_send(codename)
        await untaken(ACCOUNT)
        await expect(it.page.locator("section:visible")).to_contain_text(NOTHING_SENT)
        await it.press_on("Go back to what you wrote")
        assert await it.source.take_codename() == codename
        assert len(set(days)) == 1
        assert it.paths() == BURST * 9


async def test_what_the_roots_did_not_sign_is_not_believed(launch: Launch, tmp_path: Path) -> None:
    """A list of units that does not verify: nothing is sent, and the page says why."""
    async with scene(launch, tmp_path) as it:
        it.between.changes["/v1/directory"] = lambda body: body[:-1] + bytes([body[-1] ^ 1])
        await it.send()
        await it.shows("There is a problem with the service", "is not the one that was signed", NOTHING_SENT)
        assert it.paths() == READING


@pytest.mark.parametrize("way", ["hangs up", "not this service"])
async def test_the_service_is_unavailable(launch: Launch, tmp_path: Path, way: str) -> None:
    """No connection, or an answer of something else: what was typed is still there, and what is known of what was
    stored is said. A visit is made three times; the first two break quickly here."""
    async with scene(launch, tmp_path) as it:
        await it.source.start()
        too_long = bytes(MAX_DIRECTORY + 1)

        def change(directory: bytes) -> bytes | None:
            if it.paths().count("/v1/directory") < 3:
                return too_long
            return {"hangs up": None, "not this service": too_long}[way]

        it.between.changes["/v1/directory"] = change
        codename = new_codename()
        await it.source.button("Read your answers").click()
        await it.source.box("Word 1").fill(codename)
        await it.press_on("Look for answers")
        await it.shows("The service is unavailable", "did not answer", "You were only reading", SOONER, within=100_000)
        await it.press_on("Back to your codename")
        await expect(it.source.box("Word 8")).to_have_value(codename.split(" ")[-1])
        it.between.changes.clear()
        await it.press_on("Look for answers")
        await it.source.at("Answers", 30_000)


@pytest.mark.parametrize(
    ("path", "told", "envelopes"), [("/v1/directory", NOTHING_SENT, 1), ("/v1/envelopes", PERHAPS, 1)]
)
async def test_stop(launch: Launch, tmp_path: Path, path: str, told: str, envelopes: int) -> None:
    """Before the envelope leaves, stopping sends nothing; afterwards the page does not claim that. What was written is
    still there, under the same codename, and can be sent."""
    async with scene(launch, tmp_path) as it:
        methods = it.handlers(path)
        (method, honest) = next(iter(methods.items()))
        reached, released = asyncio.Event(), asyncio.Event()

        async def held(request: web.BaseRequest) -> Answer:
            reached.set()
            await released.wait()
            return await honest(request)

        methods[method] = held
        codename = await it.send()
        await reached.wait()
        await it.press_on("Stop")
        await it.shows("Stopped", told)
        methods[method] = honest
        await it.press_on("Go back to what you wrote")
        await it.source.at("Check your report")
        assert await it.source.take_codename() == codename
        await it.source.press_send(codename)
        await it.source.stored()
        assert await stored(it.server) == envelopes
        released.set()


async def test_stop_between_two_envelopes(launch: Launch, tmp_path: Path) -> None:
    """Of a long report the first envelope is stored: the page says so, and that the whole must be sent again. When
    nothing comes through after that, the page does not call the codename wrong."""
    async with scene(launch, tmp_path) as it:
        held = asyncio.Event()
        first = it.server.service.routes._table["/v1/directory"]["GET"]

        async def second_waits(request: web.BaseRequest) -> Answer:
            if "/v1/envelopes" in it.paths():
                await held.wait()
            return await first(request)

        it.handlers("/v1/directory")["GET"] = second_waits
        await it.source.fill("More. " * 4_000)
        codename = await it.source.take_codename()
        await it.source.press_send(codename)
        await expect(it.page.locator("[data-part]")).to_contain_text("Part 2 of 2", timeout=30_000)
        await it.press_on("Stop")
        await it.shows("Stopped", "Parts of it stored so far: 1.", "send the whole again")
        held.set()
        it.between.changes["/worker.js"] = lambda _: None
        await it.press_on("Go back to what you wrote")
        await it.source.take_codename()
        await it.source.press_send(codename)
        await expect(it.page.get_by_role("alert")).to_contain_text("The service did not answer")
        it.between.changes.clear()
        await it.press_on("Send the report")
        await it.source.stored()
        assert await stored(it.server) == 3


async def test_a_report_that_is_too_long_cannot_be_sent(launch: Launch, tmp_path: Path) -> None:
    """Whichever answer made it so, the page with all answers says it and leads no further."""
    async with scene(launch, tmp_path) as it:
        await it.source.fill(role="A volunteer")
        await it.press_on("Change What do you know about who they are?")
        await it.source.box("What do you know about who they are?").fill("x" * 250_000)
        await it.press_on("Continue")
        await it.source.at("Check your report")
        await expect(it.source.section("check")).to_contain_text("Too long")
        assert await it.source.button("Continue to the codename").count() == 0


async def test_no_unit_receives(launch: Launch, tmp_path: Path) -> None:
    """When every unit is paused, the page says so before a codename is made, and there is nothing to press."""
    async with scene(launch, tmp_path) as it:
        for desk in it.server.world.desks:
            desk.unit = replace(desk.unit, paused=True)
        await it.server.publish(period=int(it.server.clock() // it.server.world.policy.period))
        await it.source.fill()
        await it.shows("Check your report", "no unit can receive this report", "Nothing has been sent")
        assert await it.source.button("Continue to the codename").count() == 0


@pytest.mark.parametrize("lack", ["workers", "the worker's script"])
@pytest.mark.either
async def test_a_browser_that_cannot_seal(page: Page, tmp_path: Path, lack: str) -> None:
    """Without workers, or where the worker's script does not arrive: an honest page in place of a form."""
    async with small_service(tmp_path) as server, lying_server(server.address) as between:
        if lack == "workers":
            await page.add_init_script("delete window.Worker")
        else:
            between.changes["/worker.js"] = lambda _: None
        await page.goto(f"{between.address}/")
        await Source(page, between.address).at("This browser cannot seal a report")
        await expect(page.locator("section:visible")).to_contain_text("dropbox-source")
        await Source(page, between.address).back()
        await expect(page.get_by_text("This page needs JavaScript")).to_be_visible()


async def test_an_address_without_encryption(tmp_path: Path) -> None:
    """Over plain http to another machine a browser offers no cryptography: the same honest page, and what to check."""
    async with small_service(tmp_path) as server, async_playwright() as driver:
        browser = await start_chromium(driver, "--host-resolver-rules=MAP drop.example 127.0.0.1")
        page = await browser.new_page()
        address = server.address.replace("127.0.0.1", "drop.example")
        await page.goto(f"{address}/")
        await Source(page, address).at("This browser cannot seal a report")
        await expect(page.locator("section:visible")).to_contain_text("begins with https://")
        await assert_good_looks(page, "incapable")
        await browser.close()
