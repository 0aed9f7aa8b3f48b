# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs the operator's commands in this process."""

import time
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from dropbox.admin_cli.commands import main
from dropbox.server.config import load_config
from dropbox.server.store.sql import SqlStore, open_store
from tests.server.world import POLICY

DAILY = replace(POLICY, period=86_400, collect=3_600)
"""Periods that do not turn while a test runs."""
NOW = int(time.time() // DAILY.period)


def admin(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], input=typed)


def refused(result: Result) -> str:
    """The one line on stderr of a refusal; a traceback is never acceptable."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0]


def store_of(config: Path) -> SqlStore:
    return open_store(load_config(config).database)


def publish(config: Path, text: bytes, *more: str, typed: str = "") -> Result:
    file = config.parent / "directory.txt"
    file.write_bytes(text)
    return admin("directory", "publish", "--config", config, "--directory", file, *more, typed=typed)
