# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking a running desk over its Unix socket: one request, one answer."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from journalist_ui.refusals import DeskNotRunning, DeskRefused

from .socket_path import SOCKET_FILE, short_path

PATIENCE = 900.0
"""Seconds: a sync over Tor after an absence takes minutes."""
NOT_YOURS = "The desk's folder is not yours to use: run as the desk's own user."
NOT_RUNNING = "No desk runs on this vault: start dropbox-desk serve."


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


def ask_desk(path: Path, verb: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """Ask; the answer's fields. Raises DeskNotRunning, Answered."""
    connection = _UnixConnection(path)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request("POST", f"/v1/{verb}", json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        fields = json.loads(answer.read())
    except PermissionError:
        raise DeskNotRunning(NOT_YOURS) from None
    except (OSError, http.client.HTTPException, ValueError):
        raise DeskNotRunning(NOT_RUNNING) from None
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise Answered(str(fields.get("error", "")), str(fields.get("say", "The desk refused this.")))
    found: dict[str, Any] = fields
    return found
