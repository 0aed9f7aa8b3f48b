# SPDX-License-Identifier: AGPL-3.0-or-later
"""A day at a unit's desk, in a browser, on a whole service: five members, declarations asked, real reports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import Connection

from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.settings import read_settings
from journalist_ui.people.members import read_member
from journalist_ui.people.passphrases import open_secrets
from journalist_ui.vault.case_keys import read_case_keys
from journalist_ui.vault.database import VAULT_FILE, open_vault
from journalist_ui.vault.sealing import CaseKeys, Holder
from tests.browser.conftest import CHROMIUM, Launch
from tests.browser.desk_page import PATIENCE, DeskPage
from tests.desk.copied import CopiedDesk, print_sheets
from tests.desk.sealed_things import is_opened, sealed_things
from tests.long_form import LONG
from tests.scenarios.service import Demo, here, ok, until

pytestmark = pytest.mark.chromium
REPORTS = 30 if LONG else 5
FIRST, SECOND, DEPUTY, ADMIN = 0, 1, 3, 4
UNIT = "intake"
"""At which nobody else is: the demo is shared."""
RISK = "He says that he will kill her tonight."
NAMED = "Sergeant Roberts took the money from the drawer."
PLAIN = "Report number {} about the canteen."
TASK = "Could you get a copy of the notebook?"
SOON = 15_000
"""Milliseconds: what one does reaches the other's open page within five seconds (test_desk_together.py holds it), and a
slow machine draws it."""


@dataclass
class Unit:
    """The desk at which the day is, and its members' browsers."""

    demo: Demo
    browser: Browser
    slug: str = UNIT

    @asynccontextmanager
    async def member(self, number: int) -> AsyncIterator[DeskPage]:
        """A member, signed in, in a browser of their own."""
        context = await self.browser.new_context()
        desk = DeskPage(await context.new_page(), self.demo.unit(self.slug), number)
        await desk.sign_in()
        yield desk
        await context.close()

    def url(self, path: str = "") -> str:
        return str(self.demo.unit(self.slug)["desk"]) + path


@pytest_asyncio.fixture(loop_scope="session")
async def unit(demo: Demo, launch: Launch) -> Unit:
    return Unit(demo, await launch(CHROMIUM))


async def blocks(page: Page) -> dict[str, list[int]]:
    """The cases of each block of the inbox that stands there, in order."""
    found = {}
    for block in await page.locator("section.group").all():
        name = (await block.get_attribute("class") or "").split()[1]
        texts = await block.locator(".number").all_inner_texts()
        found[name] = [int(text.removeprefix("Case ")) for text in texts]
    return found


async def press(page: Page, button: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).click()


async def declared(page: Page, unit: Unit, case: int) -> None:
    """Open a case for the first time: nothing of it is seen before."""
    await page.goto(unit.url(f"cases/{case}"))
    await expect(page.get_by_role("heading", name=f"Before you open case {case}")).to_be_visible()
    await press(page, "Nothing keeps me from it: open it")
    await expect(page.get_by_role("heading", name=f"Case {case}", exact=True)).to_be_visible()


def told(demo: Demo, text: str, *more: str) -> None:
    """A source reports."""
    words = ("--unit", UNIT, "--category", "discrimination", "--text-file", "-", "--json", *more)
    ok("dropbox-source", "report", *demo.pinned, *words, stdin=text)


async def arrived(unit: Unit, page: Page, count: int) -> None:
    """All reports are collected."""
    async with asyncio.timeout(PATIENCE):
        while sum(map(len, (await blocks(page)).values())) < count:
            await press(page, "Collect now")
            await asyncio.sleep(1)


