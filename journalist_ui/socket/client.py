# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a running desk over its Unix socket: one request, one answer."""

import http.client
import socket
from pathlib import Path
from typing import TypeVar, cast

from journalist_ui.refusals import BadInput, DeskNotRunning, DeskOutOfReach, DeskRefused, NoAnswer
from journalist_ui.shapes.asked import Asked

from .codec import read_object, read_shape, to_json
from .path import SOCKET_FILE, short_path

Answer = TypeVar("Answer")
PATIENCE = 900.0
"""Seconds: a sync over Tor after an absence takes minutes."""
NO_FOLDER = "The desk's folder {folder} is not there. Check its name, or start dropbox-desk serve."
NO_ANSWER = (
    "The desk ended, or fell silent, before it answered. What was asked may be done all the same: look before you ask "
    "again."
)
NOT_YOURS = "The desk's folder is not yours to use: run as the desk's own user."
NOT_RUNNING = "No desk runs on this vault: start dropbox-desk serve."
OTHER_RELEASE = "The running desk is of another release: restart it."


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("desk", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        with short_path(self._path) as short:
            self.sock.connect(short)


class Answered(DeskRefused):
    """What the running desk refused, in its words."""

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.reason = code


def socket_of(folder: Path) -> Path:
    """Where the desk of a vault folder listens."""
    return folder.absolute() / SOCKET_FILE


def ask_desk(path: Path, asked: Asked[Answer], token: str = "") -> Answer:
    """Ask; the answer. Raises DeskNotRunning, DeskOutOfReach, NoAnswer, Answered."""
    status, fields = _exchange(path, asked.verb, to_json(asked).encode(), token)
    if status != http.client.OK:
        raise Answered(str(fields.get("error", "")), str(fields.get("say", "The desk refused this.")))
    try:
        # The request's class declares it.
        return cast(Answer, read_shape(asked.answer, fields))
    except BadInput:
        raise Answered("bad-input", OTHER_RELEASE) from None


def _exchange(path: Path, verb: str, body: bytes, token: str) -> tuple[int, dict[str, object]]:
    """Status and fields of the answer. Raises DeskNotRunning, DeskOutOfReach, NoAnswer."""
    connection = _UnixConnection(path)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        _connect(connection, path)
        connection.request("POST", f"/v1/{verb}", body, headers)
        answer = connection.getresponse()
        return answer.status, read_object(answer.read())
    except (OSError, http.client.HTTPException, BadInput):
        raise NoAnswer(NO_ANSWER) from None
    finally:
        connection.close()


def _connect(connection: _UnixConnection, path: Path) -> None:
    """Raises DeskNotRunning, DeskOutOfReach; TimeoutError of a desk that takes nobody."""
    try:
        connection.connect()
    except PermissionError:
        raise DeskOutOfReach(NOT_YOURS) from None
    except TimeoutError:
        raise
    except OSError:
        if not path.parent.is_dir():
            raise DeskOutOfReach(NO_FOLDER.format(folder=path.parent)) from None
        raise DeskNotRunning(NOT_RUNNING) from None
