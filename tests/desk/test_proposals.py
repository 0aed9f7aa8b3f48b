# SPDX-License-Identifier: AGPL-3.0-or-later
"""What takes two people: asked by one, approved by another with a signature of their own, done in the same moment."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from dropbox.protocol.constants import NONCE
from dropbox.protocol.primitives import aead_open, aead_seal, ed25519_verify
from journalist_ui.people import members, passphrases, proposals
from journalist_ui.people.members import Role
from journalist_ui.vault import tables
from journalist_ui.vault.evidence import unproved_members
from tests.desk.live import BIN
from tests.desk.people import People, people_of
from tests.desk.room import ADMINISTRATOR, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, Room, entropy
from tests.terminal import Terminal

pytestmark = pytest.mark.usefixtures("brief_stretch")
FIRST = f"{FIRST_PASSPHRASE}\n"


@pytest.fixture
async def two(room: Room) -> AsyncIterator[People]:
    """ada and eve administer, from the beginning; both are signed in. bob investigates."""
    room.add("eve", ADMINISTRATOR)
    room.add("bob", INVESTIGATOR)
    async with people_of(room) as people:
        for name in ("ada", "eve"):
            assert (await people.login(name))[0] == 0
        yield people


def names(room: Room) -> list[str]:
    with room.vault.reading() as connection:
        return [one.name for one in members.list_members(connection)]


def roles(room: Room, name: str) -> set[str]:
    with room.vault.reading() as connection:
        return set(members.find_member(connection, name)[0].roles)


def days_pass(room: Room, count: int) -> None:
    for _ in range(count):
        room.service.twin.advance()


async def test_an_administrator_is_added_once_another_approves(two: People) -> None:
    """Nothing is there before; the asker's own approval is refused; then the member is, as they were asked for."""
    asked = await two.ask(
        "ada", "member", "add", "carl", "--role", "administrator", "--reason", "for nights", stdin=FIRST
    )
    assert asked == {"name": "carl", "roles": ["administrator"], "proposal": 1}
    assert "carl" not in names(two.room)
    (line,) = await two.ask("eve", "proposals")
    assert (line["kind"], line["target"], line["roles"]) == ("add-administrator", "carl", ["administrator"])
    assert (line["reason"], line["asked_by"], line["state"], line["yours"]) == ("for nights", "ada", "open", True)
    assert "Proposals that wait for a second person: 1" in (await two.told())["proposals-open"]
    assert "Another person has to approve it" in await two.refused("ada", "approve", 1)
    assert await two.ask("eve", "approve", 1) == {
        "proposal": 1,
        "kind": "add-administrator",
        "target": "carl",
        "state": "approved",
    }
    assert roles(two.room, "carl") == {"administrator"}
    told = await two.told()
    assert told["member-added"].startswith("ada and eve made carl a member on ")
    assert "proposals-open" not in told
    assert (await two.login("carl", FIRST_PASSPHRASE, ""))[0] == 0
    assert "is approved: nothing can be decided any more" in await two.refused("eve", "approve", 1)


async def test_the_audit_log_keeps_a_signature_that_anybody_can_verify(two: People) -> None:
    """Over vault id, number, kind, target, asker and the hash of the bytes, by the approver's key that the log names;
    over anything else it does not hold."""
    await two.ask("ada", "member", "role", "bob", "--role", "supervisor")
    await two.ask("eve", "approve", 1)
    with two.room.vault.reading() as connection:
        rows = tables.audit.c
        row = connection.execute(select(rows.about).where(rows.act == "proposal approved")).one()
        proposal = proposals.find_proposal(connection, 1)
        eve = members.read_member(connection, "eve")
        signed = proposals.approval(connection, proposal)
        other = proposals.approval(connection, proposals.Proposal(**vars(proposal) | {"content": b"{}"}))
        assert unproved_members(connection) == []
    *_, asker, _, public, signature = row.about.split(" ")
    assert asker == "ada"
    assert eve is not None
    assert bytes.fromhex(public) == eve.signing
    ed25519_verify(eve.signing, signed, bytes.fromhex(signature))
    with pytest.raises(Exception, match="ed25519"):
        ed25519_verify(eve.signing, other, bytes.fromhex(signature))


