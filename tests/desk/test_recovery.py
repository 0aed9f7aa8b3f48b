# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery sheets: two of three give the key, one gives nothing; what they do is decided by two people and told to all;
and they bring a desk back on an empty machine."""

import asyncio
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dropbox.protocol.armour import armour
from dropbox.protocol.primitives import SealingKey
from journalist_ui.daemon.recovery import print_sheets, use_sheets
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.people import members, steps
from journalist_ui.people.sheets import SheetKind, draw_sheets, join_sheets, read_sheet
from journalist_ui.refusals import BadInput, NoSuchMember, SignInRefused
from journalist_ui.vault import tables
from journalist_ui.vault.case_keys import read_case_keys
from journalist_ui.vault.evidence import unproved_members
from journalist_ui.vault.roles import SHEETS
from journalist_ui.vault.sealing import Holder
from tests import in_process
from tests.desk.live import BIN, DESK_PASSPHRASE, MEMBER_PASSPHRASE, LiveService, here, start_service, wait_for
from tests.desk.people import People, people_of
from tests.desk.room import ADMINISTRATOR, FIRST_PASSPHRASE, INVESTIGATOR, PASSPHRASE, Room, entropy
from tests.flows.twin import make_service
from tests.terminal import CLEAR, Terminal, sheets_on

DESK = str(BIN / "dropbox-desk")
PAIRS = list(itertools.combinations(range(3), 2))


@pytest.mark.parametrize("kind", SheetKind)
@pytest.mark.parametrize("pair", PAIRS)
def test_any_two_sheets_give_the_key(kind: SheetKind, pair: tuple[int, int]) -> None:
    """By their words, however they are typed, and by their codes; in either order."""
    public, drawn = draw_sheets(kind, os.urandom)
    one, other = (drawn[at] for at in pair)
    typed = "\n".join(f"{at}. {word.upper()}," for at, word in enumerate(one.words(), start=1))
    assert read_sheet(typed) == one
    assert read_sheet(f" {other.code().lower()}\n") == other
    assert join_sheets([read_sheet(typed), other]).public == public
    assert join_sheets([other, one]).public == public


def test_one_sheet_stands_for_every_secret() -> None:
    """Whatever a single sheet shows, each share that it lacks makes another key: it rules out none."""
    drawn = bytes(range(32))
    keys = set()
    for last in range(8):
        given = iter((drawn[:16], drawn[16:], bytes([last]) * 16))
        public, (sheet, *_) = draw_sheets(SheetKind.CASES, lambda size, given=given: next(given))
        assert sheet.shares == (drawn[:16], drawn[16:])
        keys.add(public)
    assert len(keys) == 8


def test_what_is_no_sheet_is_told_by_where_it_goes_wrong() -> None:
    """A word too few, one of no list, one in another's place, a code with another letter: none passes or is echoed."""
    _, (sheet, *_) = draw_sheets(SheetKind.PEOPLE, os.urandom)
    words, code = list(sheet.words()), sheet.code()
    other = "abacus" if words[3] != "abacus" else "abdomen"
    swapped = [*words[:3], other, *words[4:]]
    letter = "A" if code[10] != "A" else "B"
    for typed, said in (
        (" ".join(words[:-1]), "has 25 words; these are 24"),
        (" ".join([*words[:6], "zzzword", *words[7:]]), "Word 7 of the sheet"),
        (" ".join(swapped), "one is another's"),
        (code[:10] + letter + code[11:], "one is another's"),
        ("1" * 63, "no sheet's code"),
        ("zoom " * 25, "in their order"),
        ("", "these are 0"),
    ):
        with pytest.raises(BadInput, match=said) as refused:
            read_sheet(typed)
        assert "zzzword" not in refused.value.say


def test_sheets_that_do_not_belong_together_are_refused() -> None:
    """The same one twice, and one of another printing."""
    (first, second, _), (strange, *_) = (draw_sheets(SheetKind.PEOPLE, os.urandom)[1] for _ in range(2))
    with pytest.raises(BadInput, match="sheet 1 twice"):
        join_sheets([first, first])
    with pytest.raises(BadInput, match="not printed together"):
        join_sheets([second, strange])


