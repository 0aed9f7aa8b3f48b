# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile texts from a source through every page of the desk and through its commands.

    python -m tests.hostile.campaign --strings 2000

None may act (a script, a dialog, a request, a navigation, a form), none may hide anything: what a person sees is the
text with each unseen character shown, to the last letter, within its own box.
"""

import argparse
import asyncio
import itertools
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from click.testing import CliRunner
from playwright.async_api import Browser, Page, async_playwright

from dropbox.protocol.body import Report, encode_body
from dropbox.protocol.inert import MARGIN, inert
from journalist_ui.cli import terminal
from journalist_ui.cli.commands import main as desk_command
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.socket.server import make_app
from tests.browser.desk_house import Officer
from tests.chromium import start_chromium
from tests.desk.room import entropy
from tests.desk_web.house import House, open_house
from tests.flows.twin import replace_directory

A_MESSAGE = 10
A_CASE = 2 * A_MESSAGE + 1
"""Strings of a report and of a second message (the text and nine answers each), and one in a message of no form."""

WATCH = """
window.acts = []
Object.defineProperty(window, 'canary', {set: () => window.acts.push('canary')})
for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) {
  window[name] = () => window.acts.push(name)
}
// What an open page asks by itself, to the letter, is no act of a text.
const asks = new RegExp('^/now[?](case=[0-9]+(&writing=yes)?)?$')
window.fetch = (...asked) => {
  if (asked.length !== 2 || !asks.test(asked[0]) || JSON.stringify(asked[1]) !== '{"redirect":"manual"}') {
    window.acts.push('fetch')
  }
  return Promise.resolve(new Response('{}'))
}
"""

SEE = """() => [...document.querySelectorAll('.quoted')].map((box) => {
  const frame = box.getBoundingClientRect()
  const range = document.createRange()
  range.selectNodeContents(box)
  const outside = [...range.getClientRects()].filter((one) =>
    one.width > 0 && (one.left < frame.left - 1 || one.right > frame.right + 1))
  return {
    text: box.textContent,
    seen: box.innerText,
    // A mark of the checker's holds nothing but text; one of a source's would be missing from the text.
    elements: [...box.children].filter((one) => !one.matches('mark[data-numbers]') || one.childElementCount).length,
    clipped: outside.length > 0 || box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1,
    shown: box.checkVisibility({opacityProperty: true, visibilityProperty: true}) && frame.height > 0,
  }
})"""


@dataclass
class Campaign:
    """One run: the house, the officer's tab, and what went wrong."""

    house: House
    page: Page
    session: Path
    faults: list[str] = field(default_factory=list)
    strings: int = 0
    typed: int = 0
    """By an officer."""
    requests: set[str] = field(default_factory=set)

    def fault(self, case: int, what: str, text: str = "") -> None:
        self.faults.append(f"case {case}: {what} {text[:80]!r}")

    async def send(self, number: int, batch: list[str]) -> int:
        """One source: a report, a second message, and one that is no form; the case's number."""
        first, *later = [Report(part[0], answers=_answers(part[1:])) for part in _messages(batch)]
        room = self.house.room
        # A directory is believed for a hundred periods, and each case takes three.
        replace_directory(room.service, lambda one: one, number + 1)
        source = await asyncio.to_thread(room.report, entropy(number), first.text, answers=first.answers)
        bodies = [encode_body(form) for form in later]
        if len(batch) == A_CASE:
            bodies.append(batch[-1].encode() + b"\xff")
        for body in bodies:
            # Within a period the order of arrival is nowhere.
            await self.house.period()
            await asyncio.to_thread(room.service.send, source, "north", body)
        await self.house.period()
        self.strings += len(batch)
        return number

    def expected(self, batch: list[str]) -> list[str]:
        """What the boxes of the case page must show, in their order."""
        return [inert(text) for text in _shown(batch)]

    async def see(self, case: int, expected: list[str]) -> None:
        """The boxes of the present page, with all of a long report, and whether anything acted."""
        for fold in await self.page.locator(".folded summary").all():
            await fold.click()
        boxes = await self.page.evaluate(SEE)
        if len(boxes) != len(expected):
            self.fault(case, f"{len(boxes)} boxes in place of {len(expected)}")
        for box, wanted in zip(boxes, expected, strict=False):
            for wrong, what in (
                (box["text"] != wanted, "the page does not hold the text"),
                (_seen(box["seen"]) != _seen(wanted), "not all can be seen of"),
                (box["elements"] > 0, "markup came alive in"),
                (box["clipped"], "something is outside of its box in"),
                (not box["shown"] and wanted.strip(), "nothing is shown of"),
            ):
                if wrong:
                    self.fault(case, what, wanted)
        if acts := await self.page.evaluate("() => window.acts"):
            self.fault(case, f"acted: {acts}")
        wide = await self.page.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        if wide:
            self.fault(case, "the page scrolls sideways")

    async def browse(self, case: int, batch: list[str]) -> None:
        """Inbox, case, and one of the strings pasted into a reply: preview, change, send."""
        officer, url = Officer(self.house, self.page), self.house.url
        await self.page.goto(url)
        await self.see(case, [])
        await self.page.goto(f"{url}cases/{case}")
        await self.page.wait_for_load_state()
        if await self.page.title() != f"Case {case} - Unit desk":
            self.fault(case, "another page")
        expected = self.expected(batch)
        await self.see(case, expected)
        pasted = _typed(batch[case % len(batch)])
        if not pasted.strip():
            return
        await self.page.locator("#text").fill(pasted)
        await officer.press("Preview")
        # Beside what the source wrote last.
        await self.see(case, [expected[-1], inert(pasted)])
        await officer.press("Change it")
        if await self.page.locator("#text").input_value() != pasted:
            self.fault(case, "the box holds another text", pasted)
        await officer.press("Preview")
        await self.allow(pasted)
        await officer.press("Send to the source")
        await self.see(case, [*expected, inert(pasted)])

    async def allow(self, pasted: str) -> None:
        """What a marked text takes to be sent: the tick, and the string itself as whoever authorised it."""
        line = "".join(letter for letter in pasted if letter.isprintable()).strip()[:50] or "x"
        for box in await self.page.locator("[name=read]").all():
            await box.check()
        for name in ("authorisation", "officer"):
            for typed in await self.page.locator(f"[name={name}]").all():
                await typed.fill(line)

    def command(self, *words: str) -> str:
        """What one of the desk's commands prints."""
        ran = CliRunner().invoke(desk_command, [*words, "--session", str(self.session)])
        if ran.exit_code:
            raise AssertionError(ran.output)
        return str(ran.stdout)

    def type(self, case: int, batch: list[str]) -> None:
        """``show`` and ``cases``, in words and as JSON."""
        said = self.command("show", str(case))
        lines = said.removesuffix("\n").split("\n")
        if not all(line.isprintable() for line in lines):
            self.fault(case, "the terminal was sent a character that acts")
        for text in _shown(batch):
            quoted = terminal.quoted(text)
            if not any(lines[at : at + len(quoted)] == quoted for at in range(len(lines))):
                self.fault(case, "the terminal does not show", text)
            # What a page would show as a number, a terminal shows so too; it may show more.
            if _numbers(inert(text)) - _numbers("".join(line.removeprefix(MARGIN) for line in quoted)):
                self.fault(case, "the terminal hides something of", text)
        shown = self.command("show", str(case), "--json")
        if not shown.isascii() or not shown.removesuffix("\n").isprintable():
            self.fault(case, "JSON that is more than plain letters")
        told = json.dumps(json.loads(shown), ensure_ascii=False)
        for text in _texts(batch):
            if json.dumps(text, ensure_ascii=False)[1:-1] not in told:
                self.fault(case, "JSON does not hold", text)
        if not self.command("cases").replace("\n", "").isprintable():
            self.fault(case, "the list of cases acts")


