# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case is referred: two people, what leaves by visits like anybody's, what comes back, and what a desk that gets one
shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dropbox.flows.source.requests import PostEnvelope
from dropbox.protocol.body import Report, encode_body, parse_body
from dropbox.protocol.codename import conversation_keys
from dropbox.protocol.constants import EntryType, UnitKind
from dropbox.protocol.referral import Claim, claim_of, sign_referral, verify_referral
from journalist_ui.daemon.visits import A_PERIOD, LOOK, Visits
from journalist_ui.vault import tables
from journalist_ui.vault.referrals import next_to_send
from tests.desk.people import People, people_of
from tests.desk.room import INVESTIGATOR, SUPERVISOR, MemoryTransport, Room, entropy
from tests.desk.test_release import found, periods
from tests.flows.twin import changed_unit, replace_directory

pytestmark = pytest.mark.usefixtures("brief_stretch")
SECRET = "Only he and I were in the car park."


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    path = tmp_path / "summary.txt"
    path.write_text("A sergeant is said to have taken money.\n")
    return path


def visits(room: Room) -> Visits:
    """Over the service in memory."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[MemoryTransport]:
        yield room.transport

    return Visits(room.engine, connect)


def reported(room: Room, **more: Any) -> bytes:
    """A report of somebody at risk, that says more than another unit needs to know."""
    answers = {"at-risk": ("adult",), "where": "car park", **more.pop("answers", {})}
    room.add("bob", INVESTIGATOR)
    room.add("sue", SUPERVISOR)
    return room.report(entropy(1), SECRET, categories=("personal-advantage",), answers=answers, **more)


async def began(people: People, *names: str) -> None:
    await people.room.engine.sync()
    for name in names:
        await people.login(name)
        await people.ask(name, "show", 1)


async def asked(people: People, summary: Path, to: str = "intake") -> int:
    """The proposal."""
    done = await people.ask("bob", "refer", 1, "--to", to, "--summary-file", summary, "--reason", "their matter")
    number: int = done["proposal"]
    return number


def arrived(room: Room, text: str) -> Claim:
    """What the intake desk collects is proved to be of this one, and holds this text and nothing of the source's."""
    service, desk = room.service, room.service.desks["intake"]
    service.tick()
    (conversation,) = desk.context.ledger.conversations.values()
    (body,) = desk.bodies()
    report = parse_body(body)
    claim = claim_of(report)
    assert claim is not None
    key, to, service_id = room.engine.state.keyring.public, desk.context.unit_id, service.twin.service_id
    verify_referral(report, claim, key, to, conversation.pseudonym, service_id)
    assert (report.text, set(report.answers)) == (text, {"at-risk", "referral"})
    mine = next(iter(room.engine.state.ledger.conversations.values()))
    assert SECRET.encode() not in body
    assert all(one.hex() not in body.decode() for one in (mine.pseudonym, mine.beacon))
    return claim


async def test_two_refer_a_case_and_only_the_summary_leaves(room: Room, summary: Path) -> None:
    """Previewed, asked for, approved by a supervisor who sees what leaves, carried by a visit; the other unit proves
    who it is from, and gets no word, key or number of the source's. The source is offered to follow."""
    source = reported(room)
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        shown = await people.ask("bob", "refer", 1, "--to", "intake", "--summary-file", summary, "--check")
        assert (shown["text"], shown["categories"], shown["answers"]) == (
            "A sergeant is said to have taken money.",
            ["personal-advantage"],
            {"at-risk": ["adult"]},
        )
        number = await asked(people, summary)
        (line,) = await people.ask("sue", "proposals")
        assert (line["target"], line["reason"]) == ("1 to intake", "their matter")
        assert line["text"].startswith(shown["text"])
        assert all(one in line["text"] for one in ("personal-advantage", "Force: none", "An adult"))
        _, words, _ = await people.run("proposals", "--session", people.session("sue"))
        assert "A sergeant is said to have taken money." in words
        assert (await people.ask("sue", "approve", number, "--yes"))["state"] == "approved"
        await visits(room).make()
        claim = arrived(room, shown["text"])
        await periods(people)
        (offer,) = found(room, source)
        assert (offer.type, offer.offer) != (EntryType.TEXT, None)
        assert offer.offer is not None
        assert (offer.offer.slug, offer.offer.reference) == ("intake", claim.reference.hex())
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert (left["to"], left["state"], left["by"]) == ("intake", "sent", "bob")
        with room.vault.reading() as connection:
            assert connection.execute(select(tables.referrals.c.sent)).scalar_one() > 0