# --- in force at a desk ---


@pytest.fixture
async def two(brief_stretch: None, room: Room) -> AsyncIterator[People]:
    """ada and eve administer and are signed in; bob investigates."""
    room.add("eve", ADMINISTRATOR)
    room.add("bob", INVESTIGATOR)
    async with people_of(room) as people:
        for name in ("ada", "eve"):
            assert (await people.login(name))[0] == 0
        yield people


async def shown_sheets(people: People, kind: str) -> tuple[list[list[str]], str]:
    """What three screens show, each cleared away, and what stands there at the end."""
    words = ("recovery", "sheets", "--kind", kind, "--session", str(people.session("ada")))
    terminal = await asyncio.to_thread(Terminal, *words, command=DESK)
    await asyncio.to_thread(terminal.until_prompt, "Show them? [y/N]: ")
    terminal.type("y\r")
    for _ in range(3):
        await asyncio.to_thread(terminal.until_prompt, "Press Enter when it is on paper")
        terminal.type("\r")
    assert await asyncio.to_thread(terminal.end) == 0, terminal.screen
    return sheets_on(terminal.screen), terminal.screen.rpartition(CLEAR)[2]


async def test_sheets_are_shown_on_a_terminal_alone(two: People) -> None:
    """A script gets none, and nothing is asked of the desk; nor does who does not administer."""
    assert "on a terminal alone" in await two.refused("ada", "recovery", "sheets", "--kind", "people", "--yes")
    assert await two.ask("ada", "proposals") == []
    await two.login("bob")
    words = ("recovery", "sheets", "--kind", "cases", "--session", str(two.session("bob")))
    terminal = await asyncio.to_thread(Terminal, *words, command=DESK)
    assert await asyncio.to_thread(terminal.end) == 1
    assert "role administrator" in terminal.screen


async def test_sheets_for_cases_are_a_holder_once_two_have_said_so(two: People) -> None:
    """Nothing is wrapped to them before; then new cases are, older ones once shared; two sheets, put together, open the
    case; printing anew makes them void."""
    room = two.room
    room.report(entropy(1), "It was on Tuesday.")
    await two.ask("ada", "sync")
    sheets, left = await shown_sheets(two, "cases")
    assert "it is proposal 1 now" in left
    assert not any(word in left for words in sheets for word in words if len(word) > 8)
    (line,) = await two.ask("eve", "proposals")
    assert (line["kind"], line["target"], line["roles"]) == ("recovery-sheets", SHEETS, ["reader"])
    assert (
        "two of the three make a new administrator, who also reads each case"
        in (await two.run("proposals", "--session", two.session("eve")))[1]
    )
    await two.ask("eve", "approve", 1)
    room.report(entropy(2), "And on Friday.")
    await two.ask("ada", "sync")
    assert held(room) == {2}
    await two.ask("ada", "member", "share", SHEETS, "--all", "--yes")
    assert held(room) == {1, 2}
    assert "had new recovery sheets printed" in (await two.told())["recovery-sheets"]
    assert [one["name"] for one in await two.ask("ada", "member", "list")] == ["ada", "bob", "eve"]
    key = join_sheets([read_sheet(" ".join(sheets[0])), read_sheet(" ".join(sheets[2]))])
    assert opens(room, key) == {1, 2}
    await shown_sheets(two, "people")
    await two.ask("eve", "approve", 2)
    assert held(room) == set()
    with room.vault.reading() as connection:
        assert unproved_members(connection) == []
        found = steps.find_sheets(connection)
    assert found is not None
    assert found.kind is SheetKind.PEOPLE


def held(room: Room) -> set[int]:
    with room.vault.reading() as connection:
        rows = tables.case_keys.c
        return set(connection.execute(select(rows.number).where(rows.member == SHEETS)).scalars())


def opens(room: Room, key: SealingKey) -> set[int]:
    """Raises NotForThisKey for a case that the key does not open."""
    with room.vault.reading() as connection:
        wrapped = read_case_keys(connection, SHEETS)
    return {number for (number, _), one in wrapped.items() if one.open(Holder(SHEETS, key))}