async def test_a_day_at_the_desk(unit: Unit) -> None:
    """Reports arrive: the one of somebody at risk stands first, and stays there after it was read and answered; who is
    named in one has no sign of it. Declared, excluded in the middle of a session, assigned, noted, tagged, found, put
    away; a task is refused, a canned text taken, two write to one source; the record holds."""
    async with unit.member(ADMIN) as admin:
        page = admin.page
        await page.goto(unit.url("triage"))
        form = page.locator("form", has=page.locator('input[name="name"][value="second"]'))
        await form.get_by_label("Known as").fill("Roberts")
        async with page.expect_navigation():
            await form.get_by_role("button").click()
    for number in range(REPORTS - 2):
        await asyncio.to_thread(told, unit.demo, PLAIN.format(number))
    await asyncio.to_thread(told, unit.demo, NAMED)
    await asyncio.to_thread(told, unit.demo, RISK, "--answer", "at-risk=adult")
    async with unit.member(SECOND) as second, unit.member(FIRST) as first:
        await arrived(unit, first.page, REPORTS)
        case = await at_risk(unit, first.page)
        theirs = await named_sees_nothing(unit, second.page)
        await handled(unit, first.page, theirs[0])
        await together(unit, first.page, second.page, theirs[0])
        await excluded(unit, first.page, second.page, theirs[1])
        await expect(first.page.locator("main")).not_to_contain_text(NAMED)
        await first.page.goto(unit.url())
        assert (await blocks(first.page))["urgent"] == [case]
    session = unit.demo.session(unit.slug, ADMIN)
    said = await asyncio.to_thread(here, "dropbox-desk", "verify-audit", "--session", session, "--json")
    assert said.json()["holds"]


async def at_risk(unit: Unit, page: Page) -> int:
    """One look and one press; read and answered it is where it was."""
    await page.goto(unit.url())
    before = await blocks(page)
    (case,) = before["urgent"]
    assert RISK not in await page.content()
    await declared(page, unit, case)
    await expect(page.locator("main")).to_contain_text(RISK)
    await page.locator("#text").fill(TASK)
    await press(page, "Preview")
    await expect(page.locator("main")).to_contain_text("get a copy")
    await page.goto(unit.url(f"cases/{case}"))
    await page.locator("#text").fill("Thank you. Call 999 if she is in danger now.")
    await press(page, "Preview")
    tick = page.get_by_role("checkbox")
    if await tick.count():
        await tick.first.check()
    await press(page, "Send to the source")
    await page.goto(unit.url())
    assert (await blocks(page))["urgent"] == [case]
    return case


async def named_sees_nothing(unit: Unit, page: Page) -> list[int]:
    """No line, no count, nothing to find. Returns the cases that stand there beside the urgent one."""
    await page.goto(unit.url())
    shown = await blocks(page)
    assert sum(map(len, shown.values())) == REPORTS - 1
    await page.get_by_label("Search in your cases").fill("drawer")
    await press(page, "Search")
    await expect(page.locator("main")).to_contain_text("No case has all of these words.")
    return shown["for-us"]


async def handled(unit: Unit, page: Page, case: int) -> None:
    """Taken, noted, tagged, found by both, put away and back."""
    await declared(page, unit, case)
    await page.get_by_text("Assign", exact=True).click()
    await page.get_by_label("first (you)").check()
    await press(page, "Assign to these")
    await page.get_by_label("Add a note").fill("Ask the quartermaster.")
    await press(page, "Keep the note")
    await page.get_by_label("New tag").fill("custody suite")
    await press(page, "Add")
    for words in ("QUARTERMASTER", "custody", "canteen"):
        await page.goto(unit.url())
        await page.get_by_label("Search in your cases").fill(words)
        await press(page, "Search")
        assert case in [number for numbers in (await blocks(page)).values() for number in numbers], words
        assert words not in page.url
    await page.goto(unit.url())
    await page.get_by_label(f"Tick case {case}").check()
    await press(page, "Set aside: no reports")
    assert case not in (await blocks(page))["for-us"]
    await press(page, "Undo for 1 case")
    assert case in (await blocks(page))["for-us"]


