# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of a running desk's folder, as whoever takes the disk has it, and what can be done to it."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.keyring import KeyringStore
from journalist_ui.daemon.settings import read_settings
from journalist_ui.vault import cipher, tables
from journalist_ui.vault.database import VAULT_FILE, open_vault
from tests import in_process
from tests.desk.forging import alter
from tests.desk.live import BIN, MEMBER_PASSPHRASE
from tests.terminal import Terminal, sheets_on


def print_sheets(session: Sequence[str]) -> list[str]:
    """An administrator asks at a terminal for sheets that read cases: the words of each of three. ``session`` are the
    words that name who is signed in."""
    words = ("recovery", "sheets", "--kind", "cases", "--reason", "For the safe.", "--yes", *session)
    terminal = Terminal(*words, command=str(BIN / "dropbox-desk"))
    for _ in range(3):
        terminal.until_prompt("Press Enter when it is on paper")
        terminal.type("\r")
    assert terminal.end() == 0, terminal.screen
    return [" ".join(words) for words in sheets_on(terminal.screen)]


class CopiedDesk:
    """The folder, and the desk passphrase that opens it. ``made`` is a unit of demo.json."""

    def __init__(self, made: dict[str, Any], folder: Path) -> None:
        self.passphrase: str = made["desk_passphrase"]
        self.folder = folder
        shutil.copytree(made["dir"], folder, ignore=shutil.ignore_patterns("*.sock", f"{VAULT_FILE}*"))
        self.key = stretch_desk_key(self.passphrase, read_settings(folder).salt)
        vault = open_vault(Path(made["dir"]) / VAULT_FILE, self.key)
        try:
            (folder / VAULT_FILE).touch(0o600)
            cipher.copy_into(vault.engine, folder / VAULT_FILE)
        finally:
            vault.close()

    def alter(self, *, with_keyring: bool) -> int:
        """The first row about a case gets another day, and all later hashes are made anew; with the keyring the MACs
        too. Returns the row's number."""
        vault = open_vault(self.folder / VAULT_FILE, self.key)
        try:
            rows = tables.audit.c
            with vault.reading() as connection:
                at = connection.execute(select(rows.seq).where(rows.number > 0).order_by(rows.seq)).scalars().first()
            assert at is not None
            alter(vault, at, KeyringStore(self.folder, self.key).load().audit_key if with_keyring else b"")
            vault.truncate_wal()
        finally:
            vault.close()
        return at

    def verified(self) -> dict[str, Any]:
        """What `verify-audit` finds by the desk passphrase, with the service's board."""
        words = ("verify-audit", "--vault", self.folder, "--json")
        found: dict[str, Any] = json.loads(in_process.ask("dropbox-desk", *words, stdin=f"{self.passphrase}\n")[1])
        return found

    def shows_what_is_altered(self) -> None:
        """It holds, with the board's newest, until a row is altered and all later hashes are made anew: with the
        vault's keys alone the row is named, with the keyring too the first batch that told of another log."""
        found = self.verified()
        assert (found["holds"], found["board"]) == (True, True)
        row = self.alter(with_keyring=False)
        found = self.verified()
        assert (found["holds"], found["row"]) == (False, row)
        self.alter(with_keyring=True)
        found = self.verified()
        assert (found["holds"], found["row"]) == (False, 0)
        assert found["first"] <= found["head"] <= found["last"]

    def use_sheets(self, sheets: Sequence[str], name: str) -> dict[str, Any]:
        """Two sheets make a new administrator; what the command answers."""
        words = ("recovery", "use", "--vault", self.folder, "--member", name, "--json")
        lines = "\n".join((self.passphrase, *sheets, MEMBER_PASSPHRASE)) + "\n"
        code, out, err = in_process.ask("dropbox-desk", *words, stdin=lines)
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        return found
