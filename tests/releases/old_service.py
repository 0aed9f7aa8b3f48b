# SPDX-License-Identifier: AGPL-3.0-or-later
"""The service of an earlier release, unpacked: folders of the server and three desks, and what is secret in them."""

import json
import tarfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dropbox.protocol.primitives import sha256
from journalist_ui.daemon.desk_key import stretch_desk_key
from journalist_ui.daemon.opening import open_desk_vault
from journalist_ui.daemon.settings import read_settings
from journalist_ui.vault.database import VAULT_FILE, Vault

ARCHIVE = Path(__file__).parent / "service-of-schema-2.tar.gz"
DAY = 86_400

stretched = cache(stretch_desk_key)
"""Salt and passphrase are the archive's, always the same, and a stretch is a second of a processor."""


@dataclass(frozen=True)
class OldService:
    """``told`` is service.json: passphrases, code secrets, codenames, and what each desk showed at the end."""

    root: Path
    told: dict[str, Any]

    def desk(self, slug: str) -> Path:
        """The folder of a desk."""
        return self.root / slug

    def backups(self, slug: str) -> Path:
        """The folder of its backups."""
        return self.root / "backups" / slug

    @property
    def noon(self) -> float:
        """Unix seconds in the middle of its last day."""
        return (self.told["day"] + 0.5) * 86_400


def unpack(root: Path) -> OldService:
    """Unpack it; its settings say where it lies now."""
    root.mkdir(mode=0o700)
    with tarfile.open(ARCHIVE) as archive:
        # The archive is the project's own; the modes of its files stay as that release made them.
        for entry in archive:
            archive.extract(entry, root, filter="fully_trusted")
    told = json.loads((root / "service.json").read_text())
    for path in root.rglob("*.toml"):
        path.write_text(path.read_text().replace(told["place"], str(root)))
    return OldService(root, told)


def desk_key(old: OldService, slug: str) -> bytes:
    """What opens a desk's vault and keyring."""
    return stretched(old.told["desk_passphrase"], read_settings(old.desk(slug)).salt)


def opened(old: OldService, slug: str) -> Vault:
    """A desk's vault, brought up to date by the desk's own step."""
    return open_desk_vault(old.desk(slug), read_settings(old.desk(slug)), desk_key(old, slug))


_BROUGHT_UP: dict[tuple[str, bytes, int], bytes] = {}


def brought_up(old: OldService, slug: str) -> Vault:
    """As ``opened``, for tests of what comes after the step: it is made once for each vault as the archive has it and
    each day, and what it made takes the place of the others."""
    path = old.desk(slug) / VAULT_FILE
    which = (slug, sha256(path.read_bytes()), int(time.time() // DAY))
    if which not in _BROUGHT_UP:
        opened(old, slug).close()
        _BROUGHT_UP[which] = path.read_bytes()
    path.write_bytes(_BROUGHT_UP[which])
    return opened(old, slug)
