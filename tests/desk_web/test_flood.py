# SPDX-License-Identifier: AGPL-3.0-or-later
"""A flooded day: beyond so many new cases the rest share a box with one key, apart from all lists, of which nothing
that matters is lost."""

import asyncio
import re

from sqlalchemy import func, select

from dropbox.flows.desk.requests import NewContent
from dropbox.flows.desk.state import Conversation, Incoming
from dropbox.protocol.constants import MESSAGE_ID
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.inert import inert
from dropbox.protocol.part_proof import PART_PROOF
from journalist_ui.casework.flood import open_boxed, read_out
from journalist_ui.people.triage import set_taking
from journalist_ui.refusals import NoSuchCase
from journalist_ui.vault import tables
from journalist_ui.vault.arriving import CaseWriter
from journalist_ui.vault.database import write_meta
from journalist_ui.vault.flood import FLOOD_AFTER
from journalist_ui.vault.sealing import Holder, proved_part_info
from tests.desk.acts import holder_of
from tests.desk.room import INVESTIGATOR, PASSPHRASE, entropy
from tests.desk_web.house import House, Officer
from tests.desk_web.test_casework import blocks
from tests.desk_web.test_conversation import send
from tests.desk_web.test_junk import found_by
from tests.desk_web.test_watching import now
from tests.hostile.strings import MARKUP

RISK = {"at-risk": ("child",)}


def limit(house: House, cases: int) -> None:
    with house.room.vault.writing() as connection:
        write_meta(connection, FLOOD_AFTER, cases)


async def flooded(house: House, after: int = 2, count: int = 5) -> Officer:
    """So many reports on one day, each fetched by itself, in a desk that takes few."""
    limit(house, after)
    for number in range(1, count + 1):
        await arrives(house, number, f"Report number {number}.")
    return await house.officer()


async def arrives(house: House, number: int, text: str, **fields: object) -> bytes:
    source = await asyncio.to_thread(house.room.report, entropy(number), text, **fields)
    await house.desk.engine.sync()
    return source


def boxed(house: House) -> list[int]:
    """Numbers of the cases that share a box."""
    with house.room.vault.reading() as connection:
        cases = tables.cases.c
        return list(connection.execute(select(cases.number).where(cases.box > 0).order_by(cases.number)).scalars())


def inbox(page: object) -> int:
    """How many cases the list shows."""
    return sum(len(part) for part in blocks(page).values())  # type: ignore[arg-type]  # a page of the house


def in_box(body: str) -> list[int]:
    """The cases that the page of the box offers, in its order."""
    return [int(one) for one in re.findall(r'name="case" value="(\d+)">Take', body)]


def holder(house: House, name: str = "ada") -> Holder:
    return holder_of(house.room.vault, name, PASSPHRASE)


async def test_the_rest_of_a_day_shares_one_key_that_is_wrapped_once(house: House) -> None:
    """Whatever their number; the day's box has a row a member, and a case of it none."""
    await flooded(house)
    keys, boxes = tables.case_keys.c, tables.boxes.c
    assert len(boxed(house)) == 3
    with house.room.vault.reading() as connection:
        (box,) = connection.execute(select(boxes.number)).scalars()
        assert connection.execute(select(keys.member).where(keys.number == box)).scalars().all() == ["ada", "bob"]
        theirs = select(func.count()).where(keys.number.in_(boxed(house)))
        assert connection.execute(theirs).scalar() == 0
        publics = select(tables.cases.c.public).where((tables.cases.c.box == box) | (tables.cases.c.number == box))
        assert len(set(connection.execute(publics).scalars())) == 1


async def test_it_stands_in_no_list_count_or_search(house: House) -> None:
    """The inbox says that there is a box and how much is in it; nothing of it opens by its number."""
    ada = await flooded(house)
    page = await ada.get("/")
    assert inbox(page) == 2
    assert "Flood box 3" in page.words
    assert (await now(ada, ""))["unread"] == 2
    assert inbox(await ada.post("/search", {"words": "report number"})) == 2
    for number in boxed(house):
        assert (await ada.get(f"/cases/{number}")).status == 404
        assert (await ada.post(f"/cases/{number}/note", {"note": "x"})).status == 404
    page = await ada.get("/flood")
    assert in_box(page.body) == boxed(house)
    assert "3 cases" in page.words
    assert page.words.count("Report number") == 3
    eve = await house.officer("eve")
    assert (await eve.get("/flood")).status == 403


async def test_the_day_is_the_desks_and_a_restart_does_not_begin_it_anew(house: House) -> None:
    """What came before is still counted; the next day takes as many again, and has a box of its own."""
    await flooded(house, after=2, count=3)
    await house.restart()
    await arrives(house, 4, "After the restart.")
    assert len(boxed(house)) == 2
    await house.period()
    await arrives(house, 5, "On the next day.")
    await arrives(house, 6, "And another.")
    assert len(boxed(house)) == 2
    await arrives(house, 7, "One too many.")
    assert len(boxed(house)) == 3
    with house.room.vault.reading() as connection:
        assert connection.execute(select(func.count()).select_from(tables.boxes)).scalar() == 2


