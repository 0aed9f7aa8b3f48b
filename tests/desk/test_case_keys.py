# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom a report speaks of gets no key; who is let go of a case opens nothing that comes to it later, with whatever they
kept."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dropbox.protocol.body import File, Report, encode_body
from dropbox.protocol.primitives import SealingKey
from journalist_ui.casework.cases import open_case
from journalist_ui.casework.conflicts import declare_conflict, declare_none, exclude
from journalist_ui.casework.decisions import decide
from journalist_ui.casework.inbox import list_cases
from journalist_ui.casework.notes import add_note
from journalist_ui.casework.outcomes import set_outcome
from journalist_ui.casework.search import find, read_marks
from journalist_ui.people.members import remove_member
from journalist_ui.people.sheets import SheetKind
from journalist_ui.people.steps import put_sheets, recover, recovering, sheets
from journalist_ui.people.triage import set_taking
from journalist_ui.refusals import BadInput, NoSuchCase, NotAllowed, Undeclared
from journalist_ui.vault import arriving, tables
from journalist_ui.vault.case_keys import delete_case_keys, make_turn, plan_turns, read_case_keys, store_turns
from journalist_ui.vault.database import VAULT_FILE, open_vault, write_meta
from journalist_ui.vault.first_look import Named, named_members, said_in
from journalist_ui.vault.leaving import take_all_keys
from journalist_ui.vault.roles import SHEETS, list_openers
from journalist_ui.vault.withheld import kept_from
from tests.desk.room import BOTH, DESK_KEY, INVESTIGATOR, PASSPHRASE, SUPERVISOR, Room, drawn_number, entropy
from tests.desk.sealed_things import is_opened, sealed_things


def sync(room: Room) -> None:
    room.service.twin.now += 1
    asyncio.run(room.engine.sync())


def say(room: Room, source: bytes, text: str) -> None:
    """A source writes again."""
    room.service.send(source, "north", encode_body(Report(text)))


def known_as(room: Room, name: str, *names: str) -> None:
    with room.vault.writing() as connection:
        set_taking(connection, [one for one, _ in list_openers(connection)], name, None, names)


def holders(room: Room, number: int) -> set[str]:
    with room.vault.reading() as connection:
        keys = tables.case_keys.c
        return set(connection.execute(select(keys.member).where(keys.number == number)).scalars())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It was PC Smith.", "Smith"),
        ("it was pc SMITH's sergeant", "smith"),
        ("all the Smiths knew", "Smith"),
        ("collar no.4821, on nights", "4821"),
        ("PC4821x took it", "4821"),
        ("DS O\u2019Brien and DS OBrien", "O'Brien"),
        ("Mu\u00f1oz wrote it", "Munoz"),
        ("smith-jones signed", "Smith Jones"),
        ("Smith Jones signed", "Smith-Jones"),
        ("\u017b\u00f3\u0142\u0107 was there", "\u017b\u00d3\u0141\u0106"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, name: str) -> None:
    """Capitals, accents, possessive, plural, apostrophes, hyphens, numbers beside letters."""
    assert Named(text).has(name)
    assert list(named_members(text, [("bob", (name,))])) == ["bob"]


@pytest.mark.parametrize(("text", "name"), [("a blacksmith", "Smith"), ("14821 seen", "4821"), ("", "x"), ("x", "")])
def test_a_part_of_another_word_is_no_name(text: str, name: str) -> None:
    """Nor is nothing."""
    assert not Named(text).has(name)


def test_whom_a_report_speaks_of_gets_no_key(room: Room) -> None:
    """In text or answers: no key, no line, no count, nothing to find; another may let them in by naming the case."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Roberts", "4821")
    for number, (text, answers) in enumerate(
        (
            ("It was PC Roberts' idea.", {}),
            ("A man", {"how-known": "Collar number 4821 told me."}),
            ("Nothing to do with him.", {}),
        ),
        1,
    ):
        room.report(entropy(number), text, answers=answers)
        sync(room)
    assert [holders(room, number) for number in (1, 2, 3)] == [{"ada"}, {"ada"}, {"ada", "bob"}]
    bob, ada = room.sign_in("bob"), room.sign_in("ada")
    assert [one.number for one in bob.lines()] == [3]
    with pytest.raises(NoSuchCase):
        bob.show(1, 0)
    with room.vault.reading() as connection:
        assert set(read_marks(connection, "bob")) == {3}
        assert kept_from(connection, 1) == {"bob": "named"}
        assert find({}, "roberts") == set()
    assert ada.share("bob", 0) == (1, 2), "all of ada's are without those that are kept from bob"
    assert ada.share("bob", 0, [1]) == (2, 1)
    assert [one.number for one in room.sign_in("bob").lines()] == [1, 3]


def test_a_name_of_a_file_speaks_of_somebody_too(room: Room) -> None:
    """And is found by a search."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Haddock")
    report = Report("x", files=(File("PC Haddock.jpg", "image/jpeg", 1, bytes(32), (bytes(32),)),))
    room.report(entropy(1), report.text, files=report.files)
    sync(room)
    assert holders(room, 1) == {"ada"}
    assert "Haddock" in said_in(encode_body(report))


