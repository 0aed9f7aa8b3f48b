# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may open which case now, in a file beside the keyring and under its key: JSON, sealed with AES-256-GCM."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from dropbox.protocol.chance import Random
from dropbox.protocol.constants import NONCE
from dropbox.protocol.errors import ProtocolError
from dropbox.protocol.primitives import aead_open, aead_seal
from journalist_ui.refusals import KeyringUnusable
from journalist_ui.vault import labels
from journalist_ui.vault.backup import sync_path
from journalist_ui.vault.database import Vault
from journalist_ui.vault.holdings import read_holdings

HOLDINGS_FILE = "holdings"
UNUSABLE = (
    "The file `holdings` beside the keyring does not open: it is damaged, or of another desk. Take it away where the "
    "keyring was lost too; then a restored vault gives their keys back to members who were let go since."
)


class HoldingsFile:
    """Of one vault folder. One process at a time: the caller holds the vault's lock."""

    def __init__(self, folder: Path, key: bytes, random: Random) -> None:
        self._path = folder / HOLDINGS_FILE
        self._key = key
        self._random = random

    def save(self, held: Mapping[str, tuple[int, ...]]) -> None:
        """Durable, whole or as it was, when it returns. Raises OSError."""
        nonce = self._random(NONCE)
        plain = json.dumps(held, separators=(",", ":")).encode()
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(nonce + aead_seal(self._key, nonce, plain, labels.HOLDINGS))
        sync_path(fresh)
        os.rename(fresh, self._path)
        sync_path(self._path.parent)

    def read(self) -> dict[str, tuple[int, ...]] | None:
        """None where there is none. Raises KeyringUnusable."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            found = json.loads(aead_open(self._key, data[:NONCE], data[NONCE:], labels.HOLDINGS))
            return {str(name): tuple(int(one) for one in numbers) for name, numbers in found.items()}
        except (ProtocolError, ValueError, TypeError, AttributeError):
            raise KeyringUnusable(UNUSABLE) from None


def keep_holdings(vault: Vault, file: HoldingsFile) -> None:
    """Write down who may open which case, after somebody was let go and before each backup. Raises OSError."""
    with vault.reading() as connection:
        held = read_holdings(connection)
    file.save(held)