async def test_somebody_at_risk_is_not_lost_in_it(house: House) -> None:
    """Such a report is a case of its own beyond the limit, as many times as the limit again, since a flooder can say so
    too; what comes after that is in the box, stands first there and is counted in the inbox, and never goes in bulk."""
    await flooded(house, after=2, count=3)
    for number in (4, 5):
        await arrives(house, number, "He says that he will do it.", answers=RISK)
    assert len(boxed(house)) == 1
    await arrives(house, 6, "He will do it tonight.", answers=RISK)
    ada = await house.officer()
    page = await ada.get("/")
    assert len(blocks(page)["urgent"]) == 2
    assert "Flood box 2 1 at risk" in " ".join(page.words.split())
    page = await ada.get("/flood")
    assert page.words.index("He will do it tonight.") < page.words.index("Report number 3.")
    page = await ada.post("/flood/move", {"to": "junk", "which": "all"})
    assert "He will do it tonight." in page.words
    assert "Report number 3." not in page.words


async def test_who_is_named_is_never_in_a_box_that_they_open(house: House) -> None:
    """A report that speaks of a member is a case of its own without their key, whatever the flood."""
    await flooded(house, after=1, count=2)
    with house.room.vault.writing() as connection:
        set_taking(connection, ["ada", "bob"], "bob", None, ("Byron",))
    await arrives(house, 3, "It was Byron who took it.")
    assert len(boxed(house)) == 1
    ada, bob = await house.officer(), await house.officer("bob")
    assert inbox(await ada.get("/")) == 2
    assert inbox(await bob.get("/")) == 1
    assert "Byron" not in (await bob.get("/flood")).words


async def test_a_later_message_that_names_them_closes_the_box_to_them(house: House) -> None:
    """With another key from there on: with all that was theirs they open nothing that comes, and others do."""
    await flooded(house, after=1, count=2)
    (number,) = boxed(house)
    with house.room.vault.writing() as connection:
        set_taking(connection, ["ada", "bob"], "bob", None, ("Byron",))
    before = holder(house, "bob")
    await arrives(house, 2, "Byron was there too.")
    ada, bob = await house.officer(), await house.officer("bob")
    assert in_box((await bob.get("/flood")).body) == []
    assert in_box((await ada.get("/flood")).body) == [number]
    with house.room.vault.reading() as connection:
        try:
            open_boxed(connection, before, number)
            raise AssertionError
        except NoSuchCase:
            pass
    page = await ada.post("/flood/take", {"case": str(number)})
    assert "Byron was there too." in page.words
    assert (await (await house.officer("bob")).get(f"/cases/{number}")).status == 404


async def test_one_press_makes_a_case_of_its_own(house: House) -> None:
    """With all that came for it, proved as any; what it held opens with the box's key no more, and its source is
    answered."""
    limit(house, 1)
    await arrives(house, 1, "x")
    source = await arrives(house, 2, "A real one. " + "It went on and on. " * 2_000)
    await arrives(house, 3, "junk")
    await arrives(house, 2, "And later.")
    ada = await house.officer()
    number = next(one for one in boxed(house) if "A real one" in beginning(house, one))
    with house.room.vault.reading() as connection:
        box = read_out(connection, holder(house), number).case.key
    page = await ada.post("/flood/take", {"case": str(number)})
    assert page.url == f"/cases/{number}?done=taken-out"
    assert "A real one." in page.words
    assert "And later." in page.words
    assert "Not proved" not in page.words
    with house.room.vault.reading() as connection:
        rows = connection.execute(select(tables.parts).where(tables.parts.c.number == number)).all()
    assert len(rows) > 2
    for row in rows:
        try:
            box.open(row.sealed, proved_part_info(row.number, row.message_id, row.part))
            raise AssertionError
        except NotForThisKey:
            pass
    assert inbox(await (await house.officer("bob")).get("/")) == 2
    assert "ada took the case out of the flood box" in (await ada.get(f"/audit?case={number}")).words
    await send(ada, number, "Which day was it?")
    await house.period()
    await house.period()
    assert (await found_by(house, source))[0] == ["Which day was it?"]
    assert (await ada.post("/flood/take", {"case": str(number)})).status == 404


def beginning(house: House, number: int) -> str:
    with house.room.vault.reading() as connection:
        taking = read_out(connection, holder(house), number)
    return taking.seal(house.room.vault.random).said


async def test_a_case_that_was_taken_out_is_shared_without_the_box(house: House) -> None:
    """Whoever gets it opens it, and nothing of the box."""
    ada = await flooded(house, after=1, count=3)
    first, second = boxed(house)
    await ada.post("/flood/take", {"case": str(first)})
    house.room.add("dan", INVESTIGATOR)
    await ada.post("/members/share", {"name": "dan", "case": str(first), "sure": "yes"})
    dan = await house.officer("dan")
    assert "Report number" in (await dan.get(f"/cases/{first}")).words
    assert in_box((await dan.get("/flood")).body) == []
    assert (await dan.post("/flood/take", {"case": str(second)})).status == 404


