# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/runbooks/server-lost.md, run as it stands: a key is made, a backup written, tried, and the service restored."""

import asyncio
import re
import shutil
from pathlib import Path

from tests.admin.kept_service import Kept, kept_service
from tests.admin.operator import NOW, admin
from tests.scenarios.service import BIN, ROOT
from tests.scenarios.typist import Typist

RUNBOOK = ROOT / "docs" / "runbooks" / "server-lost.md"
TYPED = {r"Passphrase of the backup key: ": "two keepers know this", r"Repeat for confirmation: ": "again"}


def blocks(book: Path) -> list[str]:
    """Every block marked ``sh``, in order, those within lists too."""
    found = re.findall(r"^( *)```sh\n(.*?)^\1```$", book.read_text(), re.M | re.S)
    return ["\n".join(line.removeprefix(margin) for line in text.splitlines()) + "\n" for margin, text in found]


async def _service(tmp_path: Path) -> Kept:
    async with kept_service(tmp_path) as kept:
        return kept


def test_a_lost_server_comes_back_by_the_runbook(tmp_path: Path) -> None:
    """Typed into one terminal: what was closed is there again and what waited waits; the disk of before is gone."""
    kept = asyncio.run(_service(tmp_path))
    environment = {
        "SERVER": str(tmp_path / "new"),
        "CONFIG": str(kept.config),
        "SOCKET": str(tmp_path / "s.sock"),
        "BACKUP": str(kept.folder),
        "KEY": str(tmp_path / "two.key"),
        "ANCHOR": str(tmp_path / "service.anchor"),
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    shutil.copy(kept.anchor, environment["ANCHOR"])
    typist = Typist(environment, tmp_path, TYPED)
    try:
        places, make, write, trial, restore, look = blocks(RUNBOOK)
        typist.run(places)
        (recipient,) = re.findall(r'backup_recipient = "(age1\w+)"', typist.run(make))
        kept.config.write_text(kept.config.read_text().replace(kept.recipient, recipient))
        assert "wrote backup-" in typist.run(write)
        assert "opened, and let go again: backup-" in typist.run(trial)
        shutil.rmtree(kept.config.parent)
        typist.run(f'CONFIG="{tmp_path}/new/server.toml"\n')
        assert f"restored into {tmp_path}/new" in typist.run(restore)
        assert f"{NOW - 1} " in typist.run(look)
    finally:
        typist.close()
    status = admin("status", "--config", tmp_path / "new" / "server.toml", "--json").stdout
    assert '"envelopes_waiting": 4, "envelopes_in_closed_segments": 8' in status
