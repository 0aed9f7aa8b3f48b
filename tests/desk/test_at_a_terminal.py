# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the desk's commands print is given once: a code secret does not stay on the screen, and a case of which not all
was printed is not said to be read."""

import asyncio
import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dropbox.protocol.armour import armour
from journalist_ui.people import codes
from journalist_ui.vault import tables
from tests.desk.room import PASSPHRASE, Room, entropy
from tests.desk.test_session_files import Person, desk_of
from tests.flows.twin import make_service
from tests.terminal import CLEAR, Terminal

DESK = str(Path(sys.executable).parent / "dropbox-desk")
NEW = "a passphrase of some other words"
SPARE = re.compile(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b")
SECRET = re.compile(r"\b[A-Z2-7]{32}\b")


async def at_terminal(*words: object) -> Terminal:
    return await asyncio.to_thread(Terminal, *map(str, words), command=DESK)


async def ask(terminal: Terminal, until: str, answer: str) -> None:
    await asyncio.to_thread(terminal.until_prompt, until)
    terminal.type(f"{answer}\r")


def secret_left(screen: str) -> tuple[str, str]:
    """The secret that was shown, and what stands on the screen at the end."""
    shown, _, left = screen.rpartition(CLEAR)
    (secret,) = set(SECRET.findall(shown))
    return secret, left


async def signed_in(person: Person, folder: Path) -> Path:
    assert (await person.login(folder / "ada.session"))[0] == 0
    return folder / "ada.session"


async def test_a_new_code_secret_leaves_the_screen(room: Room, tmp_path: Path) -> None:
    """It stands there until a code of it is typed; shown once more, until Enter; and the code is in force."""
    async with desk_of(room) as person:
        session = await signed_in(person, tmp_path)
        terminal = await at_terminal("member", "passphrase", "--new-code", "--session", session)
        for prompt, typed in (("passphrase: ", PASSPHRASE), ("New passphrase: ", NEW), ("confirmation: ", NEW)):
            await ask(terminal, prompt, typed)
        await asyncio.to_thread(terminal.until, "A code of the new secret (the screen is then cleared): ")
        again = await at_terminal("member", "confirm", "--show", "--session", session)
        await ask(again, "Press Enter when your app has it", "")
        assert await asyncio.to_thread(again.end) == 0
        secret, left = secret_left(again.screen)
        assert left.strip() == ""
        terminal.type(codes.code_at(base64.b32decode(secret), int(room.clock() // codes.STEP)) + "\r")
        await ask(terminal, "Press Enter when they are on paper", "")
        assert await asyncio.to_thread(terminal.end) == 0
        assert secret_left(terminal.screen)[0] == secret
        assert len(set(SPARE.findall(terminal.screen))) == 10
        assert secret_left(terminal.screen)[1].strip() == "The new passphrase and codes are in force. Sign in again."


@pytest.mark.parametrize("stops", ["\r", "\x03"], ids=["Enter", "Ctrl-C"])
def test_the_first_members_code_secret_leaves_the_screen(tmp_path: Path, stops: str) -> None:
    """However the person goes on; what is needed later stands below, and the desk is made."""
    anchor = tmp_path / "anchor.txt"
    anchor.write_bytes(armour("ANCHOR", make_service(("north",)).twin.directory.anchors[0].encode()))
    where = ("--vault", str(tmp_path / "desk"), "--service", "http://127.0.0.1:9", "--anchor", str(anchor))
    terminal = Terminal("init", *where, "--name", "Unit", "--member", "ada", "--backup", str(tmp_path), command=DESK)
    for _ in ("desk", "member"):
        for prompt in ("passphrase: ", "confirmation: "):
            terminal.until_prompt(prompt)
            terminal.type(f"{PASSPHRASE}\r")
    terminal.until("Press Enter when your app has it")
    terminal.type(stops)
    terminal.until("Press Enter when they are on paper")
    terminal.type(stops)
    assert terminal.end() == 0
    secret, left = secret_left(terminal.screen)
    assert secret not in left
    assert len(set(SPARE.findall(terminal.screen))) == 10
    assert not SPARE.search(left)
    assert "Enrolment file: " in left
    assert "is on the same disk as the desk" in left
    assert (tmp_path / "desk" / "vault.db").exists()


def _shown(room: Room) -> int:
    with room.vault.reading() as connection:
        return connection.execute(select(func.count()).select_from(tables.shown)).scalar_one()


async def test_a_case_that_nobody_can_read_does_not_count_as_shown(room: Room, tmp_path: Path) -> None:
    """Where the reader has gone before, nothing is asked; where it goes in the middle, the officer is told."""
    room.report(entropy(1), "a line of an account\n" * 10_000)
    await room.engine.sync()
    async with desk_of(room) as person:
        words = [DESK, "show", "1", "--session", str(await signed_in(person, tmp_path))]

        def end(read: int) -> str:
            """What is said when the reader takes so many bytes and goes."""
            reader, writer = os.pipe()
            if not read:
                os.close(reader)
            with subprocess.Popen(words, stdout=writer, stderr=subprocess.PIPE, text=True) as process:
                os.close(writer)
                if read:
                    os.read(reader, read)
                    os.close(reader)
                said = process.communicate(timeout=60)[1]
            assert process.returncode == 1
            return said

        assert "Nobody reads standard output" in await asyncio.to_thread(end, 0)
        assert _shown(room) == 0
        assert "counts as shown to you: show it again" in await asyncio.to_thread(end, 10)
        assert _shown(room) == 1
