# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contact details: their key is born among three custodians; two of them open what one source left; it is told."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dropbox.flows.source.message import with_contact
from dropbox.flows.source.visit import Part
from dropbox.protocol.armour import dearmour
from dropbox.protocol.body import WITHDRAWN, Report, encode_body
from dropbox.protocol.constants import EntryType
from dropbox.protocol.contact import seal_contact
from dropbox.protocol.enrolment import verify_enrolment
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import SealingKey, sha256
from journalist_ui.daemon import contact_process, contact_seeds
from journalist_ui.people.contact_key import Half
from journalist_ui.people.members import Role
from journalist_ui.refusals import OpeningFailed
from journalist_ui.vault import tables
from journalist_ui.vault.sealing import Holder
from journalist_ui.verbs import contact_approval
from tests.desk.people import People, people_of
from tests.desk.room import INVESTIGATOR, PASSPHRASE, Room, entropy
from tests.desk.test_release import found, periods
from tests.flows.twin import changed_unit, replace_directory
from tests.vectors.small_service import seed

pytestmark = pytest.mark.usefixtures("brief_stretch")
CUSTODIAN = frozenset({Role.CUSTODIAN})
SAID = "Signal, after ten at night. Ask for the blue car. Not my husband."
WHY = "she may be in danger tonight"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds are worked with in this process, by the same code: what a test claims of the process, it asks without."""

    def ask(task: dict[str, Any]) -> dict[str, Any]:
        told = contact_process.answer(task)
        if "refused" in told:
            raise contact_seeds.NotForThisKey("contact")
        return told

    monkeypatch.setattr(contact_seeds, "_ask", ask)


@pytest.fixture
async def three(room: Room, here: None) -> AsyncIterator[People]:
    """ada administers and investigates; bob investigates and is a custodian, as are carl and dora, who open no case.
    The unit's key is made and listed."""
    room.add("bob", INVESTIGATOR | CUSTODIAN)
    room.add("carl", CUSTODIAN)
    room.add("dora", CUSTODIAN)
    async with people_of(room) as people:
        for name in ("ada", "bob", "carl", "dora"):
            assert (await people.login(name))[0] == 0
        await born(people)
        yield people


async def born(people: People, name: str = "contact.enrolment", version: int = 2) -> bytes:
    """A key is made, and the roots put it into the list; its public half."""
    out = people.room.folder.parent / name
    made = await people.ask("carl", "contact-key", "make", "--out", out)
    enrolment = verify_enrolment(dearmour("ENROLMENT", out.read_bytes()))
    assert made["fingerprint"] == enrolment.fingerprint.hex()
    public = enrolment.contact_pk
    replace_directory(people.room.service, lambda body: changed_unit(body, "north", contact_pk=public), version)
    people.room.service.twin.rebuild()
    await people.room.engine.sync()
    return public


def leave(room: Room, source: bytes, text: str = SAID, message: str = "A report.") -> None:
    """A source sends a message with contact details."""
    parts, contact = with_contact(Report(message), text)
    part = Part("north", room.service.random(16), 1, 1, parts[0], contact=contact)
    assert room.service.visit(source, part).receipt is not None


def withdraw(room: Room, source: bytes) -> None:
    room.service.send(source, "north", encode_body(Report("", contact=WITHDRAWN)))


async def left(people: People, number: int = 1) -> bytes:
    source: bytes = await asyncio.to_thread(people.room.report, entropy(number), "First.")
    await asyncio.to_thread(leave, people.room, source)
    await people.room.engine.sync()
    return source


async def state(people: People, case: int = 1) -> str:
    shown = await people.ask("ada", "show", case)
    return str(shown.get("contact", "none"))


async def test_a_key_is_born_among_three_and_no_two_halves_of_different_pairs_make_it(three: People) -> None:
    """Each pair has halves of its own, wrapped to the two; the seed that they make is that of the public key, and the
    vault holds it nowhere."""
    with three.room.vault.reading() as connection:
        rows = connection.execute(select(tables.contact_halves)).all()
        key = connection.execute(select(tables.contact_keys)).one()
    assert {(row.owner, row.partner) for row in rows} == {
        (one, other) for one in ("bob", "carl", "dora") for other in ("bob", "carl", "dora") if one != other
    }
    (line,) = (await three.ask("dora", "contact-key", "list"))["keys"]
    assert (line["held"], line["holders"], line["listed"], line["usable"]) == (["bob", "carl", "dora"], 3, True, True)
    holders = {name: three.room.sign_in(name).session.holder for name in ("bob", "carl", "dora")}
    halves = {(row.owner, row.partner): Half(*row).open(holders[row.owner]) for row in rows}
    joined = [bytes(a ^ b for a, b in zip(halves[one, two], halves[two, one], strict=True)) for one, two in halves]
    assert {SealingKey(seed).public for seed in joined} == {key.public}
    assert bytes(a ^ b for a, b in zip(halves["bob", "carl"], halves["dora", "bob"], strict=True)) not in joined


