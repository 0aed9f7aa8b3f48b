# SPDX-License-Identifier: AGPL-3.0-or-later
"""People with commands at a desk that runs in this process, on a real socket."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.people import codes
from journalist_ui.socket.path import SOCKET_FILE
from journalist_ui.socket.server import serving
from journalist_ui.verbs.desk import Desk
from tests import in_process
from tests.desk.room import PASSPHRASE, Room


class People:
    """``wall`` is moved by half a minute for each one-time code, so that each is new."""

    def __init__(self, room: Room, desk: Desk, wall: list[float]) -> None:
        self.room, self.desk, self._wall = room, desk, wall

    def session(self, name: str) -> Path:
        """The file of a member's session."""
        return self.room.folder.parent / f"{name}.session"

    async def run(self, *words: object, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, output and what was said."""
        return await asyncio.to_thread(in_process.ask, "dropbox-desk", *words, stdin=stdin)

    def code(self, name: str) -> str:
        self._wall[0] += codes.STEP
        return codes.code_at(base64.b32decode(self.room.secrets[name]), int(self._wall[0] // codes.STEP))

    async def login(self, name: str, passphrase: str = PASSPHRASE, code: str | None = None) -> tuple[int, str]:
        words = ("login", "--vault", self.room.folder, "--member", name, "--session", self.session(name))
        typed = self.code(name) if code is None else code
        ended, _, said = await self.run(*words, stdin=f"{passphrase}\n{typed}\n")
        return ended, said

    async def ask(self, name: str, *words: object, stdin: str = "") -> Any:
        """A command of a signed-in member that prints JSON, which must be done."""
        code, out, said = await self.run(*words, "--session", self.session(name), "--json", stdin=stdin)
        assert code == 0, said
        return json.loads(out)

    async def refused(self, name: str, *words: object, stdin: str = "") -> str:
        """What is said to a member whose command ends with 1."""
        code, out, said = await self.run(*words, "--session", self.session(name), stdin=stdin)
        assert (code, out) == (1, ""), (out, said)
        return said

    async def told(self) -> dict[str, str]:
        """What all members are told now, by its code."""
        _, out, _ = await self.run("status", "--vault", self.room.folder, "--json")
        return {one["code"]: one["say"] for one in json.loads(out)["notices"]}


@asynccontextmanager
async def people_of(room: Room) -> AsyncIterator[People]:
    wall = [room.clock()]
    desk = Desk(room.engine, SessionBook(room.engine.vault, 900, now=lambda: wall[0]))
    async with serving(desk, room.folder / SOCKET_FILE):
        yield People(room, desk, wall)