async def test_nobody_signs_in_as_the_sheets(two: People) -> None:
    """With whatever passphrase; their roles are not changed and they are not recovered; removed, they are gone."""
    with two.room.vault.writing() as connection:
        public = bytes.fromhex(print_sheets("cases").public)
        steps.put_sheets(connection, SHEETS, steps.sheets(SheetKind.CASES, public), 1, 1)
    for passphrase, code in (("", ""), (PASSPHRASE, "000000")):
        with pytest.raises(SignInRefused):
            await two.desk.sessions.sign_in(SignIn(SHEETS, passphrase, code))
    for words in (("role", SHEETS, "--role", "administrator"), ("recover", SHEETS, "--yes")):
        assert "Recovery sheets are no member" in await two.refused(
            "ada", "member", *words, stdin=f"{FIRST_PASSPHRASE}\n"
        )
    code, _, said = await two.run("member", "remove", SHEETS, "--yes", "--session", two.session("ada"))
    assert code == 0, said
    with two.room.vault.reading() as connection, pytest.raises(NoSuchMember):
        members.find_member(connection, SHEETS)


@pytest.mark.parametrize("name", ["recovery+sheets", "Recovery+Sheets"])
def test_no_member_takes_their_name(brief_stretch: None, room: Room, name: str) -> None:
    """It is none that a member can have."""
    with pytest.raises(BadInput):
        room.add(name, ADMINISTRATOR)


# --- used ---


def test_sheets_are_used_on_an_empty_machine(tmp_path: Path) -> None:
    """By the real commands: a desk with one case dies; on a machine that has nothing but the folder of backups, with
    the desk passphrase and two sheets, there is a new administrator who reads the case, and everybody is told."""
    backups, home = tmp_path / "backups", tmp_path / "home"
    for folder in (backups, home):
        folder.mkdir()
    service = start_service(tmp_path, backup=str(backups))
    try:
        desk = service.desk
        sheets = dying(service)
        used = recovered(home, backups, (DESK_PASSPHRASE, sheets[2], sheets[0], MEMBER_PASSPHRASE))
        assert (used["member"], used["roles"], used["cases"]) == ("zoe", ["administrator", "reader"], 1)
        desk.folder, desk.secrets["zoe"] = home / "again", used["totp_secret"]
        here("dropbox-desk", "replace-keyring", "--vault", desk.folder, "--give-up-old", stdin=f"{DESK_PASSPHRASE}\n")
        desk.start()
        session = desk.login("zoe")
        (case,) = cases(session)
        shown = here("dropbox-desk", "show", case, "--session", session, "--json").json
        assert [one["text"] for one in shown["messages"]] == ["It was on Tuesday."]
        told = {one["code"]: one["say"] for one in desk.status()["notices"]}
        assert "zoe is a new member (administrator, reader)" in told["recovery-used"]
    finally:
        service.close()


def dying(service: LiveService) -> list[str]:
    """A desk that prints sheets for cases, collects a report, backs up, and is gone with its folder; its sheets."""
    desk = service.desk
    desk.start()
    desk.ready()
    session = desk.login("ada")
    words = ("recovery", "sheets", "--kind", "cases", "--yes", "--session", str(session))
    terminal = Terminal(*words, command=DESK)
    for _ in range(3):
        terminal.until_prompt("Press Enter when it is on paper")
        terminal.type("\r")
    assert terminal.end() == 0, terminal.screen
    assert "The sheets are in force (cases)." in terminal.screen
    service.report("It was on Tuesday.")
    wait_for(lambda: here("dropbox-desk", "sync", "--session", session, "--json") and cases(session), "the report")
    here("dropbox-desk", "backup", "--vault", desk.folder)
    assert desk.stop()[0] == 0
    shutil.rmtree(desk.folder)
    return [" ".join(words) for words in sheets_on(terminal.screen)]


