# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clocks of a desk that a test drives, and signing in by them."""

import asyncio
import base64

from journalist_ui.daemon.sessions import SessionBook
from journalist_ui.daemon.sign_ins import SignIn
from journalist_ui.people import codes
from tests.desk.room import PASSPHRASE, Room

NOON = 1_728_000_000.0


class Clocks:
    """The wall clock for codes and the steady one for idleness, both driven."""

    def __init__(self) -> None:
        self.now = NOON
        self.idle = 0.0

    def book(self, room: Room, idle_seconds: float = 900) -> SessionBook:
        return SessionBook(room.engine.vault, idle_seconds, now=lambda: self.now, idle=lambda: self.idle)

    def code(self, room: Room, name: str, shift: int = 0) -> str:
        secret = base64.b32decode(room.secrets[name])
        return codes.code_at(secret, int(self.now // 30) + shift)


def sign_in(book: SessionBook, code: str, name: str = "ada", passphrase: str = PASSPHRASE) -> str:
    """At the desk's own socket; the session's token."""
    return asyncio.run(book.sign_in(SignIn(name, passphrase, code))).token
