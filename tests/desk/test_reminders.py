# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders at fixed hours: what came in today moves neither moment, size nor sentence, and nobody is told of a case
that is closed to them."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from email import message_from_bytes

import pytest

from dropbox.protocol.body import Report, encode_body
from journalist_ui.casework import handling
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.contact import Wish
from journalist_ui.daemon.reminder_hours import DAY
from journalist_ui.daemon.reminders import ReminderLoop
from journalist_ui.people import reminders
from journalist_ui.people.proposals import CONTACT_OPEN, REFER, Wanted, store_proposal
from journalist_ui.vault.roles import Role
from journalist_ui.vault.withheld import EXCLUDED, NAMED, keep_from, let_go
from journalist_ui.verbs.reminders import decide
from tests.desk.acts import acts, holder_of
from tests.desk.people import People, people_of
from tests.desk.relay import Relay, running_relay
from tests.desk.room import ADMINISTRATOR, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, Room, entropy

pytestmark = pytest.mark.usefixtures("brief_stretch")
HOUR = 8 * 3_600


@pytest.fixture
def relay() -> Iterator[Relay]:
    with running_relay() as found:
        yield found


@pytest.fixture
async def people(room: Room, relay: Relay) -> AsyncIterator[People]:
    """ada and bob open cases, eve administers; each gave an address. All of them are reminded at eight and sixteen."""
    room.settings = replace(
        *(room.settings,),
        reminder_hours=("08:00", "16:00"),
        reminder_from="notice@unit.example",
        reminder_relay=relay.address,
    )
    room.engine.settings = room.settings
    room.add("bob", INVESTIGATOR)
    room.add("eve", ADMINISTRATOR)
    with room.vault.writing() as connection:
        for name in ("ada", "bob", "eve"):
            reminders.set_address(connection, name, f"{name}@unit.example", 1)
    async with people_of(room) as found:
        yield found