def _numbers(shown: str) -> Counter[str]:
    """How often each unseen character stands as its number."""
    return Counter(re.findall(r"⟦U\+[0-9A-F]+⟧", shown))


def _messages(batch: list[str]) -> Iterable[list[str]]:
    whole = batch[: 2 * A_MESSAGE]
    return (whole[at : at + A_MESSAGE] for at in range(0, len(whole), A_MESSAGE))


def _answers(texts: list[str]) -> dict[str, str]:
    return {f"own-{number}": text for number, text in enumerate(texts) if text}


def _shown(batch: list[str]) -> list[str]:
    """What stands in a box, or behind a margin, of its own: an answer to a question that there is not behind its id."""
    shown = []
    for part in _messages(batch):
        shown += [*(f"{name}: {text}" for name, text in _answers(part[1:]).items()), part[0]]
    return [*shown, *(text + "\\xff" for text in batch[2 * A_MESSAGE :])]


def _texts(batch: list[str]) -> list[str]:
    """As the desk's verbs answer them: one that is no form ends in its last byte's number."""
    return [*batch[: 2 * A_MESSAGE], *(text + "\\xff" for text in batch[2 * A_MESSAGE :])]


def _typed(text: str) -> str:
    """As a browser's box takes a paste: one kind of line end, no null."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")[:2_000]


def _seen(text: str) -> str:
    """What can be seen of a text, whatever the spaces between and the line ends of the layout."""
    return "".join(text.split())


@asynccontextmanager
async def at_work(browser: Browser, folder: Path) -> AsyncIterator[Campaign]:
    """A desk with its pages and its socket, a tab that is signed in, and a watch on all that it does."""
    async with open_house(folder / "desk") as house:
        runner = web.AppRunner(make_app(house.desk), access_log=None)
        await runner.setup()
        socket = folder / "desk.sock"
        await web.UnixSite(runner, str(socket)).start()
        context = await browser.new_context()
        await context.add_init_script(WATCH)
        page = await context.new_page()
        asked = SignIn("bob", "four plain words together", house.code("bob"))
        token = (await house.desk.sessions.sign_in(asked)).token
        session = folder / "bob.session"
        session.write_text(json.dumps({"socket": str(socket), "token": token}))
        campaign = Campaign(house, page, session)
        context.on("request", lambda one: campaign.requests.add(one.url))
        context.on("page", lambda _: campaign.faults.append("a window opened"))
        page.on("dialog", lambda one: campaign.faults.append(f"a dialog: {one.message}"))
        page.on("download", lambda _: campaign.faults.append("a download"))
        await Officer(house, page).sign_in("ada")
        yield campaign
        foreign = [one for one in campaign.requests if not one.startswith(house.url)]
        campaign.faults += [f"a request: {one}" for one in foreign]
        await context.close()
        await runner.cleanup()


async def run(
    browser: Browser, folder: Path, strings: Iterable[str], *, tell: bool = False, typed: bool = True
) -> Campaign:
    """Every string, a case at a time: sent by a source, then ``typed`` by an officer and asked for by commands."""
    # It looks with this module's eyes.
    from tests.hostile.officers import handle

    begun = time.monotonic()
    async with at_work(browser, folder) as campaign:
        supply = iter(strings)
        for number in itertools.count(1):
            batch = list(itertools.islice(supply, A_CASE))
            if not batch:
                break
            case = await campaign.send(number, batch)
            await campaign.browse(case, batch)
            if typed:
                await asyncio.to_thread(campaign.type, case, batch)
                await handle(campaign, case, batch)
            if tell:
                counted = f"{campaign.strings} strings, {campaign.typed} typed, {len(campaign.faults)} faults"
                print(f"{counted}, {time.monotonic() - begun:.0f} s")
                sys.stdout.flush()
    return campaign


async def _main(count: int, seed: int) -> int:
    from tests.hostile.strings import hostile_strings

    async with async_playwright() as driver:
        browser = await start_chromium(driver)
        with tempfile.TemporaryDirectory() as folder:
            campaign = await run(browser, Path(folder), hostile_strings(count, seed), tell=True)
        await browser.close()
    for fault in campaign.faults:
        print(fault)
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strings", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(_main(arguments.strings, arguments.seed)))
