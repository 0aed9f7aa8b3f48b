# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is left in the browser and on its disk: nothing that was typed, made or read."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.browser.conftest import CHROMIUM, FIREFOX
from tests.browser.pages_service import small_service
from tests.browser.pages_source import ACCOUNT, Source
from tests.needle import needle, present, runs

RARE, NAME = "sold addresses, zyzzyva", "Sergeant Quillfeather"
CHOSEN, HELD = "quokka4712quokka.txt", "wombat4712wombat4712"
"""A file's name and what it holds."""
CONTROL = "quagga4711quagga4711"
CARELESS = """() => {
  const form = document.createElement('form')
  const field = document.createElement('textarea')
  field.id = field.name = 'careless'
  form.append(field)
  document.body.append(form)
}"""
KEPT = """async () => ({
  cookies: document.cookie,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  state: JSON.stringify(history.state),
  name: window.name,
  hash: location.hash + location.search,
})"""
NOTHING = {
    **dict.fromkeys(("local", "session", "databases", "caches", "workers"), 0),
    **dict.fromkeys(("cookies", "name", "hash"), ""),
}


@pytest.mark.either
async def test_nothing_is_stored(page: Page, tmp_path: Path) -> None:
    """After a report and a return: no cookie, storage, database, cache or service worker; address, title and the
    history's state say nothing; no answer may be kept by a cache."""
    async with small_service(tmp_path) as server:
        kept: list[str] = []
        source = Source(page, server.address)
        await source.start()
        title = await page.title()
        page.on("response", lambda answer: kept.append(answer.headers.get("cache-control", "")))
        await source.fill()
        codename = await source.take_codename()
        await source.send(codename)
        await source.stored()
        assert await page.evaluate(KEPT) == NOTHING | {"state": "1"}
        assert await page.title() == title
        await source.back()
        await source.look(codename)
        assert await page.evaluate(KEPT) == NOTHING | {"state": "1"}
        assert page.url == f"{server.address}/"
        assert await page.context.cookies() == []
        assert set(kept) == {"no-store"}


def unpacked_lz4(data: bytes) -> bytes:
    """The content of Firefox's session files: an LZ4 block behind a head of twelve bytes."""
    out, at = bytearray(), 12
    while at < len(data):
        token = data[at]
        at += 1
        length = token >> 4
        while length >= 15 and at < len(data) and (more := data[at]) >= 0:
            at, length = at + 1, length + more
            if more < 255:
                break
        out += data[at : at + length]
        at += length
        # The end, or what is there of a file that is being written.
        if at + 1 >= len(data):
            break
        offset = data[at] | data[at + 1] << 8
        at += 2
        count = (token & 15) + 4
        while count >= 19 and at < len(data) and (more := data[at]) >= 0:
            at, count = at + 1, count + more
            if more < 255:
                break
        for _ in range(count):
            out.append(out[-offset])
    return bytes(out)


def files(profile: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a profile, session files unpacked. What goes while it is looked at is not on the disk."""
    for folder, _, names in os.walk(profile):
        for path in (Path(folder) / name for name in names):
            if not path.is_file() or path.is_symlink():
                continue
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            yield str(path.relative_to(profile)), unpacked_lz4(data) if data.startswith(b"mozLz40\0") else data


def found(profile: Path, words: list[str]) -> list[str]:
    """Which of the words stand in which file, in the ways that browsers write text."""
    return [
        f"{word} in {name}"
        for name, data in files(profile)
        for word in words
        if present([needle(word), needle(word, "utf-16-le")], [data])
    ]


async def type_control(careless: Page, profile: Path) -> None:
    """By key, since a browser writes down what a person typed; again if it looked in the middle of the word, since it
    may look no more once another page is in front."""
    for _ in range(4):
        await careless.locator("#careless").press_sequentially(f"{CONTROL} ")
        for _ in range(10):
            if found(profile, [CONTROL]):
                return
            await asyncio.sleep(0.5)


async def control_is_found(profile: Path) -> None:
    """The browser has written down what was typed into a careless field, and the search sees it."""
    for _ in range(60):
        if found(profile, [CONTROL]):
            return
        await asyncio.sleep(1)
    raise AssertionError("the control was not found: the search proves nothing")


async def choose_a_file(source: Source, path: Path) -> None:
    """From the page that shows all answers and back to it, under the file's own name."""
    await asyncio.to_thread(path.write_text, f"{HELD} {HELD}")
    await source.button("Change Files").click()
    await source.section("files").locator("input[type=file]").set_input_files(path)
    await source.choose(f"Send its own name: {path.name}")
    await asyncio.sleep(2)
    await source.go_on("Check your report")


async def use(opened: BrowserContext, address: str, profile: Path) -> list[str]:
    """Type, choose, make and read all there is, and leave it open for as long as a browser takes to write its session
    down; what must not be found then."""
    careless = await opened.new_page()
    await careless.goto(f"{address}/notices.txt")
    await careless.evaluate(CARELESS)
    await type_control(careless, profile)
    source = Source(await opened.new_page(), address)
    source.by_key = True
    await source.fill()
    await choose_a_file(source, profile.with_name(CHOSEN))
    codename = await source.take_codename()
    await source.box("Word 1").press_sequentially(codename)
    await asyncio.sleep(4)
    await source.button("Send the report").click()
    await source.stored()
    await source.back()
    await source.look(codename)
    await asyncio.sleep(4)
    # Single words of the list may stand in a browser's own files.
    words = codename.split(" ")
    return [RARE, NAME, CHOSEN, HELD, codename, *runs(words), *runs(words, "\n"), *runs(words, "</li><li>")]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(CHROMIUM, marks=[pytest.mark.chromium, pytest.mark.long]),
        pytest.param(FIREFOX, marks=pytest.mark.firefox),
    ],
)
async def test_nothing_is_on_the_disk(tmp_path: Path, name: str) -> None:
    """A profile that is used for a report and a return holds no word of account, codename or file, then or once it is
    closed. Both browsers write down what is typed into a field that does not refuse it, and the search finds that."""
    profile = tmp_path / "profile"
    (tmp_path / "service").mkdir()
    async with small_service(tmp_path / "service") as server, async_playwright() as driver:
        if name == CHROMIUM:
            opened = await driver.chromium.launch_persistent_context(
                profile, executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
        else:
            opened = await driver.firefox.launch_persistent_context(
                profile,
                channel="moz-firefox",
                executable_path=shutil.which("firefox-esr"),
                firefox_user_prefs={"browser.sessionstore.interval": 1_000},
            )
        secrets = await use(opened, server.address, profile)
        await control_is_found(profile)
        assert found(profile, secrets) == []
        await opened.close()
    assert all(one in ACCOUNT for one in (RARE, NAME))
    assert found(profile, secrets) == []
