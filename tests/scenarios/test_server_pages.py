# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of docs/runbooks for whoever runs the server: every block is typed into one terminal as it stands there."""

import asyncio
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.admin.kept_service import Kept, kept_service
from tests.scenarios.service import BIN, ROOT
from tests.scenarios.test_server_lost import blocks
from tests.scenarios.typist import Typist

RUNBOOKS = ROOT / "docs" / "runbooks"
SAYS = {
    "calendar.md": [
        r"now: no server runs\.",
        r"opened, and let go again: backup-",
        r"ok +database: sqlite",
        r"\d{4}-\d\d-\d\d +3 +1",
    ],
    "flood.md": [r"docs/runbooks/server-lost\.md", r" 5 +1"],
    "full-disk.md": [r"disk reserve", r"data/segments", r"removed 0 segments"],
    "silent-unit.md": [r"unit unit-0 +\d+ [0-9a-f]{64} of \d{4}"],
    "wrong-clock.md": [r"\d{4}", r"confirmed: the stored periods agree with this day"],
}
"""Of each page, what is seen on the way, in this order."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A stopped service with a backup."""

    async def made() -> Kept:
        async with kept_service(tmp_path_factory.mktemp("pages")) as found:
            assert (await found.backup()).exit_code == 0
            return found

    return asyncio.run(made())


@pytest.mark.parametrize("page", SAYS)
def test_a_page_runs_as_it_stands(kept: Kept, tmp_path: Path, page: str) -> None:
    """Each block ends without an error, and shows what the page says that one sees."""
    anchor = tmp_path / "service.anchor"
    shutil.copy(kept.anchor, anchor)
    environment = {
        "CONFIG": str(kept.config),
        "SERVER": str(kept.config.parent),
        "BACKUP": str(kept.folder),
        "KEY": str(kept.key),
        "ANCHOR": str(anchor),
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    today = datetime.now(UTC).date().isoformat()
    typist = Typist(environment, tmp_path, {r"a clock that you trust \(YYYY-MM-DD\): ": today})
    try:
        screen = "".join(typist.run(block) for block in blocks(RUNBOOKS / page))
    finally:
        typist.close()
    for pattern in SAYS[page]:
        found = re.search(pattern, screen)
        assert found, f"{pattern} is not in what follows of {page}:\n{screen}"
        screen = screen[found.end() :]


def test_every_page_that_a_duty_names_is_there() -> None:
    """And the page of each alert, which a test beside the figures looks at."""
    named = set(re.findall(r'"([a-z-]+\.md)"', (ROOT / "dropbox" / "admin_cli" / "duties.py").read_text()))
    assert named >= {"flood.md", "full-disk.md", "wrong-clock.md", "silent-unit.md", "calendar.md", "server-lost.md"}
    assert [page for page in named if not (RUNBOOKS / page).is_file()] == []