async def test_the_other_units_answers_come_back(room: Room, summary: Path) -> None:
    """They stand beside the referral, sealed to the case; each once, however often it is looked for."""
    reported(room)
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        await people.ask("sue", "approve", await asked(people, summary), "--yes")
        going = visits(room)
        await going.make()
        room.service.tick()
        desk = room.service.desks["intake"]
        desk.reply(next(iter(desk.context.ledger.conversations.values())), "Which month?")
        room.service.tick(2)
        for _ in range(2):
            await going.make()
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert [(one["kind"], one["text"]) for one in left["answers"]] == [("text", "Which month?")]
        _, words, _ = await people.run("referrals", "--session", people.session("bob"))
        assert "intake answered" in words
        with room.vault.reading() as connection:
            (sealed,) = connection.execute(select(tables.referral_answers.c.sealed)).scalars()
        assert b"Which month?" not in sealed


async def test_one_that_nobody_receives_keeps_no_other_back(room: Room, summary: Path) -> None:
    """The case says why, and it is tried again; the next one leaves meanwhile."""
    reported(room)
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        await people.ask("sue", "approve", await asked(people, summary), "--yes")
        replace_directory(room.service, lambda one: changed_unit(one, "intake", paused=True), 2)
        going = visits(room)
        await going.make()
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert (left["state"], left["refused"]) == ("refused", "unit-cannot-receive")
        _, words, _ = await people.run("referrals", "--session", people.session("bob"))
        assert "cannot receive anything now. It is tried again" in words
        with room.vault.reading() as connection:
            assert next_to_send(connection, room.engine.now_period()) is None
        replace_directory(room.service, lambda one: changed_unit(one, "intake", paused=False), 3)
        await going.make()
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert left["state"] == "sent"


async def test_every_visit_asks_the_same(room: Room, summary: Path) -> None:
    """With a referral, to look for an answer, with nothing to say: the same requests, one envelope of one size."""
    reported(room)
    seen: list[list[str]] = [[]]
    sizes = set()

    class Watched(MemoryTransport):
        async def answer(self, request: Any) -> object:
            seen[-1].append(type(request).__name__)
            if isinstance(request, PostEnvelope):
                sizes.add(len(request.envelope))
            return await super().answer(request)

    room.transport = Watched(room.service)
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        going = visits(room)
        seen.append([])
        await going.make()
        await people.ask("sue", "approve", await asked(people, summary), "--yes")
        for _ in range(2):
            seen.append([])
            await going.make()
    assert seen[1] == seen[2] == seen[3] != []
    assert sizes == {16_384}


async def test_what_is_not_referred(room: Room, summary: Path) -> None:
    """To a unit that the source keeps out of it, to itself, to nobody."""
    reported(room, not_to=("intake",))
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        for to, path, said in (
            ("intake", summary, "kept from"),
            ("north", summary, "no other unit north"),
            ("nobody", summary, "no other unit nobody"),
        ):
            told = await people.refused("bob", "refer", 1, "--to", to, "--summary-file", path, "--reason", "x")
            assert said in told, told


async def test_a_summary_has_its_bounds_and_its_second_person(room: Room, summary: Path, tmp_path: Path) -> None:
    """One part, not empty; whoever asked does not approve, and it is taken back like any proposal."""
    reported(room)
    long, none = tmp_path / "long", tmp_path / "none"
    long.write_text("x" * 15_000)
    none.write_text(" \n")
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        for path, said in ((long, "too long"), (none, "")):
            told = await people.refused("sue", "refer", 1, "--to", "intake", "--summary-file", path, "--reason", "x")
            assert said in told, told
        done = await people.ask("sue", "refer", 1, "--to", "intake", "--summary-file", summary, "--reason", "x")
        # No other supervisor: done by one, which everybody is told.
        assert done["proposal"] == 0
        number = await asked(people, summary)
        code, _, _ = await people.run("approve", number, "--yes", "--session", people.session("bob"))
        assert code == 1
        assert (await people.ask("bob", "refuse", number, "--reason", "no"))["state"] == "refused"