@pytest.mark.parametrize(
    "change",
    [{"target": "mallory"}, {"asker": "eve"}, {"content": b'{"before":[],"roles":["administrator"],"secrets":{}}'}],
)
async def test_a_proposal_that_was_changed_in_the_vault_is_not_approved(
    two: People, change: dict[str, str | bytes]
) -> None:
    """Whoever changes its row asks for something that nobody asked for: it is refused in words, and nothing is done."""
    await two.ask("ada", "member", "role", "bob", "--role", "supervisor")
    with two.room.vault.writing() as connection:
        connection.execute(update(tables.proposals).values(**change))
    by = "ada" if "asker" in change else "eve"
    assert "somebody changed the vault" in await two.refused(by, "approve", 1)
    assert roles(two.room, "bob") == {"investigator"}


async def test_a_new_role_approves_only_seven_days_after_it_was_told(room: Room) -> None:
    """On the sixth day it is refused with how long it takes, on the seventh it is done."""
    room.add("eve", ADMINISTRATOR, day=room.engine.day)
    async with people_of(room) as people:
        await people.login("ada")
        days_pass(room, 2)
        await people.ask("ada", "member", "add", "carl", "--role", "custodian", stdin=FIRST)
        days_pass(room, 4)
        await people.login("eve")
        (line,) = await people.ask("eve", "proposals")
        assert (line["yours"], line["from_day"] > line["day"]) == (False, True)
        assert "yours does so tomorrow" in await people.refused("eve", "approve", 1)
        days_pass(room, 1)
        await people.ask("eve", "approve", 1)
        assert "carl" in names(room)


async def test_a_proposal_expires_after_seven_days(two: People) -> None:
    """The seventh day is the last; then it says so, its bytes are gone, and the same can be asked for anew."""
    await two.ask("ada", "member", "add", "carl", "--role", "supervisor", stdin=FIRST)
    assert "asks for this already" in await two.refused(
        "eve", "member", "add", "carl", "--role", "supervisor", stdin=FIRST
    )
    days_pass(two.room, 7)
    assert "is expired" in await two.refused("eve", "approve", 1)
    assert (await two.ask("eve", "proposals"))[0]["state"] == "expired"
    with two.room.vault.reading() as connection:
        assert proposals.find_proposal(connection, 1).content == b""
    assert (await two.ask("ada", "member", "add", "carl", "--role", "supervisor", stdin=FIRST))["proposal"] == 2
    assert "carl" not in names(two.room)


async def test_a_proposal_is_refused_or_taken_back_with_a_reason(two: People) -> None:
    """By who could approve it, and by who asked; without a reason neither; bob, who may do neither, sees none."""
    await two.ask("ada", "member", "role", "bob", "--role", "custodian")
    await two.login("bob")
    assert await two.ask("bob", "proposals") == []
    assert "no proposal of that number for you" in await two.refused("bob", "refuse", 1, "--reason", "no")
    assert "Say why" in await two.refused("eve", "refuse", 1, "--reason", " ")
    assert (await two.ask("eve", "refuse", 1, "--reason", "not now"))["state"] == "refused"
    await two.ask("ada", "member", "role", "bob", "--role", "custodian")
    await two.ask("ada", "refuse", 2, "--reason", "a mistake")
    found = {line["proposal"]: (line["decided_by"], line["answer"]) for line in await two.ask("ada", "proposals")}
    assert found == {1: ("eve", "not now"), 2: ("ada", "a mistake")}
    _, shown, _ = await two.run("proposals", "--session", two.session("ada"))
    assert "1: Change what bob may do.\n" in shown
    assert "Refused. By eve on " in shown
    assert roles(two.room, "bob") == {"investigator"}


async def test_who_alone_could_approve_acts_alone_and_all_are_told(room: Room) -> None:
    """With one administrator there is nobody to ask: it is done, signed by the asker, and told for two weeks."""
    room.add("bob", INVESTIGATOR)
    async with people_of(room) as people:
        await people.login("ada")
        asked = await people.ask("ada", "member", "add", "carl", "--role", "administrator", stdin=FIRST)
        assert asked == {"name": "carl", "roles": ["administrator"], "alone": True}
        assert "done by one" in (await people.told())["acted-alone"]
        (line,) = await people.ask("ada", "proposals")
        assert (line["state"], line["decided_by"]) == ("alone", "ada")
        days_pass(room, 13)
        assert "acted-alone" in await people.told()
        days_pass(room, 1)
        assert "acted-alone" not in await people.told()