async def together(unit: Unit, page: Page, other: Page, case: int) -> None:
    """One takes a canned text and is seen to write; the other sends first, and the first one's Send stops."""
    await declared(other, unit, case)
    await page.goto(unit.url(f"cases/{case}"))
    await press(page, "Put it in the box")
    await expect(page.locator("#text")).not_to_be_empty()
    await page.locator("#text").press_sequentially(" Thank you.")
    await expect(other.get_by_text("first is writing here.")).to_be_visible(timeout=SOON)
    await press(page, "Preview")
    await other.locator("#text").fill("We have read your report.")
    await press(other, "Preview")
    await press(other, "Send to the source")
    await page.get_by_role("button", name="Send to the source").click()
    await expect(page.locator("main")).to_contain_text("Not sent")
    await expect(page.locator("main")).to_contain_text("second wrote to the source")


async def excluded(unit: Unit, page: Page, other: Page, case: int) -> None:
    """The other has the case open, and is out with the next thing they do; then there is no such case."""
    await declared(other, unit, case)
    await declared(page, unit, case)
    await page.get_by_text("More to do with this case").click()
    await press(page, "Exclude second from this case")
    await page.get_by_label("Why").fill("Knows the officer.")
    await press(page, "Exclude second")
    await expect(page.locator("main")).to_contain_text("second was excluded from this case. Knows the officer.")
    await other.goto(unit.url(f"cases/{case}"))
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.long
def test_sheets_are_used_and_what_is_altered_is_named(demo: Demo, tmp_path: Path) -> None:
    """Printed at a terminal, approved by another administrator; two of them, at a copy of the desk, make one who reads
    the cases. In another copy a row of the record is altered, and `verify-audit` names it, or the batch."""
    made = demo.unit(UNIT)
    sheets = print_sheets(("--session", demo.session(UNIT, ADMIN)))
    deputy = ("--session", demo.session(UNIT, DEPUTY))
    (asked,) = [one for one in here("dropbox-desk", "proposals", *deputy, "--json").json() if one["state"] == "open"]
    here("dropbox-desk", "approve", str(asked["proposal"]), *deputy)
    before = len(demo.cases(UNIT))
    told(demo, "Written after the sheets.")
    assert until(lambda: len(demo.cases(UNIT)) > before, 120)
    used = CopiedDesk(made, tmp_path / "again").use_sheets((sheets[2], sheets[0]), "zoe")
    assert (used["roles"], used["cases"]) == (["administrator", "reader"], 1)
    CopiedDesk(made, tmp_path / "copy").shows_what_is_altered()


def test_who_has_left_opens_nothing_written_since(demo: Demo) -> None:
    """With the vault of a later day, the desk passphrase, and every key that they ever had."""
    made = demo.unit(UNIT)
    gone, salt = made["members"][SECOND], read_settings(Path(made["dir"])).salt
    vault = open_vault(Path(made["dir"]) / VAULT_FILE, stretch_desk_key(made["desk_passphrase"], salt))
    try:
        with vault.reading() as connection:
            case, kept = all_keys(connection, gone)
            before = sealed_things(connection, case)
        assert all(is_opened(kept, sealed, info) for _, sealed, info in before)
        here("dropbox-desk", "member", "remove", gone["name"], "--yes", "--session", demo.session(UNIT, ADMIN))
        first = demo.session(UNIT, FIRST)
        here("dropbox-desk", "declare", str(case), "--conflict", "none", "--session", first)
        ok("dropbox-desk", "note", str(case), "--text-file", "-", "--session", first, stdin="Written since.")
        with vault.reading() as connection:
            since = [one for one in sealed_things(connection, case) if one not in before]
        assert since
        assert not any(is_opened(kept, sealed, info) for _, sealed, info in since)
    finally:
        vault.close()


def all_keys(connection: Connection, member: dict[str, str]) -> tuple[int, CaseKeys]:
    """One of a member's cases, with every key to it that their passphrase opens."""
    row = read_member(connection, member["name"])
    assert row is not None
    opened = open_secrets(row.name, row.salt, row.sealed, member["passphrase"])
    assert opened is not None
    holder, keys = Holder(row.name, opened.key), read_case_keys(connection, row.name)
    case = next(number for number, _ in keys)
    return case, CaseKeys(tuple(one.open(holder) for (number, _), one in keys.items() if number == case))