async def test_a_referral_that_came_is_proved_and_its_source_follows(room: Room) -> None:
    """The case says by whom it was referred; whoever shows the reference is taken for its source, with what that is
    worth, and a second one as a dispute. A claim that is not signed so says that it is not."""
    service = room.service
    intake, me = service.desks["intake"].context, room.settings.unit_id
    secret, reference = b"s" * 32, b"r" * 16
    pseudonym = conversation_keys(secret, me).pseudonym
    report = sign_referral(
        Report("A summary."),
        intake.keyring.signing_seed,
        intake.unit_id,
        me,
        pseudonym,
        reference,
        service.twin.service_id,
    )
    service.send(secret, "north", encode_body(report))
    service.send(b"t" * 32, "north", encode_body(report))
    async with people_of(room) as people:
        await room.engine.sync()
        await people.login("ada")
        for who in (b"u" * 32, b"v" * 32):
            body = encode_body(Report("It is me.", answers={"accepts": reference.hex()}))
            await asyncio.to_thread(service.send, who, "north", body)
            await room.engine.sync()
        shown = {number: await people.ask("ada", "show", number) for number in (1, 2, 3, 4)}
        by = {number: one["referred"]["by"] for number, one in shown.items() if "referred" in one}
        assert sorted(by.values()) == ["", "intake"]
        good = next(number for number, name in by.items() if name)
        assert shown[good]["referred"]["proved"] is True
        assert shown[good]["referred"]["accepted"] == [3, 4]
        assert (shown[3]["accepts"]["first"], shown[4]["accepts"].get("first", False)) == (True, False)
        _, words, _ = await people.run("show", good, "--session", people.session("ada"))
        assert "was referred by the unit intake" in words
        assert "DISPUTED: case 4 says so too." in words
        # What proves it is told in words, and digits tell nobody anything.
        assert "does not know" not in words
        _, words, _ = await people.run("show", 4, "--session", people.session("ada"))
        assert "DISPUTED: somebody said so before." in words
        with room.vault.reading() as connection:
            assert reference not in set(connection.execute(select(tables.referral_names.c.name)).scalars())


async def test_visits_come_at_moments_of_their_own_and_end_for_nothing(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    """Within two quarters of a period of each other, never before the service is known; whatever fails is logged by its
    code, and the next visit is planned all the same."""
    going = visits(room)
    async with people_of(room):
        assert 0 < await going.step() <= LOOK
        await room.engine.sync()
        quarter = room.service.twin.policy.period / A_PERIOD
        now = [room.clock()]
        room.engine.clock = lambda: now[0]
        pauses = []
        room.transport.down = "GetDirectory"
        for _ in range(12):
            pauses.append(await going.step())
            now[0] += pauses[-1]
        assert all(0 < one <= 2 * quarter for one in pauses)
        assert len(set(pauses)) > 6
        assert capsys.readouterr().err.count("Down") == 11
        now[0] -= 40 * quarter
        assert await going.step() <= quarter


async def test_what_the_source_wants_kept_from_a_force_is_kept(room: Room, summary: Path) -> None:
    """By any of its answers, or a report that cannot be read: not to the unit of that force, and to an intake desk."""
    source = reported(room, force="kent", answers={"keep-from": ("unit",)})
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        words = ("--summary-file", summary, "--reason", "x")
        shown = await people.ask("bob", "refer", 1, "--to", "intake", *words, "--check")
        assert shown["answers"] == {"at-risk": ["adult"], "keep-from": ["unit"]}
        for version, forces in ((2, ("kent",)), (3, ("essex",))):
            change = partial(changed_unit, slug="intake", kind=UnitKind.FORCE_UNIT, forces=forces)
            replace_directory(room.service, change, version)
            await room.engine.sync()
            if forces == ("kent",):
                assert "kept from Unit intake" in await people.refused("bob", "refer", 1, "--to", "intake", *words)
        number = await asked(people, summary)
        assert "asked for already" in await people.refused("bob", "refer", 1, "--to", "intake", *words)
        # What the source says since counts too.
        body = encode_body(Report("Not to them.", not_to=("intake",)))
        await asyncio.to_thread(room.service.send, source, "north", body)
        await room.engine.sync()
        assert "kept from Unit intake" in await people.refused("sue", "approve", number, "--yes")


async def test_nobody_refers_alone_who_may_approve_nothing(room: Room, summary: Path) -> None:
    """An investigator where no supervisor opens the case; and nothing tells of cases that do not open to a member."""
    room.add("bob", INVESTIGATOR)
    room.report(entropy(1), SECRET)
    async with people_of(room) as people:
        await began(people, "bob")
        told = await people.refused("bob", "refer", 1, "--to", "intake", "--summary-file", summary, "--reason", "x")
        assert "No supervisor" in told


async def test_a_referral_that_was_not_collected_is_sent_again(room: Room, summary: Path) -> None:
    """A receipt shows nothing but that a server gave one: the words stay until the other unit's mark says that it has
    them, and go again as the same message."""
    reported(room)
    service = room.service
    async with people_of(room) as people:
        await began(people, "bob", "sue")
        await people.ask("sue", "approve", await asked(people, summary), "--yes")
        going = visits(room)
        await going.make()
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert left["state"] == "sent"
        service.tick(2)
        await going.make()
        (left,) = (await people.ask("bob", "show", 1))["referrals"]
        assert left["state"] == "collected"
        with room.vault.writing() as connection:
            assert connection.execute(select(tables.referrals.c.body)).scalar_one() == b""
            connection.execute(update(tables.referrals).values(body=b"x", sent=room.engine.now_period() - 4))
        with room.vault.reading() as connection:
            assert next_to_send(connection, room.engine.now_period()) is not None
