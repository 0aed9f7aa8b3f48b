# SPDX-License-Identifier: AGPL-3.0-or-later
"""A desk never stands still: what waits for the disk, or takes long, is beside the thread that answers everybody."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from dropbox.protocol.primitives import SealingKey
from journalist_ui.people import passphrases
from journalist_ui.shapes.asked import Asked
from journalist_ui.shapes.upkeep import Status
from journalist_ui.vault.database import Vault, write_meta
from journalist_ui.vault.flood import FLOOD_AFTER
from journalist_ui.verbs.table import VERBS, ask
from tests.desk.room import FIRST_PASSPHRASE, PASSPHRASE, SUPERVISOR, entropy
from tests.desk_web.house import ORIGIN, House, Officer

# A run against the service and a backup are the engine's own; recovery sheets are printed at a terminal alone, and a
# case's page shows its referrals itself.
APART = {"cases", "sync", "backup", "recovery-sheets", "referrals"}

PAGES = (
    "/",
    "/cases/1",
    "/members",
    "/canned",
    "/canned/1",
    "/questions",
    "/questions/safety",
    "/proposals",
    "/contact-key",
    "/passphrase",
    "/audit",
    "/audit?case=1",
    "/audit/check",
    "/settings",
    "/status",
    "/help",
)


def _frames(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back


def on_the_loop() -> str:
    """The innermost module of the desk's own that waits on the event loop's thread; empty elsewhere."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return ""
    return next((one for one in _frames(sys._getframe(1)) if one.startswith("journalist_ui.")), "")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a transaction was begun, a passphrase stretched or something sealed opened on the loop's thread."""
    found: list[str] = []

    def watched(what: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def watch(*given: Any, **named: Any) -> Any:
            if where := on_the_loop():
                found.append(f"{what} in {where}")
            return act(*given, **named)

        return watch

    for owner, name in ((Vault, "reading"), (Vault, "writing"), (passphrases, "argon2id"), (SealingKey, "open")):
        monkeypatch.setattr(owner, name, watched(name, getattr(owner, name)))
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The verbs that the pages ask."""
    found: set[str] = set()

    async def tell(desk: Any, token: str, one: Asked[Any]) -> Any:
        found.add(one.verb)
        return await ask(desk, token, one)

    monkeypatch.setattr("journalist_ui.web.site.ask", tell)
    return found


async def write(officer: Officer, act: str, text: str, **more: str) -> None:
    page = await officer.get("/cases/1")
    fields = {"seen": page.field("seen"), "base": page.field("base"), "writer": page.field("writer")}
    await officer.post("/cases/1/reply", fields | {"text": text, "act": act} | more)


async def walk(house: House) -> None:
    """Every page, and every form of one."""
    await house.person().sign_in("ada", "not the passphrase")
    ada = await house.officer()
    for path in PAGES:
        assert (await ada.get(path)).status == 200
    await ada.get("/now?case=1&writing=yes")
    await ada.post("/cases/1/state", {"state": "assessing"})
    await write(ada, "draft", "Which day was it?")
    preview = await ada.get("/cases/1/preview")
    await ada.post("/cases/1/reply", {"act": "send", "once": preview.field("once")})
    old = (await ada.get("/cases/1")).field("base")
    await write(ada, "draft", "One text.")
    await write(ada, "draft", "And another.", base=old)
    page = await ada.get("/cases/1")
    await ada.post("/cases/1/reply", {"act": "choose", "base": page.field("base"), "choice": "0"})
    await casework(ada)
    await canned_texts(ada)
    await told_and_asked(house, ada)
    await file_of_a_case(house, ada)
    await contact_details(ada)
    await leaving(ada)
    await people(ada)
    late = {name: page.field(name) for name in ("csrf",)} | {"text": "Late.", "act": "draft", "writer": "ada"}
    await ada.post("/lock")
    await ada.post("/cases/1/reply", late)
    await proposals(house)
    await own_settings(house)
    await flood_box(house)
    await own_passphrase(house)


async def casework(ada: Officer) -> None:
    """What is done with a case beside reading and writing."""
    await ada.post("/search", {"words": "tuesday"})
    for path, fields in (
        ("/cases/1/declare", {"conflict": "none"}),
        ("/cases/1/urgent", {"urgent": "yes"}),
        ("/cases/1/mute", {"muted": "yes"}),
        ("/cases/1/assign", {"to": "ada"}),
        ("/cases/1/tag", {"add": "custody"}),
        ("/cases/1/note", {"note": "Look at this."}),
        ("/shelve", {"case": "1", "to": "closed"}),
        ("/cases/1/decide", {"what": "chis", "answer": "no", "reason": "why"}),
        ("/cases/1/link", {"other": "2", "reason": "why"}),
        ("/cases/1/outcome", {"kind": "recorded", "reason": "why"}),
        ("/cases/1/print", {"reason": "for the hearing"}),
        ("/cases/1/exclude", {"member": "bob"}),
        ("/cases/1/exclude", {"member": "bob", "sure": "yes", "reason": "knows them"}),
        ("/shelve", {"case": "1", "to": "closed", "sure": "yes"}),
        ("/triage", {"name": "ada", "triage": "yes", "known_as": "Lovelace"}),
    ):
        assert (await ada.post(path, fields)).status == 200, path
    await ada.get("/triage")


async def own_settings(house: House) -> None:
    """A try goes nowhere: this desk has no way out for it."""
    bob = await house.officer("bob")
    await bob.post("/settings/excerpts", {"excerpts": "off"})
    await bob.post("/settings/welfare", {"welfare": "off"})
    await bob.post("/settings/reminders", {"to": "bob@unit.example"})
    await bob.post("/settings/reminder-try")


async def file_of_a_case(house: House, ada: Officer) -> None:
    """One that came with a report is looked at."""
    number = await house.report_with(9, b"What it says.")
    page = f"/cases/{number}/files/1"
    await ada.get(page)
    await ada.post(page + "/look", {"page": "1"})
    await ada.get(page + "/pages/1/picture")
    await ada.post(page + "/copy", {"reason": "For a briefing."})


async def flood_box(house: House) -> None:
    """One is taken out, the others are set aside."""
    with house.room.vault.writing() as connection:
        write_meta(connection, FLOOD_AFTER, 1)
    for number in range(11, 14):
        await asyncio.to_thread(house.room.report, entropy(number), "x")
        await house.desk.engine.sync()
    bob = await house.officer("bob")
    page = await bob.get("/flood")
    await bob.post("/flood/declare")
    await bob.post("/flood/take", {"case": re.findall(r'name="case" value="(\d+)">Take', page.body)[0]})
    await bob.post("/flood/move", {"to": "junk", "which": "all"})


async def told_and_asked(house: House, ada: Officer) -> None:
    """An outcome is released by a supervisor; a set of questions is written, asked and removed."""
    sue = await house.officer("sue")
    page = await sue.get("/cases/1/release")
    await sue.post("/cases/1/release", {name: page.field(name) for name in ("setting", "newest")})
    await ada.post("/questions/keep", {"title": "Ours", "text": "Which month was it?", "category": ""})
    page = await ada.get("/cases/1/ask?set=ours")
    await ada.post("/cases/1/ask", {name: page.field(name) for name in ("set", "version", "newest")})
    await ada.post("/questions/remove", {"slug": "ours"})
    await ada.post("/questions/remove", {"slug": "ours", "sure": "yes"})


async def canned_texts(ada: Officer) -> None:
    """One is put in the box; one is written, changed and removed."""
    await write(ada, "canned", "Hello.", canned="1")
    words = {"title": "A title", "text": "A text.", "category": ""}
    await ada.post("/canned/keep", words)
    await ada.post("/canned/keep", words | {"number": "1000", "base": "1", "text": "Another."})
    await ada.post("/canned/remove", {"number": "1000"})
    await ada.post("/canned/remove", {"number": "1000", "sure": "yes"})


async def contact_details(ada: Officer) -> None:
    """Nothing was left, and there is no key: each says so."""
    for path, fields in (
        ("/cases/1/contact", {"reason": "why"}),
        ("/cases/1/contact-show", {}),
        ("/contact-key/make", {}),
        ("/contact-key/file", {}),
        ("/contact-key/add", {"name": "bob"}),
    ):
        assert (await ada.post(path, fields)).status in (403, 422), path


async def leaving(ada: Officer) -> None:
    """The case is referred as far as this desk lets it, and a source that closes nothing is told nothing."""
    fields = {"to": "south", "summary": "Look at this.", "reason": "Theirs."}
    await ada.get("/cases/1/refer")
    await ada.post("/cases/1/refer", fields)
    await ada.post("/cases/1/refer", fields | {"act": "ask"})
    await ada.post("/cases/1/closing", {"kind": "closing", "newest": "0"})


async def people(ada: Officer) -> None:
    """A member is added, shared with and removed."""
    first = {"passphrase": FIRST_PASSPHRASE, "again": FIRST_PASSPHRASE}
    await ada.post("/members/add", {"name": "carl", "role": "investigator", **first})
    await ada.post("/members/share", {"name": "bob"})
    await ada.post("/members/share", {"name": "bob", "sure": "yes"})
    await ada.post("/members/remove", {"name": "carl"})
    await ada.post("/members/remove", {"name": "carl", "sure": "yes"})


async def proposals(house: House) -> None:
    """Roles are given and a member recovered, by two; what was asked for is refused."""
    ada = await house.officer("ada")
    await ada.post("/members/role", {"name": "bob"})
    await ada.post("/members/role", {"name": "bob", "role": ["investigator", "custodian"], "sure": "yes"})
    await ada.post("/proposals/refuse", {"proposal": "1", "reason": "no"})
    first = {"passphrase": FIRST_PASSPHRASE, "again": FIRST_PASSPHRASE}
    await ada.post("/members/recover", {"name": "bob"})
    await ada.post("/members/recover", {"name": "bob", "sure": "yes", **first})
    await (await house.officer("eve")).post("/proposals/approve", {"proposal": "2"})
    await asyncio.to_thread(house.room.own, "bob")


async def own_passphrase(house: House) -> None:
    """Wrong, with new codes, and as it is."""
    new = "quite other words than before"
    changed = {"new": new, "again": new}
    await (await house.officer("bob")).post("/passphrase", {"old": "wrong", **changed})
    bob = await house.officer("bob")
    page = await bob.post("/passphrase", {"old": PASSPHRASE, "new_code": "yes", **changed})
    secret = page.body.partition('<p class="secret"><code>')[2].partition("<")[0].replace(" ", "")
    house.room.secrets["bob"] = secret
    await bob.post("/passphrase/codes", {"code": house.code("bob")})
    bob = house.person()
    await bob.sign_in("bob", new)
    await bob.post("/passphrase/recovery-codes", {"passphrase": new})
    # Keys are for names: the page is asked by one.
    named = {"headers": ORIGIN | {"host": "north.localhost"}}
    await bob.get("/passphrase", **named)
    await bob.get("/sign-in", **named)
    await bob.post("/passphrase/key", {"passphrase": new, "label": "blue", "key": "{}"})
    await bob.post("/passphrase/key-remove", {"number": "1"})
    eve = await house.officer("eve")
    await eve.get("/")
    await eve.post("/passphrase", {"old": PASSPHRASE, **changed})


async def test_nothing_waits_for_the_disk_where_everybody_is_answered(
    house: House, waits: list[str], asked: set[str]
) -> None:
    """Every verb that a page asks, through its page."""
    house.room.add("sue", SUPERVISOR)
    await house.report(1, "It was on Tuesday.", categories=("discrimination",))
    await house.report(2, "It was on Wednesday.")
    waits.clear()
    await walk(house)
    assert waits == []
    assert asked == VERBS.keys() - APART, "a verb that no page asks is walked to nowhere here"


async def test_a_wait_on_the_loop_is_seen(house: House, waits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is meant for a thread is done at once instead."""

    async def at_once(act: Callable[..., Any], *given: Any) -> Any:
        return act(*given)

    monkeypatch.setattr(asyncio, "to_thread", at_once)
    with pytest.raises(RuntimeError, match="event loop"):
        await ask(house.desk, "", Status())
    assert any(one.startswith("reading in journalist_ui.") for one in waits)
