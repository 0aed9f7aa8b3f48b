# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the desk in every state: how one comes there, and its title."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from dropbox.flows.desk.notice import Notice
from journalist_ui.casework.cases import ASKED, ASKS
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.flood import FLOOD_AFTER
from tests.browser.desk_house import Officer
from tests.desk.room import FIRST_PASSPHRASE, PASSPHRASE, entropy

LONG_WORD = "x" * 400

Walk = Callable[[Officer], Awaitable[None]]


def at(path: str, name: str = "ada") -> Walk:
    """Signed in as ``name``, at an address."""

    async def walk(officer: Officer) -> None:
        if officer.name == name:
            await officer.open(path)
        if officer.name != name or "/sign-in" in officer.page.url:
            await officer.as_nobody()
            await officer.sign_in(name)
            await officer.open(path)

    return walk


async def wrong_sign_in(officer: Officer) -> None:
    await officer.as_nobody()
    await officer.sign_in("bob", "wrong passphrase")


async def locked(officer: Officer) -> None:
    await at("/")(officer)
    await officer.press("Lock now")


async def filtered(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.open("/?state=new")


async def noticed(officer: Officer) -> None:
    officer.house.desk.engine.standing.collect = [
        Notice("segments-gone", {"first": 3, "last": 5}),
        Notice("own-board-altered", {"error": LONG_WORD}),
    ]
    await at("/")(officer)


async def collected(officer: Officer) -> None:
    await at("/")(officer)
    await officer.press("Collect now")


async def too_long(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.fill({"text": "é" * 8_000})
    await officer.press("Preview")


async def previewed(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.fill({"text": f"One.\n{LONG_WORD}\n" * 5})
    await officer.press("Preview")


async def previewed_late(officer: Officer) -> None:
    """All that was added to case 1 while a text was written stands in its preview."""
    await at("/cases/1")(officer)
    await officer.page.evaluate("document.querySelector('[name=seen]').value = '0'")
    await officer.fill({"text": "One."})
    await officer.press("Preview")


async def marked(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.fill({"text": f"Could you get a copy of the notebook? Look at www.example.org/{LONG_WORD}"})
    await officer.press("Preview")


async def canned(officer: Officer) -> None:
    await at("/canned")(officer)
    await officer.fill({"title": LONG_WORD[:80], "canned-text": LONG_WORD})
    await officer.press("Keep it")
    if officer.page.url.rpartition("/")[2].partition("?")[0] != "1000":
        await officer.open("/canned/1000")


async def canned_again(officer: Officer) -> None:
    await canned(officer)
    await officer.page.evaluate("document.querySelector('[name=base]').value = '99'")
    await officer.page.get_by_role("button", name="Keep as version").click()
    await officer.page.wait_for_url("**/canned/keep")


async def canned_leaving(officer: Officer) -> None:
    await canned(officer)
    await officer.press("Remove this text")


async def worked(officer: Officer) -> None:
    """Decided, with an outcome and a link; every part of the page unfolded."""
    await at("/cases/1")(officer)
    for fields, button in (
        ({"referral-reason": LONG_WORD}, "Not referred"),
        ({"outcome-reason": LONG_WORD, "outcome-say": LONG_WORD}, "Set the outcome"),
        ({"link-other": "2", "link-reason": LONG_WORD}, "Link"),
    ):
        await unfolded(officer)
        if "outcome-say" in fields:
            await officer.page.locator("[name=kind][value=recorded]").check()
        await officer.fill(fields)
        await officer.press(button)
    await unfolded(officer)


async def unfolded(officer: Officer) -> None:
    await officer.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")


async def closing(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await unfolded(officer)
    await officer.press("Close the case")


async def drafted_twice(officer: Officer) -> None:
    await at("/cases/1")(officer)
    other = Officer(officer.house, await officer.page.context.new_page())
    await other.open("/cases/1")
    for tab, text in ((other, f"First {LONG_WORD}"), (officer, "Second")):
        await tab.fill({"text": text})
        await tab.press("Keep as a draft")
    await other.page.close()


async def shared(officer: Officer) -> None:
    await at("/members")(officer)
    await officer.press("Share 3 cases with dan")


async def shared_one(officer: Officer) -> None:
    await at("/cases/1")(officer)
    await officer.press("Share this case with dan")


async def drafted(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.fill({"text": "Begun"})
    await officer.press("Keep as a draft")


async def warned(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.page.evaluate(
        """() => {
          const warning = document.getElementById('idle-warning')
          warning.textContent = 'The desk locks in less than two minutes. What you have begun to write is kept.'
          const button = document.createElement('button')
          button.textContent = 'Stay signed in'
          warning.append(button)
          warning.hidden = false
        }"""
    )


async def added(officer: Officer) -> None:
    await _add(officer, "carol")


async def _add(officer: Officer, name: str) -> None:
    await at("/members")(officer)
    await officer.fill({"name": name, "first": FIRST_PASSPHRASE, "again": FIRST_PASSPHRASE})
    await officer.page.get_by_label("Investigator").check()
    await officer.press("Add the member")


def first_passphrase(name: str) -> Walk:
    """As a new member who has come in with it."""

    async def walk(officer: Officer) -> None:
        await _add(officer, name)
        await officer.press("Lock now")
        await officer.fill({"member": name, "passphrase": FIRST_PASSPHRASE})
        await officer.press("Sign in")
        officer.name = name

    return walk


async def own_passphrase(officer: Officer) -> None:
    await first_passphrase("dave")(officer)
    await officer.fill({"old": FIRST_PASSPHRASE, "new": PASSPHRASE, "again": PASSPHRASE})
    await officer.press("Make it mine")


async def not_added(officer: Officer) -> None:
    await at("/members")(officer)
    await officer.fill({"name": "dora", "first": PASSPHRASE, "again": "another one entirely"})
    await officer.page.get_by_label("Investigator").check()
    await officer.press("Add the member")


async def leaving(officer: Officer) -> None:
    await at("/members")(officer)
    await officer.press("Remove eve")


async def slipped(officer: Officer) -> None:
    await at("/passphrase")(officer)
    await officer.fill({"old": PASSPHRASE, "new": PASSPHRASE, "again": "another"})
    await officer.press("Change it")


async def proposed(officer: Officer) -> None:
    """One that waits for another person."""
    await at("/members", "eve")(officer)
    await officer.press("Change the roles of bob")
    await officer.page.get_by_label("Custodian").check()
    await officer.fill({"reason": LONG_WORD})
    await officer.press("Set these roles")
    await officer.open("/proposals")


async def changing_roles(officer: Officer) -> None:
    await at("/members")(officer)
    await officer.press("Change the roles of bob")


async def recovering(officer: Officer) -> None:
    await at("/members")(officer)
    await officer.press("Recover bob")


async def recovery_codes(officer: Officer) -> None:
    await at("/passphrase", "bob")(officer)
    await officer.fill({"present": PASSPHRASE})
    await officer.press("Make ten new recovery codes")


async def flooded(officer: Officer) -> None:
    """Two in the box: one in which somebody is at risk, one that is a long word."""
    house = officer.house
    with house.room.vault.writing() as connection:
        write_meta(connection, FLOOD_AFTER, 1)
    for number, answers in ((61, {}), (62, {"at-risk": ("child",)}), (63, {"at-risk": ("child",)}), (64, {})):
        await asyncio.to_thread(house.room.report, entropy(number), LONG_WORD, answers=answers)
    await house.desk.engine.sync()
    await at("/flood")(officer)


async def reminded(officer: Officer) -> None:
    """With an address, so that a try is offered."""
    settings = officer.house.desk.engine.settings
    way = {"reminder_from": "notice@unit.example", "reminder_relay": "127.0.0.1:9"}
    officer.house.desk.engine.settings = replace(settings, reminder_hours=("07:30",), **way)
    await at("/settings")(officer)
    await officer.fill({"to": f"a@{'b' * 60}.{'c' * 60}.example"})
    await officer.press("Keep the address")


async def reminded_nowhere(officer: Officer) -> None:
    await at("/settings")(officer)
    await officer.fill({"to": LONG_WORD[:250]})
    await officer.press("Keep the address")


async def searched(officer: Officer) -> None:
    await at("/")(officer)
    await officer.fill({"words": "second"})
    await officer.press("Search")


async def not_found(officer: Officer) -> None:
    await at("/")(officer)
    await officer.fill({"words": LONG_WORD[:200]})
    await officer.press("Search")


async def set_aside(officer: Officer) -> None:
    """With what takes it back."""
    await at("/")(officer)
    await officer.page.get_by_label("Tick case 3").check()
    await officer.press("Set aside: no reports")


async def at_risk(officer: Officer) -> None:
    await at("/cases/2")(officer)
    await officer.press("Someone is at risk: mark as urgent")
    await officer.open("/cases/2")


async def excluding(officer: Officer) -> None:
    await at("/cases/1")(officer)
    await officer.page.get_by_text("More to do with this case").click()
    await officer.press("Exclude bob from this case")


async def printed(officer: Officer) -> None:
    await at("/cases/1")(officer)
    await officer.page.get_by_text("More to do with this case").click()
    await officer.fill({"print-reason": LONG_WORD[:200]})
    await officer.press("Print the case")


def undeclared(path: str) -> Walk:
    """Before the member has said whether anything keeps them from the case; afterwards nobody is asked any more."""

    def ask(officer: Officer, value: str) -> None:
        with officer.house.desk.engine.vault.writing() as connection:
            write_meta(connection, ASKS, value)

    async def walk(officer: Officer) -> None:
        await asyncio.to_thread(ask, officer, ASKED)
        try:
            await at(path)(officer)
        finally:
            await asyncio.to_thread(ask, officer, "")

    return walk


STATES: dict[str, tuple[Walk, str]] = {
    "signing in": (Officer.as_nobody, "Sign in"),
    "a wrong sign-in": (wrong_sign_in, "Problem: sign in"),
    "locked": (locked, "Sign in"),
    "inbox": (at("/"), "Inbox"),
    "inbox with notices": (noticed, "Inbox"),
    "inbox collected": (collected, "Inbox"),
    "inbox with nothing left": (filtered, "Inbox"),
    "inbox with a case to declare": (undeclared("/"), "Inbox"),
    "search": (searched, "Search"),
    "search that finds nothing": (not_found, "Search"),
    "cases set aside": (set_aside, "Inbox"),
    "what was set aside": (at("/?shelf=junk"), "Set aside"),
    "what was closed": (at("/?shelf=closed"), "Closed"),
    "inbox of an administrator": (at("/", "eve"), "Inbox"),
    "case": (at("/cases/1"), "Case 1"),
    "case with a draft": (drafted, "Case 2"),
    "case with a text too long": (too_long, "Problem: case 2"),
    "case about to lock": (warned, "Case 2"),
    "preview": (previewed, "Preview for case 2"),
    "preview with marks": (marked, "Preview for case 2"),
    "preview of a case that changed": (previewed_late, "Preview for case 1"),
    "case with two drafts": (drafted_twice, "Case 1"),
    "case before its declaration": (undeclared("/cases/2"), "Before you open case 2"),
    "case with somebody at risk": (at_risk, "Case 2"),
    "case from which one is excluded": (excluding, "Exclude a member"),
    "case on paper": (printed, "Print case 1"),
    "case worked on": (worked, "Case 1"),
    "case closing": (closing, "Close what is not finished"),
    "cases shared": (shared, "Share cases"),
    "case shared": (shared_one, "Share cases"),
    "canned texts": (at("/canned"), "Canned texts"),
    "canned texts for an administrator": (at("/canned", "eve"), "Canned texts"),
    "canned text": (canned, "Canned text 1000"),
    "canned text not kept": (canned_again, "Problem: canned text 1000"),
    "canned text leaving": (canned_leaving, "Remove a canned text"),
    "members": (at("/members"), "Members"),
    "who takes new reports": (at("/triage"), "Who takes new reports"),
    "members for an investigator": (at("/members", "bob"), "Members"),
    "member added": (added, "Members"),
    "member not added": (not_added, "Problem: members"),
    "member leaving": (leaving, "Remove a member"),
    "proposals": (proposed, "Proposals"),
    "roles of a member": (changing_roles, "Roles of a member"),
    "member recovered": (recovering, "Recover a member"),
    "recovery codes": (recovery_codes, "Your recovery codes"),
    "passphrase": (at("/passphrase"), "Your passphrase"),
    "flood box": (flooded, "Flood box"),
    "settings": (reminded, "Your settings"),
    "settings not kept": (reminded_nowhere, "Problem: your settings"),
    "first passphrase": (first_passphrase("carl"), "Make a passphrase of your own"),
    "one-time codes": (own_passphrase, "Your one-time codes"),
    "passphrase mistyped": (slipped, "Problem: your passphrase"),
    "status": (at("/status"), "Status"),
    "audit": (at("/audit"), "Record"),
    "audit checked": (at("/audit/check"), "Record checked"),
    "audit of a case": (at("/audit?case=1"), "Record of case 1"),
    "help": (at("/help"), "Help"),
    "no such page": (at("/no-such"), "Not found"),
    "no such case": (at("/cases/99"), "There is a problem"),
}
MEANT = {
    "canned text not kept": 422,
    "a wrong sign-in": 401,
    "settings not kept": 422,
    "case with a text too long": 422,
    "member not added": 422,
    "passphrase mistyped": 422,
}
MEANT |= {"no such page": 404, "no such case": 404}