async def opens(people: People, asker: str, *approving: str, case: int = 1) -> None:
    """Asked by one, approved by the others, the last of whom opens it."""
    made = await people.ask(asker, "contact", "ask", case, "--reason", WHY)
    for at, name in enumerate(approving, start=1):
        done = await people.ask(name, "approve", made["proposal"])
        assert done["state"] == ("approved" if at == len(approving) else "agreed")


async def test_two_open_it_and_the_source_is_told(three: People) -> None:
    """The case says that there is something; an investigator asks with a reason; the first custodian's approval opens
    nothing; the second's does; whoever opens the case reads it, and the source reads that it was opened."""
    source = await left(three)
    assert await state(three) == "left"
    assert "Nothing is open here" in await three.refused("ada", "contact", "show", 1)
    asked = await three.ask("ada", "contact", "ask", 1, "--reason", WHY)
    assert asked == {"case": 1, "proposal": 1, "agreed": False}
    (line,) = await three.ask("carl", "proposals")
    assert (line["kind"], line["target"], line["reason"], line["yours"]) == ("contact-open", "1", WHY, True)
    assert (await three.ask("carl", "approve", 1))["state"] == "agreed"
    (line,) = await three.ask("dora", "proposals")
    assert (line["state"], line["agreed"]) == ("open", ["carl"])
    assert await state(three) == "left"
    assert "You have agreed to this already" in await three.refused("carl", "approve", 1)
    assert (await three.ask("dora", "approve", 1))["state"] == "approved"
    assert await state(three) == "opened"
    assert (await three.ask("ada", "contact", "show", 1))["text"] == SAID
    assert "Only a member with the role" in await three.refused("dora", "contact", "show", 1)
    await periods(three, 2)
    texts = await asyncio.to_thread(found, three.room, source)
    assert [one.type for one in texts] == [EntryType.CONTACT_OPENED]
    acts = {one["act"] for one in await three.ask("ada", "audit", "--case", 1)}
    assert {"contact asked", "contact opened", "contact shown"} <= acts
    assert "are open already" in await three.refused("ada", "contact", "ask", 1, "--reason", WHY)


async def test_what_the_program_says_answers_nobody(three: People) -> None:
    """The source still waits for a person's word."""
    await left(three)
    before = (await three.ask("ada", "cases"))[0]["owed"]
    await opens(three, "bob", "carl")
    assert (await three.ask("ada", "cases"))[0]["owed"] == before


async def test_a_custodian_who_asks_is_one_of_the_two(three: People) -> None:
    """bob, who has the case, asks; carl, who never had, is enough."""
    await left(three)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    assert asked["agreed"] is True
    assert "You have agreed" in await three.refused("bob", "approve", asked["proposal"])
    assert (await three.ask("carl", "approve", asked["proposal"]))["state"] == "approved"
    assert (await three.ask("bob", "contact", "show", 1))["text"] == SAID


async def test_two_who_had_to_do_with_the_case_are_not_enough(three: People) -> None:
    """Not while it is open to both; from whom it was taken since knows of no proposal any more."""
    three.room.add("erin", INVESTIGATOR | CUSTODIAN)
    await three.login("erin")
    await born(three, "second.enrolment", 3)
    await left(three)
    await three.ask("erin", "show", 1)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    assert "never had to do with the case" in await three.refused("erin", "approve", asked["proposal"])
    await three.ask("ada", "exclude", 1, "--member", "erin", "--reason", "knows the officer")
    assert (await three.login("erin"))[0] == 0
    assert "no proposal of that number" in await three.refused("erin", "approve", asked["proposal"])
    assert "has another key" in await three.refused("dora", "approve", asked["proposal"])
    await three.ask("bob", "refuse", asked["proposal"], "--reason", "another key")
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    assert "no proposal of that number" in await three.refused("erin", "approve", asked["proposal"])
    assert await three.ask("erin", "proposals") == []
    assert await state(three) == "left"
    assert (await three.ask("dora", "approve", asked["proposal"]))["state"] == "approved"


