# SPDX-License-Identifier: AGPL-3.0-or-later
"""A session that is open has a file by which it can be locked, and "Locked." is said of one that is over."""

import asyncio
import base64
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people import codes
from journalist_ui.socket.path import SOCKET_FILE
from journalist_ui.socket.server import serving
from journalist_ui.verbs.desk import Desk
from tests import in_process
from tests.desk.room import PASSPHRASE, Room


class Person:
    """Somebody with commands at a desk that runs in this process. ``open`` counts its sessions."""

    def __init__(self, room: Room, desk: Desk) -> None:
        self._room, self._desk, self._step = room, desk, 0

    @property
    def open(self) -> int:
        return self._desk.sessions.count

    async def run(self, *words: object, stdin: str = "") -> tuple[int, str]:
        """Exit code and what was said."""
        code, _, said = await asyncio.to_thread(in_process.ask, "dropbox-desk", *words, stdin=stdin)
        return code, said

    async def login(self, session: Path, *, same_code: bool = False) -> tuple[int, str]:
        self._step += not same_code
        step = int(self._room.clock() // codes.STEP) + self._step - 2
        code = codes.code_at(base64.b32decode(self._room.secrets["ada"]), step)
        words = ("login", "--vault", self._room.folder, "--member", "ada", "--session", session)
        return await self.run(*words, stdin=f"{PASSPHRASE}\n{code}\n")


@asynccontextmanager
async def desk_of(room: Room) -> AsyncIterator[Person]:
    desk = Desk(room.engine, SessionBook(room.engine.vault, 900, now=room.clock))
    async with serving(desk, room.folder / SOCKET_FILE):
        yield Person(room, desk)


async def test_no_code_is_used_up_for_a_session_that_nobody_could_hold(room: Room, tmp_path: Path) -> None:
    """Where the file cannot be written nothing is asked, and the same code signs in elsewhere."""
    async with desk_of(room) as person:
        code, said = await person.login(tmp_path / "nowhere" / "ada.session")
        assert (code, "No such file" in said, person.open) == (1, True, 0)
        assert (await person.login(tmp_path / "ada.session", same_code=True))[0] == 0


async def test_a_session_whose_file_fails_at_the_end_is_locked(room: Room, tmp_path: Path) -> None:
    """Whatever stands in the way of the file; nothing is left of it either."""
    (tmp_path / ".ada.session.new").mkdir()
    async with desk_of(room) as person:
        assert ((await person.login(tmp_path / "ada.session"))[0], person.open) == (1, 0)
        assert not (tmp_path / "ada.session").exists()


async def test_a_session_whose_file_is_replaced_is_locked(room: Room, tmp_path: Path) -> None:
    """Signing in again leaves one session open, and not one that nobody can lock."""
    session, copy = tmp_path / "ada.session", tmp_path / "copy"
    async with desk_of(room) as person:
        assert (await person.login(session))[0] == 0
        copy.write_bytes(session.read_bytes())
        assert ((await person.login(session))[0], person.open) == (0, 1)
        assert "Sign in" in (await person.run("cases", "--session", copy))[1]
        assert (await person.run("cases", "--session", session))[0] == 0


async def test_a_desk_whose_folder_is_away_has_not_locked(room: Room, tmp_path: Path) -> None:
    """Its folder was moved, or its disk is not there, and it runs on: the file stays for another try."""
    session = tmp_path / "ada.session"
    async with desk_of(room) as person:
        await person.login(session)
        os.rename(room.folder, tmp_path / "away")
        code, said = await person.run("lock", "--session", session)
        os.rename(tmp_path / "away", room.folder)
        assert (code, "is not there" in said, "Locked" in said, person.open) == (1, True, False, 1)
        assert (await person.run("lock", "--session", session))[0] == 0
        assert (person.open, session.exists()) == (0, False)


@contextmanager
def _ends_before_it_answers(path: Path) -> Iterator[None]:
    """What takes each request that comes to a socket, and closes."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def end() -> None:
            while True:
                try:
                    taken, _ = listening.accept()
                except OSError:
                    return
                taken.recv(65_536)
                taken.close()

        thread = threading.Thread(target=end, daemon=True)
        thread.start()
        yield
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


ASKED = {
    "reply": ("reply", 1, "--text-file", "-"),
    "confirm": ("member", "confirm"),
    "share": ("member", "share", "bob", "--all", "--yes"),
    "sync": ("sync",),
    "add": ("member", "add", "bob", "--role", "investigator"),
    "lock": ("lock",),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_was_asked_of_a_desk_that_ends_may_be_done(tmp_path: Path, name: str) -> None:
    """Nobody is told that no desk runs, as if nothing had happened; and no session file is thrown away."""
    path, session = tmp_path / "s", tmp_path / "a.session"
    session.write_text(json.dumps({"socket": str(path), "token": "0" * 64}))
    with _ends_before_it_answers(path):
        code, out, said = in_process.ask("dropbox-desk", *ASKED[name], "--session", session, stdin="123456\n")
    assert (code, out) == (1, "")
    assert "may be done" in said
    assert session.exists()