def today(room: Room) -> int:
    """The day of the service's present period, as a day of unix time."""
    return int(room.clock() // DAY)


async def said(people: People, day: int, hour: int = HOUR) -> dict[str, bool]:
    """Who is asked to sign in at an hour of a day."""
    return {
        one.to.partition("@")[0]: one.waits for one in await asyncio.to_thread(decide, people.desk, day * DAY + hour)
    }


async def test_what_came_in_today_counts_tomorrow(people: People, room: Room) -> None:
    """Whatever the hour, and for whoever opens it; each stays reminded until they have read it themselves."""
    room.report(entropy(1), "x")
    await people.desk.engine.sync()
    day = today(room)
    for hour in (0, HOUR, DAY - 60):
        assert await said(people, day, hour) == {"ada": False, "bob": False, "eve": False}
    assert await said(people, day + 1, 0) == {"ada": True, "bob": True, "eve": False}
    room.sign_in("ada").show(1, day)
    assert await said(people, day + 1) == {"ada": False, "bob": True, "eve": False}


async def test_a_later_message_of_today_does_not_bring_it_back(people: People, room: Room) -> None:
    """Who has read what there was when the day began has nothing to do, whatever came since; tomorrow it counts."""
    source = room.report(entropy(1), "x")
    await people.desk.engine.sync()
    room.service.twin.advance()
    day = today(room)
    await people.desk.engine.sync()
    room.sign_in("ada").show(1, day)
    room.service.send(source, "north", room_message())
    await people.desk.engine.sync()
    assert (await said(people, day))["ada"] is False
    assert (await said(people, day + 1))["ada"] is True


def room_message() -> bytes:
    """What a source writes later."""
    return encode_body(Report("more"))


@pytest.mark.parametrize("what", ["junk", "closed", "muted"])
async def test_what_was_put_away_or_muted_reminds_nobody(people: People, room: Room, what: str) -> None:
    """By anybody, for all members."""
    room.report(entropy(1), "x")
    await people.desk.engine.sync()
    day, reader = today(room), room.sign_in("ada")
    with room.vault.writing() as connection:
        case = open_case(connection, reader.holder, 1)
        if what == "muted":
            handling.mute(connection, case, True, day)
        else:
            handling.shelve(connection, case, what, day)
    assert not any((await said(people, day + 1)).values())


async def test_a_member_from_whom_a_case_is_kept_is_not_told_of_it(people: People, room: Room) -> None:
    """Their mail is the one that they would get if there were no such case."""
    room.report(entropy(1), "x")
    await people.desk.engine.sync()
    with room.vault.writing() as connection:
        let_go(connection, "bob", 1, EXCLUDED, room.vault.random)
    assert await said(people, today(room) + 1) == {"ada": True, "bob": False, "eve": False}


async def test_a_proposal_reminds_those_who_may_approve_it(people: People, room: Room) -> None:
    """From the day after it was asked on, and not whoever asked."""
    assert (await people.login("ada"))[0] == 0
    words = ("member", "add", "carl", "--role", "custodian", "--reason", "for nights")
    await people.ask("ada", *words, stdin=f"{FIRST_PASSPHRASE}\n")
    day = today(room)
    assert not any((await said(people, day)).values())
    assert await said(people, day + 1) == {"ada": False, "bob": False, "eve": True}


async def test_a_proposal_about_a_case_reminds_nobody_from_whom_it_is_kept(people: People, room: Room) -> None:
    """Contact details and a referral: a custodian or supervisor who is named in the case gets the mail that they would
    get without it; one to whom it is closed by nothing is asked to sign in. No count that all see moves by either."""
    for name, role in (("carl", Role.CUSTODIAN), ("dora", Role.CUSTODIAN), ("sue", Role.SUPERVISOR)):
        room.add(name, frozenset({role}))
        with room.vault.writing() as connection:
            reminders.set_address(connection, name, f"{name}@unit.example", 1)
    room.report(entropy(1), "x")
    await people.desk.engine.sync()
    day = today(room)
    for name in ("ada", "bob", "sue"):
        room.sign_in(name).show(1, day)
    quiet = {"ada": False, "bob": False, "eve": False, "carl": False, "dora": False, "sue": False}
    assert await said(people, day + 1) == quiet
    wish = Wish(1, *(bytes(32),) * 6)
    with room.vault.writing() as connection:
        keep_from(connection, 1, ["carl"], NAMED)
        # What each is about stands at the head of its bytes; nobody opens them here.
        for kind, content in ((CONTACT_OPEN, wish.to_bytes()), (REFER, (1).to_bytes(4, "big"))):
            wanted = Wanted(kind, "01", content, "", frozenset())
            store_proposal(connection, "bob", wanted, day)
    assert await said(people, day + 1) == quiet | {"dora": True, "sue": True}
    assert "proposals-open" not in await people.told()
    with room.vault.writing() as connection:
        let_go(connection, "sue", 1, EXCLUDED, room.vault.random)
    assert await said(people, day + 1) == quiet | {"dora": True}


class TestLoop:
    """What leaves, by a clock that the test sets."""

    def loop(self, people: People) -> ReminderLoop:
        return ReminderLoop(people.desk.engine, lambda moment: decide(people.desk, moment))

    def at(self, people: People, moment: float) -> None:
        people.desk.engine.clock = lambda: moment

    async def test_a_report_of_the_minute_before_changes_no_byte(
        self, people: People, room: Room, relay: Relay
    ) -> None:
        """The mails of two mornings, one quiet and one with a report just before, are the same but for day and name."""
        day = today(room)
        loop = self.loop(people)
        self.at(people, day * DAY + HOUR)
        await loop.step()
        quiet, relay.mails[:] = list(relay.mails), []
        room.report(entropy(1), "Somebody will be killed", answers={"at-risk": "adult"})
        await people.desk.engine.sync()
        self.at(people, day * DAY + 16 * 3_600)
        await loop.step()

        def plain(mails: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
            return [(to, re.sub(rb"(?m)^(Date|Message-ID): .*$", b"", mail)) for to, mail in mails]

        assert plain(relay.mails) == plain(quiet)
        assert [len(mail) for _, mail in relay.mails] == [len(mail) for _, mail in quiet]

    async def test_it_always_comes_once_and_never_twice(self, people: People, room: Room, relay: Relay) -> None:
        """Not after a restart, nor where the clock is turned back over the hour."""
        moment = today(room) * DAY + HOUR
        for now in (moment, moment + 30, moment - 3_600, moment - 10, moment + 60):
            self.at(people, now)
            # A loop of its own knows nothing of the one before.
            await self.loop(people).step()
        assert [to for to, _ in relay.mails] == [f"{name}@unit.example" for name in ("ada", "bob", "eve")]
        self.at(people, moment + DAY)
        await self.loop(people).step()
        assert len(relay.mails) == 6

    async def test_an_hour_that_was_missed_is_not_made_up_for(self, people: People, room: Room, relay: Relay) -> None:
        """A desk that was off or asleep at eight sends nothing at nine, and the next at sixteen."""
        day = today(room)
        self.at(people, day * DAY + 9 * 3_600)
        assert await self.loop(people).step() == 30
        assert relay.mails == []
        self.at(people, day * DAY + 16 * 3_600)
        await self.loop(people).step()
        assert len(relay.mails) == 3

    async def test_a_clock_that_was_years_ahead_keeps_none_back(self, people: People, room: Room, relay: Relay) -> None:
        """Once it is right again, reminders leave as before."""
        moment = today(room) * DAY + HOUR
        for now in (moment + 5_000 * DAY, moment):
            self.at(people, now)
            await self.loop(people).step()
        assert len(relay.mails) == 6

    async def test_it_is_written_ahead_and_leaves_at_its_moment(
        self, people: People, room: Room, relay: Relay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Twenty seconds before nothing has left; what is decided then is what leaves."""
        moment, waited = today(room) * DAY + HOUR, []

        async def wait(seconds: float) -> None:
            assert relay.mails == []
            waited.append(seconds)

        self.at(people, moment - 15)
        monkeypatch.setattr("journalist_ui.daemon.reminders.asyncio.sleep", wait)
        await self.loop(people).step()
        assert waited == [15]
        assert len(relay.mails) == 3

    async def test_a_relay_that_is_down_is_told_until_one_leaves(
        self, people: People, room: Room, relay: Relay
    ) -> None:
        """To all members, by its code; the desk goes on."""
        moment = today(room) * DAY + HOUR
        people.desk.engine.settings = replace(room.settings, reminder_relay="127.0.0.1:9")
        self.at(people, moment)
        await self.loop(people).step()
        assert "relay-not-reached" in (await people.told())["reminders-failed"]
        people.desk.engine.settings = room.settings
        self.at(people, moment + DAY)
        await self.loop(people).step()
        assert "reminders-failed" not in await people.told()

    async def test_it_runs_until_it_is_stopped(self, people: People) -> None:
        """Beside everything else, whatever goes wrong."""
        stop, calls = asyncio.Event(), []

        def fails(moment: int) -> list[object]:
            calls.append(moment)
            stop.set()
            raise OSError

        self.at(people, 20_000 * DAY + HOUR)
        await ReminderLoop(people.desk.engine, fails).run(stop)  # type: ignore[arg-type]  # it never answers
        assert calls == [20_000 * DAY + HOUR]


async def test_the_command(people: People, room: Room, relay: Relay) -> None:
    """It says where they go, changes it, tries one that tells nothing, and each act stands in the log."""
    assert (await people.login("ada"))[0] == 0
    room.report(entropy(1), "x")
    await people.desk.engine.sync()
    room.service.twin.advance()
    found = await people.ask("ada", "notify", "--to", "ada@elsewhere.example")
    assert found == {
        "to": "ada@elsewhere.example",
        "hours": ["08:00", "16:00"],
        "way": "relay",
        "from": "notice@unit.example",
    }
    assert await people.ask("ada", "notify") == found
    assert await people.ask("ada", "notify", "--try") == {"to": "ada@elsewhere.example", "way": "relay"}
    ((to, mail),) = relay.mails
    assert to == "ada@elsewhere.example"
    # Something waits for her, and the try does not say so.
    assert (await said(people, today(room)))["ada"] is True
    assert "Nothing to do." in str(message_from_bytes(mail).get_payload())
    assert (await people.ask("ada", "notify", "--off"))["to"] == ""
    assert "no address" in await people.refused("ada", "notify", "--try")
    assert "one address of mail" in await people.refused("ada", "notify", "--to", "ada")
    assert set(await said(people, today(room))) == {"bob", "eve"}
    found_acts = [one.act for one in acts(room.vault, holder_of(room.vault, "ada", PASSPHRASE)) if one.member == "ada"]
    assert found_acts[-3:] == ["reminders on", "reminder tried", "reminders off"]


async def test_a_desk_without_a_way_out_says_so(people: People, room: Room) -> None:
    """Whoever tries is told whom to ask; one whose relay is down is told its code."""
    assert (await people.login("ada"))[0] == 0
    people.desk.engine.settings = replace(room.settings, reminder_relay="127.0.0.1:9")
    assert "relay-not-reached" in await people.refused("ada", "notify", "--try")
    people.desk.engine.settings = replace(room.settings, reminder_hours=(), reminder_relay="")
    assert "no way out" in await people.refused("ada", "notify", "--try")
    assert "sends no reminders" in (await people.run("notify", "--session", people.session("ada")))[1]


async def test_one_try_at_a_time(people: People, room: Room) -> None:
    """A relay that hangs holds one thread of the desk, however often it is tried."""
    assert (await people.login("ada"))[0] == 0
    async with people.desk.trying:
        assert "at this moment" in await people.refused("ada", "notify", "--try")