def test_a_name_that_is_cut_between_two_parts_is_found(room: Room) -> None:
    """A long report comes in parts: they are looked at together."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Featherstonehaugh")
    for at in range(0, 30, 3):
        room.report(entropy(10 + at), "x" * (840 + at) + " Featherstonehaugh " + "y" * 900)
    sync(room)
    assert all(holders(room, number) == {"ada"} for number in range(1, 11))


def test_where_all_are_named_supervisors_read_it_or_else_all_with_a_mark(room: Room) -> None:
    """Somebody must read it."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Roberts")
    known_as(room, "ada", "Lovelace")
    room.report(entropy(1), "Roberts and Lovelace")
    sync(room)
    assert holders(room, 1) == {"ada", "bob"}
    assert room.sign_in("ada").lines()[0].all_named
    room.add("sue", SUPERVISOR)
    with room.vault.writing() as connection:
        set_taking(connection, ["ada", "bob", "sue"], "sue", False, None)
    room.report(entropy(2), "Roberts and Lovelace again")
    sync(room)
    assert holders(room, 2) == {"sue"}


def test_recovery_sheets_are_nobody_who_reads(room: Room) -> None:
    """They hold each case beside its members: where all of these are named they read it all the same, and where the
    last is let go others take what comes."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Roberts")
    known_as(room, "ada", "Lovelace")
    with room.vault.writing() as connection:
        public = SealingKey(bytes(32)).public
        put_sheets(connection, SHEETS, sheets(SheetKind.CASES, public), 0, 0)
    room.report(entropy(1), "Roberts and Lovelace")
    sync(room)
    assert holders(room, 1) == {"ada", "bob", SHEETS}
    with room.vault.writing() as connection:
        delete_case_keys(connection, "bob", [1])
        take_all_keys(connection, "ada")
    with room.vault.reading() as connection:
        keys = tables.case_keys.c
        newest = select(keys.member).where(keys.number == 1, keys.generation == 2)
        assert set(connection.execute(newest).scalars()) == {"bob", SHEETS}


def test_a_later_message_takes_an_undeclared_key_away(room: Room) -> None:
    """Whoever it speaks of loses the case before it is sealed, unless they had declared that nothing keeps them."""
    for name, surname in (("bob", "Roberts"), ("eve", "Evans")):
        room.add(name, INVESTIGATOR)
        known_as(room, name, surname)
    source = room.report(entropy(1), "A man did it.")
    sync(room)
    with room.vault.writing() as connection:
        declare_none(connection, "eve", 1, 0)
    say(room, source, "It was Roberts, or Evans.")
    sync(room)
    assert holders(room, 1) == {"ada", "eve"}
    assert len(room.sign_in("eve").show(1, 0).messages) == 2


def test_nobody_who_reads_is_left_without_a_case_by_a_message(room: Room) -> None:
    """One that names the only member who opens the case, or all of them, takes it from none: it would be lost. The
    flag tells."""
    room.add("bob", INVESTIGATOR)
    known_as(room, "bob", "Roberts")
    known_as(room, "ada", "Lovelace")
    source = room.report(entropy(1), "A man did it.")
    sync(room)
    say(room, source, "It was Roberts, or Lovelace.")
    sync(room)
    assert holders(room, 1) == {"ada", "bob"}
    ada = room.sign_in("ada")
    assert ada.lines()[0].all_named
    assert len(ada.show(1, 0).messages) == 2


def test_reports_are_taken_also_when_the_last_who_took_them_has_left(room: Room) -> None:
    """All who open cases take them then: sealed to nobody a report would be lost."""
    for name in ("bob", "eve"):
        room.add(name, INVESTIGATOR)
    with room.vault.writing() as connection:
        for name in ("ada", "eve"):
            set_taking(connection, ["ada", "bob", "eve"], name, False, None)
        take_all_keys(connection, "bob")
        remove_member(connection, "bob")
    room.report(entropy(1), "x")
    sync(room)
    assert holders(room, 1) == {"ada", "eve"}


def test_the_last_who_opens_cases_is_not_recovered_before_another_does(room: Room) -> None:
    """Until they make a passphrase of their own nothing can be sealed to them: what comes would be lost."""
    room.add("eve", BOTH)
    step = recovering("ada", PASSPHRASE, room.vault.random)
    with room.vault.writing() as connection:
        take_all_keys(connection, "eve")
        remove_member(connection, "eve")
        with pytest.raises(BadInput, match="last"):
            recover(connection, "ada", step, 0, 0)


def test_a_case_leaves_the_list_with_its_key(room: Room) -> None:
    """What a session holds of it in memory is told by no list any more, which is made from the keys that there are."""
    room.add("bob", INVESTIGATOR)
    room.report(entropy(1), "x")
    sync(room)
    with room.vault.writing() as connection:
        assert [one.number for one in list_cases(connection, "bob")] == [1]
        exclude(connection, open_case(connection, room.sign_in("ada").holder, 1), "bob", 0, room.vault.random)
        assert list_cases(connection, "bob") == []


def test_before_a_declaration_nothing_of_a_case_is_seen(room: Room) -> None:
    """Neither it nor its beginning; then all. Who declares a conflict is let go, unless nobody else could read it."""
    room.add("bob", INVESTIGATOR)
    room.report(entropy(1), "A man did it.")
    sync(room)
    with room.vault.writing() as connection:
        write_meta(connection, "declaration", "asked")
    bob = room.sign_in("bob")
    (line,) = bob.lines()
    assert not line.declared
    for act in (lambda: bob.show(1, 0), lambda: bob.cases(), lambda: bob.reply(1, (b"x",), 1, 0)):
        with pytest.raises(Undeclared):
            act()
    with room.vault.reading() as connection:
        assert read_marks(connection, "bob") == {}
    with room.vault.writing() as connection:
        declare_none(connection, "bob", 1, 0)
    assert bob.show(1, 0).number == 1
    with room.vault.writing() as connection:
        declare_conflict(connection, "bob", 1, 0, room.vault.random)
        with pytest.raises(BadInput, match="Nobody else"):
            declare_conflict(connection, "ada", 1, 0, room.vault.random)
    assert holders(room, 1) == {"ada"}
    with pytest.raises(NotAllowed):
        room.sign_in("ada").share("bob", 0, [1])


def test_who_is_let_go_opens_nothing_that_comes_later(room: Room, tmp_path: Path) -> None:
    """With all the keys that they ever had, and a copy of the vault of before and after: what was written since, by
    either side, stays closed; those who stay read all of it."""
    room.add("bob", INVESTIGATOR)
    source = room.report(entropy(1), "before")
    sync(room)
    bob = room.sign_in("bob")
    before = tmp_path / "before.db"
    room.vault.truncate_wal()
    shutil.copyfile(room.folder / VAULT_FILE, before)
    with room.vault.writing() as connection:
        exclude(connection, open_case(connection, room.sign_in("ada").holder, 1), "bob", 0, room.vault.random)
    say(room, source, "after")
    sync(room)
    ada = room.sign_in("ada")
    ada.reply(1, (b"an answer",), 1, 0)
    with room.vault.writing() as connection:
        case = open_case(connection, ada.holder, 1)
        add_note(connection, case, "noted after", 0)
        set_outcome(connection, case, ["recorded"], "why", "say", 0)
        decide(connection, case, "referral", "no", "why", 0)
    assert [getattr(one, "text", "") or one.report.text for one in ada.show(1, 0).messages] == [
        "before",
        "after",
        "an answer",
    ]
    copy = open_vault(before, DESK_KEY, read_only=True)
    with copy.reading() as connection:
        kept = [one.open(bob.holder) for one in read_case_keys(connection, "bob").values()]
    copy.close()
    assert len(kept) == 1
    with room.vault.reading() as connection:
        found = sealed_things(connection, 1)
    assert {name for name, _, _ in found} == {"part", "text", "note", "outcome", "decision"}
    opens = [name for name, one, info in found if is_opened(kept[0], one, info)]
    assert opens == ["part"], "the report of before, and nothing else"


def test_keys_that_were_made_before_fit_only_who_stays_then(room: Room) -> None:
    """A generation worked out outside of the transaction is made anew where somebody has come or gone meanwhile."""
    room.add("bob", INVESTIGATOR)
    room.add("eve", INVESTIGATOR)
    room.report(entropy(1), "x")
    sync(room)
    with room.vault.reading() as connection:
        made = {one.number: make_turn(one, room.vault.random) for one in plan_turns(connection, "bob")}
    with room.vault.writing() as connection:
        connection.execute(tables.case_keys.delete().where(tables.case_keys.c.member == "eve"))
        store_turns(connection, plan_turns(connection, "bob"), made, room.vault.random)
        keys = tables.case_keys.c
        later = connection.execute(select(keys.member).where(keys.generation == 2)).scalars().all()
    assert later == ["ada"]


def test_a_case_whose_row_names_another_key_is_answered_under_its_own(room: Room) -> None:
    """Whoever holds the desk key can write a public key of theirs into the row; what a member writes is sealed to the
    key that they opened."""
    room.report(entropy(1), "x")
    sync(room)
    with room.vault.writing() as connection:
        connection.execute(update(tables.cases).values(public=SealingKey(bytes(32)).public))
    ada = room.sign_in("ada")
    ada.reply(1, (b"an answer",), 1, 0)
    assert ada.show(1, 0).messages[-1].text == "an answer"


def test_numbers_of_cases_say_nothing(room: Room) -> None:
    """Six digits each, drawn: no order, no gap."""
    with room.vault.reading() as connection:
        drawn = [drawn_number(connection, room.vault.random) for _ in range(300)]
    assert all(100_000 <= one <= 999_999 for one in drawn)
    assert len(set(drawn)) > 290
    assert drawn != sorted(drawn)
    assert arriving.draw_number is not drawn_number
