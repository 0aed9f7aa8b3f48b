# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/commands.md is what the commands themselves say."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_command_docs_are_current() -> None:
    """docs/commands.md equals what ``make docs`` writes."""
    spec = importlib.util.spec_from_file_location("write_commands", ROOT / "docs" / "write_commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "commands.md").read_text() == module.text(), "run `make docs`"