async def test_roles_are_taken_by_one_and_given_by_two(two: People) -> None:
    """What is taken goes at once, with the sessions and, where no case may be opened any more, every case key."""
    room = two.room
    room.report(entropy(1), "It was on Tuesday.")
    await two.ask("ada", "sync")
    await two.login("bob")
    given = await two.ask("ada", "member", "role", "bob", "--role", "custodian", "--role", "investigator")
    assert given == {"name": "bob", "roles": ["custodian", "investigator"], "proposal": 1}
    await two.ask("eve", "approve", 1)
    assert "Sign in" in await two.refused("bob", "cases")
    await two.login("bob")
    assert len(await two.ask("bob", "cases")) == 1
    assert await two.ask("ada", "member", "role", "bob", "--role", "custodian") == {
        "name": "bob",
        "roles": ["custodian"],
    }
    assert "Sign in" in await two.refused("bob", "cases")
    with room.vault.reading() as connection:
        assert set(connection.execute(select(tables.case_keys.c.member)).scalars()) == {"ada"}
        assert connection.execute(select(tables.cases.c.generation)).scalar() == 2, "what comes is not for bob's key"
        assert unproved_members(connection) == []
    assert "bob may do: custodian" in (await two.told())["member-roles"]
    assert "This is the last investigator" in await two.refused(
        "ada", "member", "role", "ada", "--role", "administrator"
    )


async def test_what_was_asked_before_the_roles_changed_is_over(two: People) -> None:
    """The approver would sign other roles than they saw."""
    await two.ask("ada", "member", "role", "bob", "--role", "investigator", "--role", "supervisor")
    with two.room.vault.writing() as connection:
        members.store_roles(connection, "bob", {Role.READER}, 1)
    assert "have changed since this was asked for" in await two.refused("eve", "approve", 1)


async def test_what_a_removed_member_asked_for_is_over(two: People) -> None:
    """And what is about them: their name may be somebody else's tomorrow."""
    two.room.add("fay", ADMINISTRATOR)
    await two.login("fay")
    await two.ask("fay", "member", "add", "carl", "--role", "custodian", stdin=FIRST)
    await two.ask("ada", "member", "role", "fay", "--role", "custodian")
    code, _, said = await two.run("member", "remove", "fay", "--yes", "--session", two.session("eve"))
    assert code == 0, said
    assert {line["state"] for line in await two.ask("eve", "proposals")} == {"refused"}


async def test_a_recovered_member_opens_no_case_until_it_is_shared(two: People) -> None:
    """bob lost passphrase and codes: two administrators give a first passphrase, he makes his own, the case is closed
    to him until ada shares it; what he had before opens nothing."""
    room = two.room
    room.report(entropy(1), "It was on Tuesday.")
    await two.ask("ada", "sync")
    old = dict(room.secrets)
    asked = await two.ask("ada", "member", "recover", "bob", "--yes", stdin=FIRST)
    assert asked == {"name": "bob", "cases": 1, "closed": 0, "proposal": 1}
    _, shown, _ = await two.run("proposals", "--session", two.session("eve"))
    assert "It opens no case: every case key that is wrapped to what they lost goes" in shown
    assert (await two.login("bob"))[0] == 0, "nothing is changed before it is approved"
    await two.ask("eve", "approve", 1)
    assert "Sign in" in await two.refused("bob", "cases")
    assert (await two.login("bob"))[0] == 1
    assert (await two.login("bob", FIRST_PASSPHRASE, ""))[0] == 0
    made = await two.ask("bob", "member", "passphrase", stdin=f"{FIRST_PASSPHRASE}\n{PASSPHRASE}\n")
    room.secrets["bob"] = made["totp_secret"]
    assert made["totp_secret"] != old["bob"]
    code, _, said = await two.run("member", "confirm", "--session", two.session("bob"), stdin=two.code("bob") + "\n")
    assert code == 0, said
    await two.login("bob")
    assert await two.ask("bob", "cases") == []
    await two.ask("ada", "member", "share", "bob", "--all", "--yes")
    assert len(await two.ask("bob", "cases")) == 1
    assert "gave bob a new first passphrase" in (await two.told())["member-recovered"]
    with room.vault.reading() as connection:
        assert unproved_members(connection) == []