async def test_it_is_set_aside_in_bulk_and_put_back(house: House) -> None:
    """The ticked ones or all; nothing is posted to their sources then, and the log says who did it."""
    ada = await flooded(house, after=1, count=5)
    first, *others = boxed(house)
    assert "tick the cases first" in (await ada.post("/flood/move", {"to": "junk", "which": "ticked"})).words
    page = await ada.post("/flood/move", {"to": "junk", "which": "ticked", "case": [str(first)]})
    assert in_box(page.body) == others
    assert "1 set aside" in page.words
    await ada.post("/flood/move", {"to": "junk", "which": "all"})
    assert "Flood box" not in (await ada.get("/")).words
    await house.period()
    aside = [one.set_aside for one in house.desk.engine.state.ledger.conversations.values()]
    assert sorted(aside) == [False, True, True, True, True]
    ada = await house.officer()
    page = await ada.post("/flood/move", {"to": "", "which": "all"})
    assert in_box(page.body) == [first, *others]
    assert "ada set cases of the flood box aside" in (await ada.get("/audit")).words
    assert (await ada.post("/flood/move", {"to": "junk", "which": "ticked", "case": ["1"]})).status == 404


async def test_nothing_shows_before_a_declaration(house: House) -> None:
    """Numbers and days alone, until the member has said that nothing keeps them from looking."""
    ada = await flooded(house, after=1, count=2)
    with house.room.vault.writing() as connection:
        write_meta(connection, "declaration", "asked")
    page = await ada.get("/flood")
    assert "Report number" not in page.words
    assert len(in_box(page.body)) == 1
    page = await ada.post("/flood/declare")
    assert "Report number" in page.words
    assert "Report number" not in (await (await house.officer("bob")).get("/flood")).words


async def test_without_a_limit_there_is_no_box(house: House) -> None:
    """A vault of before, until its desk is started by a release that has one."""
    for number in range(1, 5):
        await arrives(house, number, "x")
    assert boxed(house) == []


async def test_what_it_shows_is_inert(house: House) -> None:
    """Each hostile beginning is text on the page, and nothing of it a tag."""
    limit(house, 1)
    await arrives(house, 99, "x")
    for number, text in enumerate(MARKUP, 100):
        await asyncio.to_thread(house.room.report, entropy(number), text)
    await house.desk.engine.sync()
    ada = await house.officer()
    page = await ada.get("/flood")
    assert len(in_box(page.body)) == len(MARKUP)
    shown = "".join(page.words.split())
    # The list shows runs of blanks as one; what hides is shown as its number.
    assert [text for text in MARKUP if text.isascii() and "".join(inert(text).split()) not in shown] == []
    for word in ("<script>window", "<img src=", "<svg", "<iframe", "<style>", "<base", "<form action"):
        assert word not in page.body, word


async def test_a_case_that_is_set_aside_and_at_risk_is_said_in_the_inbox(house: House) -> None:
    """Whatever its source writes it stays aside, and the link to those says that somebody is at risk."""
    await arrives(house, 1, "junk")
    ada = await house.officer()
    await ada.post("/shelve", {"case": ["1"], "to": "junk", "from": ""})
    assert "at risk" not in (await ada.get("/")).words
    await arrives(house, 1, "He will do it tonight.", answers=RISK)
    assert "Set aside 1 1 at risk" in " ".join((await ada.get("/")).words.split())


async def test_another_case_of_the_box_is_sealed_to_the_new_key_in_the_same_run(house: House) -> None:
    """What comes for it behind the message that closed the box to somebody opens with no key that they had."""
    await flooded(house, after=1, count=3)
    with house.room.vault.writing() as connection:
        set_taking(connection, ["ada", "bob"], "bob", None, ("Byron",))
    with house.room.vault.reading() as connection:
        found = select(tables.cases.c.number, tables.cases.c.pseudonym).where(tables.cases.c.box > 0)
        one, other = connection.execute(found).all()
        before = read_out(connection, holder(house, "bob"), one.number).case.key
    came = [(one, b"hello", 1), (other, b"Byron did it", 2), (one, b"and more", 3)]
    with house.room.vault.writing() as connection:
        writer = CaseWriter(connection, house.room.vault.random)
        for case, body, number in came:
            message = bytes([number]) * MESSAGE_ID
            content = NewContent(case.pseudonym, message, 1, 1, 1, body, bytes(PART_PROOF))
            conversation = Conversation(case.pseudonym, b"", 1, {message: Incoming(1, frozenset({1}), 1, 2)})
            writer.store(content, conversation)
        writer.finish()

    def opens(number: int) -> bool:
        message = bytes([number]) * MESSAGE_ID
        with house.room.vault.reading() as connection:
            (row,) = connection.execute(select(tables.parts).where(tables.parts.c.message_id == message)).all()
        try:
            return bool(before.open(row.sealed, proved_part_info(row.number, message, 1)))
        except NotForThisKey:
            return False

    assert [opens(number) for _, _, number in came] == [True, False, False]