@pytest.mark.parametrize("first", ["left", "withdrawn"])
async def test_what_is_withdrawn_is_gone_whichever_came_first(three: People, first: str) -> None:
    """In one period, in either order of the segment; a proposal is over; the vault holds neither field nor words; the
    case says that there was something, and that the message was proved until then."""
    room = three.room
    source = await asyncio.to_thread(room.report, entropy(1), "First.")
    acts = [lambda: leave(room, source), lambda: withdraw(room, source)]
    for act in acts if first == "left" else reversed(acts):
        await asyncio.to_thread(act)
        await room.engine.sync()
    assert await state(three) == "withdrawn"
    assert "taken its contact details back" in await three.refused("bob", "contact", "ask", 1, "--reason", WHY)
    with room.vault.reading() as connection:
        rows = connection.execute(select(tables.contacts)).all()
    assert {(row.state, row.sealed, row.opened) for row in rows} == {("withdrawn", b"", b""), ("withdrawal", b"", b"")}
    shown = await three.ask("ada", "show", 1)
    assert [one.get("proof", "") for one in shown["messages"] if "report" in one["text"]] == ["erased"]
    assert [one["from"] for one in shown["messages"]] == ["source"] * 3
    with room.vault.writing() as connection:
        for row in rows:
            connection.execute(
                update(tables.parts).where(tables.parts.c.message_id == row.message_id).values(sealed=b"x")
            )
    shown = await three.ask("ada", "show", 1)
    assert [one["from"] for one in shown["messages"]].count("unproved") == 2


async def test_withdrawn_while_it_is_asked_for_and_after_it_was_opened(three: People) -> None:
    """The approval comes too late; of what was open nothing stays; details that come later are others."""
    source = await left(three)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    await asyncio.to_thread(withdraw, three.room, source)
    await three.room.engine.sync()
    assert "not there any more" in await three.refused("carl", "approve", asked["proposal"])
    await three.ask("bob", "refuse", asked["proposal"], "--reason", "gone")
    await periods(three)
    await asyncio.to_thread(leave, three.room, source, "Another number.", "Later.")
    await three.room.engine.sync()
    await opens(three, "bob", "dora")
    assert (await three.ask("ada", "contact", "show", 1))["text"] == "Another number."
    await asyncio.to_thread(withdraw, three.room, source)
    await three.room.engine.sync()
    assert await state(three) == "withdrawn"
    assert "taken its contact details back" in await three.refused("ada", "contact", "show", 1)


async def test_one_custodian_leaves_and_another_comes(three: People) -> None:
    """Every pair with who left is gone, and a new key is due; the two who stay still open. A new custodian is given
    halves by two who have them, in pairs of their own; the others' stay as they were."""
    room = three.room
    await left(three)
    room.add("erin", INVESTIGATOR)
    await three.ask("ada", "member", "remove", "dora", "--yes")
    assert "contact-key-due" in await three.told()
    with room.vault.reading() as connection:
        before = set(connection.execute(select(tables.contact_halves)).all())
    assert {(row.owner, row.partner) for row in before} == {("bob", "carl"), ("carl", "bob")}
    room.add("frank", CUSTODIAN)
    await three.login("frank")
    assert "holds halves of every key that you hold" in await three.refused("frank", "contact-key", "add", "bob")
    asked = await three.ask("bob", "contact-key", "add", "frank", "--reason", "for nights")
    assert "You have agreed" in await three.refused("frank", "approve", asked["proposal"])
    assert (await three.ask("carl", "approve", asked["proposal"]))["state"] == "approved"
    with room.vault.reading() as connection:
        after = set(connection.execute(select(tables.contact_halves)).all())
    assert before < after
    assert {(row.owner, row.partner) for row in after - before} == {
        *(("frank", "bob"), ("bob", "frank"), ("frank", "carl"), ("carl", "frank"))
    }
    (line,) = (await three.ask("frank", "contact-key", "list"))["keys"]
    assert (line["held"], line["holders"], line["due"]) == (["bob", "carl", "frank"], 4, True)
    await three.ask("ada", "member", "role", "carl", "--role", "reader", "--reason", "moves on")
    await opens(three, "bob", "frank")
    assert (await three.ask("ada", "contact", "show", 1))["text"] == SAID


async def test_another_passphrase_keeps_the_halves(three: People) -> None:
    """What was wrapped to the old key is wrapped to the new one."""
    await left(three)
    await asyncio.to_thread(three.room.change, "carl", PASSPHRASE, "another four plain words")
    assert (await three.login("carl", "another four plain words"))[0] == 0
    await opens(three, "bob", "carl")
    assert (await three.ask("ada", "contact", "show", 1))["text"] == SAID