def recovered(home: Path, backups: Path, lines: Sequence[str]) -> dict[str, Any]:
    """What the command prints on a machine whose user has an empty home."""
    done = subprocess.run(
        [DESK, "recovery", "use", "--vault", "again", "--from", str(backups), "--member", "zoe", "--json"],
        input="\n".join(lines) + "\n",
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("kind", SheetKind)
def test_sheets_are_printed_with_a_new_desk(tmp_path: Path, kind: SheetKind) -> None:
    """At a terminal each is shown and cleared, then the codes; they are in force at once. A script that asks for them
    makes no desk."""
    anchor = tmp_path / "anchor.txt"
    anchor.write_bytes(armour("ANCHOR", make_service(("north",)).twin.directory.anchors[0].encode()))
    where = ("--vault", str(tmp_path / "desk"), "--service", "http://127.0.0.1:9", "--anchor", str(anchor))
    words = ("init", *where, "--name", "Unit", "--member", "ada", "--backup", "none", "--sheets", kind)
    refused = subprocess.run([DESK, *words], input=f"{PASSPHRASE}\n" * 2, capture_output=True, text=True, check=False)
    assert (refused.returncode, "on a terminal alone" in refused.stderr) == (1, True)
    assert not (tmp_path / "desk").exists()
    terminal = Terminal(*words, command=DESK)
    for _ in ("desk", "member"):
        for prompt in ("passphrase: ", "confirmation: "):
            terminal.until_prompt(prompt)
            terminal.type(f"{PASSPHRASE}\r")
    for prompt in ("it is on paper", "it is on paper", "it is on paper", "your app has it", "they are on paper"):
        terminal.until_prompt(f"Press Enter when {prompt}")
        terminal.type("\r")
    assert terminal.end() == 0, terminal.screen
    sheets = sheets_on(terminal.screen)
    assert "No recovery sheets" not in terminal.screen
    given = [read_sheet(" ".join(sheets[at])) for at in (1, 2)]
    used = use_sheets(tmp_path / "desk", PASSPHRASE, given, "zoe", MEMBER_PASSPHRASE)
    words = ("recovery", "use", "--vault", tmp_path / "desk", "--from", tmp_path, "--member", "zoe2")
    lines = f"{PASSPHRASE}\n{' '.join(sheets[0])}\n{' '.join(sheets[1])}\n{MEMBER_PASSPHRASE}\n"
    code, _, said = in_process.ask("dropbox-desk", *words, stdin=lines)
    assert (code, "There is a vault in that folder already" in said) == (1, True)
    assert used.roles == (("administrator", "reader") if kind is SheetKind.CASES else ("administrator",))


def cases(session: Path) -> list[int]:
    return [one["case"] for one in here("dropbox-desk", "cases", "--session", session, "--json").json]


SHEETS_OF_OTHERS = {
    "others": "others were printed since",
    "none": "knows no recovery sheets",
    "altered": "changed the vault",
}


@pytest.mark.parametrize("fault", SHEETS_OF_OTHERS)
def test_sheets_that_are_not_in_force_make_nobody(
    brief_stretch: None, room: Room, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Of another printing; at a desk that has none; and where the key in the vault is not the one that the log proves:
    each is refused in words, and nobody is added."""
    public, drawn = draw_sheets(SheetKind.PEOPLE, os.urandom)
    used = draw_sheets(SheetKind.PEOPLE, os.urandom)[1] if fault == "others" else drawn
    with room.vault.writing() as connection:
        if fault != "none":
            steps.put_sheets(connection, SHEETS, steps.sheets(SheetKind.PEOPLE, public), 1, 1)
        if fault == "altered":
            this = update(tables.members).where(tables.members.c.name == SHEETS)
            connection.execute(this.values(signing=bytes(32)))
    monkeypatch.setattr("journalist_ui.daemon.recovery.read_settings", lambda _: room.settings)
    monkeypatch.setattr("journalist_ui.daemon.recovery.open_desk_vault", lambda *_: room.vault)
    with pytest.raises(BadInput, match=SHEETS_OF_OTHERS[fault]):
        use_sheets(room.folder, "desk passphrase", used[:2], "zoe", PASSPHRASE)
    room.reopen()
    with room.vault.reading() as connection:
        assert members.read_member(connection, "zoe") is None