async def test_a_recovered_administrator_approves_nothing_for_seven_days(two: People) -> None:
    """Whoever gave the first passphrase could pass for them."""
    two.room.add("fay", ADMINISTRATOR)
    await two.ask("ada", "member", "recover", "fay", stdin=FIRST)
    await two.ask("eve", "approve", 1)
    two.room.own("fay")
    await two.login("fay")
    await two.ask("ada", "member", "role", "bob", "--role", "custodian")
    assert "in 7 days" in await two.refused("fay", "approve", 2)


async def test_nobody_recovers_themselves(two: People) -> None:
    """Who is signed in has lost nothing."""
    assert "change your own passphrase" in await two.refused("ada", "member", "recover", "ada", "--yes", stdin=FIRST)


async def test_closing_cases_for_good_needs_a_word_where_nobody_can_be_asked(two: People) -> None:
    """Without --yes a script does not recover who alone opens a case."""
    two.room.report(entropy(1), "x")
    await two.ask("ada", "sync")
    with two.room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "ada"))
    assert "nobody else can" in await two.refused("ada", "member", "recover", "bob", stdin=FIRST)
    assert await two.ask("ada", "proposals") == []


def of_before(room: Room, name: str) -> None:
    """The member's row as a release of before signing keys wrote it."""
    with room.vault.writing() as connection:
        row = members.read_member(connection, name)
        assert row is not None
        key, aad = passphrases.stretch(PASSPHRASE, row.salt), passphrases._aad(name)
        plain = aead_open(key, row.sealed[:NONCE], row.sealed[NONCE:], aad)
        sealed = bytes(NONCE) + aead_seal(key, bytes(NONCE), plain[:52], aad)
        this = update(tables.members).where(tables.members.c.name == name)
        connection.execute(this.values(sealed=sealed, signing=b""))
        members.record_key(connection, room.engine.day, name)


async def test_a_member_of_before_gets_a_signing_key_with_the_next_sign_in(two: People) -> None:
    """It is drawn once, proved by the log, and signs; what was sealed before still opens."""
    of_before(two.room, "eve")
    assert (await two.login("eve"))[0] == 0
    with two.room.vault.reading() as connection:
        first = members.read_member(connection, "eve")
        assert unproved_members(connection) == []
    assert first is not None
    assert len(first.signing) == 32
    assert (await two.login("eve"))[0] == 0
    with two.room.vault.reading() as connection:
        assert members.read_member(connection, "eve") == first._replace(used_steps=_used(two.room))
    await two.ask("ada", "member", "role", "bob", "--role", "custodian")
    await two.ask("eve", "approve", 1)
    assert "member-key-altered" not in await two.told()


def _used(room: Room) -> str:
    with room.vault.reading() as connection:
        found = connection.execute(select(tables.members.c.used_steps).where(tables.members.c.name == "eve")).scalar()
    assert len(json.loads(str(found))) > 1
    return str(found)


async def test_a_signing_key_that_was_exchanged_is_noticed(two: People) -> None:
    """Approvals would be verified by somebody else's: the officers are told at the next sign-in too."""
    with two.room.vault.writing() as connection:
        connection.execute(update(tables.members).where(tables.members.c.name == "eve").values(signing=bytes(32)))
        assert unproved_members(connection) == ["eve"]
    await two.login("eve")
    assert "member-key-altered" in await two.told()
    await two.ask("ada", "member", "role", "bob", "--role", "custodian")
    assert "Sign in again" in await two.refused("eve", "approve", 1)


@pytest.mark.parametrize(("typed", "done"), [("y", True), ("n", False)])
async def test_at_a_terminal_it_is_said_before_it_is_approved(two: People, typed: str, done: bool) -> None:
    """What is asked for and what closes stands before the question; without a yes nothing is done."""
    await two.ask("ada", "member", "recover", "bob", stdin=FIRST)
    words = ("approve", "1", "--session", str(two.session("eve")))
    terminal = await asyncio.to_thread(Terminal, *words, command=str(BIN / "dropbox-desk"))
    await asyncio.to_thread(terminal.until_prompt, "Approve this? [y/N]: ")
    assert "Give bob a new first passphrase. It opens no case" in terminal.screen
    terminal.type(f"{typed}\r")
    assert await asyncio.to_thread(terminal.end) == (0 if done else 1)
    assert (await two.ask("eve", "proposals"))[0]["state"] == ("approved" if done else "open")
