# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the output goes: tried before anything is sent, and again when it must not be lost."""

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dropbox.command_line.output import FULL, check_output, goes_nowhere, say_once
from dropbox.command_line.refused import OutputLost
from dropbox.flows.source.message import Sent, Stored
from dropbox.flows.source.reading import Reading

from . import terminal
from .service import Stop

UNREAD = "What was read could not be printed. It can still be read for some days: run the command again."
NOTHING_SENT = "Nothing was sent."
NOBODY = "Standard output goes nowhere, so nobody could ever read the codename. Give the command a place to write to."
STATE: dict[Stored, str] = {
    "yes": "Your message is stored",
    "perhaps": "Your message may be stored",
    "no": "Your message is not stored",
}


@contextmanager
def before_sending() -> Iterator[None]:
    """What is printed here must be seen before anything leaves. Raises Stop."""
    try:
        yield
    except OutputLost as lost:
        raise Stop(f"{NOTHING_SENT} {lost.say}") from None


def try_output(read_by_somebody: bool = False) -> None:
    """Raises OutputLost when standard output is full, closed or its reader has gone; with ``read_by_somebody`` also
    where it goes to the null device."""
    check_output()
    try:
        found = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return
    if stat.S_ISREG(found.st_mode) and os.fstatvfs(sys.stdout.fileno()).f_bavail == 0:
        raise OutputLost(FULL.format(why="No space left on device"))
    if not stat.S_ISCHR(found.st_mode) or sys.stdout.isatty():
        return
    if read_by_somebody and goes_nowhere():
        raise OutputLost(NOBODY)
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except OSError as error:
        raise OutputLost(FULL.format(why=os.strerror(error.errno or 0))) from None


def end_told(sent: Sent, text: str) -> None:
    """Print ``text``, the end of what the command says of a message. Raises Stop with what became of it when nobody can
    read that."""
    try:
        say_once(text)
    except OutputLost as lost:
        raise Stop(f"{STATE[sent.stored]}. The rest could not be printed. {lost.say}") from None


def tell_sent(sent: Sent, as_json: bool) -> None:
    """What became of a further message. Raises Stop when nobody can read that."""
    receipt = sent.receipt.encode().hex() if sent.receipt else None
    if sent.stored == "perhaps":
        terminal.say(terminal.SEND_AGAIN)
    if as_json:
        end_told(sent, json.dumps({"unit": sent.slug, "receipt": receipt, "stored": sent.stored}))
    elif receipt:
        end_told(sent, f"{sent.slug}: receipt {receipt}")
        terminal.say(terminal.STORED)


class Printed:
    """What a visit has read, printed as soon as its envelope has left; again only where a later try reads otherwise."""

    def __init__(self, text: Callable[[Reading], str]) -> None:
        """``text`` is how it is printed."""
        self._text = text
        self._printed = ""
        self._lost: OutputLost | None = None

    def show(self, reading: Reading) -> None:
        """Print it. What goes wrong with that waits: the visit goes on as any other."""
        text = self._text(reading)
        if self._lost or text == self._printed:
            return
        try:
            say_once(text)
            self._printed = text
        except OutputLost as lost:
            self._lost = lost

    def end(self, visited: Reading) -> None:
        """After the visit, and print it unless it stands there. Raises Stop."""
        self.show(visited)
        if self._lost:
            raise Stop(f"{UNREAD} {self._lost.say}")


class JsonLine:
    """One line of JSON in two halves: what must be seen before a message leaves, and what became of it."""

    def __init__(self, **before: str) -> None:
        """Print the first half. Raises OutputLost."""
        self._open = True
        say_once(json.dumps(before).removesuffix("}") + (", " if before else ""), end="")

    def close(self, sent: Sent, **after: object) -> None:
        """Print the rest, once. Raises Stop."""
        if self._open:
            self._open = False
            end_told(sent, json.dumps(after).removeprefix("{"))