async def test_a_key_takes_three_and_one_who_was_told_of(room: Room, here: None, tmp_path: Path) -> None:
    """Two custodians make none; a third whose role is new holds halves and approves nothing for seven days."""
    room.add("bob", INVESTIGATOR | CUSTODIAN)
    room.add("carl", CUSTODIAN, day=room.engine.day)
    async with people_of(room) as people:
        for name in ("ada", "bob", "carl"):
            await people.login(name)
        said = await people.refused("bob", "contact-key", "make", "--out", tmp_path / "none")
        assert "three custodians or more" in said
        assert not (tmp_path / "none").exists()
        assert (await people.ask("bob", "contact-key", "list"))["keys"] == []
        room.add("dora", CUSTODIAN, provisional=True)
        assert "this desk has 2" in await people.refused("bob", "contact-key", "make", "--out", tmp_path / "none")
        room.add("erin", CUSTODIAN)
        await people.login("erin")
        await born(people)
        await left(people)
        asked = await people.ask("ada", "contact", "ask", 1, "--reason", WHY)
        assert "yours does so in 7 days" in await people.refused("carl", "approve", asked["proposal"])


async def test_what_ends_in_the_middle_leaves_everything_as_it_was(
    three: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk ends when the seed was put together and nothing stored: afterwards the same approval opens it."""
    await left(three)
    asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
    with monkeypatch.context() as broken:
        broken.setattr(contact_seeds, "_ask", lambda task: (_ for _ in ()).throw(contact_seeds.OpeningFailed("ended")))
        assert "ended" in await three.refused("carl", "approve", asked["proposal"])
    assert await state(three) == "left"
    with monkeypatch.context() as broken:
        broken.setattr(contact_approval, "_store_opened", lambda *given: (_ for _ in ()).throw(OSError("disk")))
        code, _, _ = await three.run("approve", asked["proposal"], "--session", three.session("carl"))
        assert code == 1
    assert await state(three) == "left"
    assert (await three.ask("carl", "approve", asked["proposal"]))["state"] == "approved"


async def test_what_was_handed_over_goes_with_the_proposal(three: People) -> None:
    """Refused or expired: neither halves nor field stay."""
    await left(three)
    for ends in ("refused", "expired"):
        asked = await three.ask("bob", "contact", "ask", 1, "--reason", WHY)
        if ends == "refused":
            await three.ask("carl", "refuse", asked["proposal"], "--reason", "not yet")
        else:
            await periods(three, 8)
            await three.refused("carl", "approve", asked["proposal"])
        with three.room.vault.reading() as connection:
            for rows in (tables.contact_releases, tables.contact_asks):
                assert connection.execute(select(rows)).all() == [], ends


def test_the_process_makes_splits_and_opens_and_refuses_what_is_not_of_the_key() -> None:
    """In a process of its own, as it is: halves of another key, and a field of another message, are refused by their
    codes; one that ends is told."""
    seeds = {name: SealingKey(seed(name)) for name in ("ann", "ben", "cat")}
    public, halves = contact_seeds.make_key({name: key.public for name, key in seeds.items()})
    opened = {(one.owner, one.partner): one.open(Holder(one.owner, seeds[one.owner])) for one in halves}
    pair = contact_seeds.Pair(sha256(public), opened["ann", "cat"], opened["cat", "ann"])
    sealed = seal_contact(public, b"info", SAID)
    assert contact_seeds.open_sealed(pair, sealed, b"info") == SAID
    crossed = replace(pair, second=opened["ben", "ann"])
    for wrong, field, info in ((crossed, sealed, b"info"), (pair, sealed, b"other"), (pair, sealed[1:], b"info")):
        with pytest.raises(ProtocolError):
            contact_seeds.open_sealed(wrong, field, info)


def test_a_process_that_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends it, and whatever it says instead."""
    pair = contact_seeds.Pair(bytes(32), bytes(32), bytes(32))
    for command in (("false",), ("echo", "[]"), ("echo", "no"), ("/nowhere/at/all",)):
        monkeypatch.setattr(contact_seeds, "COMMAND", command)
        with pytest.raises(OpeningFailed):
            contact_seeds.open_sealed(pair, b"", b"")


def test_the_process_of_a_seed_is_given_neither_environment_nor_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """It starts with no variable, and at the root."""
    tells = "import json, os; print(json.dumps({'text': open('/proc/self/environ').read() + os.getcwd()}))"
    monkeypatch.setattr(contact_seeds, "COMMAND", (sys.executable, "-I", "-c", tells))
    monkeypatch.setenv("LD_PRELOAD_OF_A_TEST", "x")
    assert contact_seeds.open_sealed(contact_seeds.Pair(bytes(32), bytes(32), bytes(32)), b"", b"") == "/"
